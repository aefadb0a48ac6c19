import { limits } from "../model/limits.ts";
import { timeZoneSchema } from "../model/time-zone.ts";
import { type CalendarClock, type Reach, utcClock } from "./clocks.ts";
import type { Component } from "./components.ts";
import { singlePropertyOf } from "./property.ts";
import { refuseIn, type Where } from "./refuse-in.ts";
import { runtimeClock } from "./runtime-clock.ts";
import type { Spend } from "./steps.ts";
import { definedClock } from "./vtimezone.ts";

/** Finds the clocks that times go by. */
export interface TimeZones {
  /** Those of the caller, for times that name no zone, and for whole days. */
  readonly own: CalendarClock;
  /**
   * Those that a TZID means: as the calendar itself defines it, or else as the runtime knows it.
   * @throws BookingError `invalid_input` if neither does
   */
  readonly named: (name: string, where: Where) => CalendarClock;
}

export interface ZonesInput {
  readonly timeZone: string;
  /** Which IANA zone a name means that is none. */
  readonly timeZones: Readonly<Record<string, string>>;
  readonly reach: Reach;
  readonly spendOn: (where: Where) => Spend;
}

/** @param defined the VTIMEZONEs of the calendar. One that no time names is never looked at. */
export function timeZonesOf(defined: readonly Component[], input: ZonesInput): TimeZones {
  const { timeZone, timeZones, reach, spendOn } = input;
  const components = new Map(
    defined.map((component) => [String(singlePropertyOf(component, "TZID")?.values[0]), component]),
  );
  const known = new Map<string, CalendarClock>();
  const ofRuntime = (name: string, where: Where) => runtimeClock(name, reach, spendOn(where));

  function find(name: string, where: Where): CalendarClock {
    const component = components.get(name);
    if (component !== undefined) return definedClock(component, reach, spendOn);
    const meant = Object.hasOwn(timeZones, name) ? (timeZones[name] as string) : name;
    if (!timeZoneSchema.safeParse(meant).success) refuseIn(where, { code: "not_a_time_zone" }, unknownZone(name));
    return ofRuntime(meant, where);
  }

  return {
    own: ofRuntime(timeZone, { path: ["calendar"] }),
    named(name, where) {
      const before = known.get(name);
      if (before !== undefined) return before;
      const maximum = limits.calendarZones;
      if (known.size === maximum) refuseIn(where, { code: "too_many", maximum }, tooManyZones);
      const clock = name === "UTC" ? utcClock : find(name, where);
      known.set(name, clock);
      return clock;
    },
  };
}

const unknownZone = (name: string) =>
  `is in the time zone ${JSON.stringify(name.slice(0, 100))}, which the calendar does not define and which is no IANA zone: say in timeZones which one it means`;

const tooManyZones = `names one more time zone than the ${limits.calendarZones} that a calendar may name: read its events in several calendars`;
