import { dayMs } from "../model/local-date.ts";
import { type CalendarClock, isWithin, type Reach, utcClock } from "./clocks.ts";
import type { Component } from "./components.ts";
import { type Leaning, repeated } from "./occurrences.ts";
import { propertiesOf, singlePropertyOf, wordOf } from "./property.ts";
import { propertyOf, refuseIn, type Where } from "./refuse-in.ts";
import { ruleIn } from "./rule.ts";
import type { Spend } from "./steps.ts";
import type { TimeZones } from "./time-zones.ts";
import { type CalendarTime, instantOf, type Length, lengthIn, timeIn, timesOfPeriod } from "./times.ts";

/** What events are read with. */
export interface Reading {
  readonly zones: TimeZones;
  /** What the answer is about. */
  readonly window: Reach;
  readonly spendOn: (where: Where) => Spend;
}

/** When an event is first, and how long. */
export interface FirstTime {
  readonly start: CalendarTime;
  readonly length: Length;
}

/** An event takes nobody's time if it is transparent or cancelled. */
export const isFree = (event: Component): boolean =>
  wordOf(event, "TRANSP") === "TRANSPARENT" || wordOf(event, "STATUS") === "CANCELLED";

/** @throws BookingError `invalid_input` */
export function firstTimeOf(event: Component, zones: TimeZones): FirstTime {
  const begin = singlePropertyOf(event, "DTSTART");
  if (begin === undefined) return refuseIn(propertyOf(event, "DTSTART"), { code: "required" }, "is missing");
  const start = timeIn(begin.values[0], begin, zones);
  return { start, length: lengthOf(event, start, zones) };
}

/** RFC 5545: by DTEND, all occurrences last as long as the first one; by DURATION, its days are days by the clocks. */
function lengthOf(event: Component, start: CalendarTime, zones: TimeZones): Length {
  const until = singlePropertyOf(event, "DTEND");
  if (until !== undefined) {
    const end = timeIn(until.values[0], until, zones);
    const isWhole = start.isDay && end.isDay;
    const ms = isWhole ? end.local - start.local : instantOf(end) - instantOf(start);
    if (ms < 0) refuseIn(until.where, { code: "invalid" }, "must not be before DTSTART");
    // Some calendars end a day on the day itself.
    return isWhole ? { days: Math.max(1, ms / dayMs), ms: 0 } : { days: 0, ms };
  }
  const duration = singlePropertyOf(event, "DURATION");
  if (duration !== undefined) return lengthIn(duration.values[0], duration.where);
  return { days: start.isDay ? 1 : 0, ms: 0 };
}

/** An occurrence of an event: when it begins, and when it ends if that is its own. */
export interface Occurrence {
  readonly start: CalendarTime;
  readonly end?: number | undefined;
}

/**
 * The occurrences of an event that begin within the reach, by its clocks, or that end in it or later by an end of their own; those of
 * EXDATE and EXRULE left out.
 * @throws BookingError `invalid_input`
 */
export function* occurrencesOf(
  event: Component,
  { start }: FirstTime,
  reach: Reach,
  { zones, spendOn }: Reading,
): Generator<Occurrence> {
  const byRule = (name: string, within: Reach, leaning: Leaning) =>
    propertiesOf(event, name).map((property) =>
      repeated(ruleIn(property), start, within, spendOn(property.where), leaning),
    );
  const added = addedTo(event, zones).filter((one) => mayMeet(one, reach));
  const earliest = added.reduce((so, one) => Math.min(so, one.start.local), reach.from);
  const isExcluded = namedIn([event], "EXDATE", zones);
  const excluded = new Set(byRule("EXRULE", { ...reach, from: earliest }, "earlier").flatMap((times) => [...times]));
  const isOut = (one: CalendarTime) => isExcluded(one) || excluded.has(one.local);

  if (isWithin(reach, start.local) && !isOut(start)) yield { start };
  for (const times of byRule("RRULE", reach, "later")) {
    for (const local of times) {
      const one = { ...start, local };
      if (!isOut(one)) yield { start: one };
    }
  }
  for (const one of added) if (!isOut(one.start)) yield one;
}

/** How long before the window one with an end of its own may begin, no length of the event says. */
const mayMeet = ({ start, end }: Occurrence, reach: Reach): boolean =>
  end === undefined ? isWithin(reach, start.local) : start.local <= reach.to && end >= reach.from;

/** Those of RDATE. */
function addedTo(event: Component, zones: TimeZones): readonly Occurrence[] {
  return propertiesOf(event, "RDATE").flatMap((property) =>
    property.values.map((value) => {
      if (!Array.isArray(value)) return { start: timeIn(value, property, zones) };
      const { time, end } = timesOfPeriod(value, property, zones);
      return { start: time, end };
    }),
  );
}

/**
 * Whether an occurrence is one of those that EXDATE or RECURRENCE-ID name, as a time or as a day. There may be ten thousand, so each
 * is looked up. By one clock, times are the same if it shows the same: two that a change of it makes one instant, since the first of
 * them is skipped, are named each by itself. By two clocks, they are the same if they are one instant.
 */
export function namedIn(events: readonly Component[], name: string, zones: TimeZones): (one: CalendarTime) => boolean {
  const [days, daysOfTimes] = [new Set<number>(), new Set<number>()];
  const times = new Map<CalendarClock, { readonly locals: Set<number>; readonly instants: Set<number> }>();
  const timesBy = (clock: CalendarClock) => {
    const known = times.get(clock) ?? { locals: new Set(), instants: new Set() };
    times.set(clock, known);
    return known;
  };
  for (const property of events.flatMap((event) => propertiesOf(event, name))) {
    for (const value of property.values) {
      const time = timeIn(value, property, zones);
      if (time.isDay) days.add(dayOf(time));
      else {
        const { locals, instants } = timesBy(time.clock);
        locals.add(time.local);
        instants.add(instantOf(time));
        daysOfTimes.add(dayOf(ofDays(time, zones)));
      }
    }
  }
  const isTime = (one: CalendarTime) =>
    [...times].some(([clock, { locals, instants }]) =>
      clock === one.clock ? locals.has(one.local) : instants.has(instantOf(one)),
    );
  // Some calendars name a whole day by a time of it.
  return (one) => days.has(dayOf(one)) || (one.isDay ? daysOfTimes.has(dayOf(one)) : isTime(one));
}

const dayOf = ({ local }: CalendarTime) => Math.floor(local / dayMs);

/**
 * A time of UTC, or one that is a midnight of the clocks that whole days go by, is on the day that these show. Any other one is on
 * the day that is written.
 */
function ofDays(time: CalendarTime, { own }: TimeZones): CalendarTime {
  const local = own.localAt(instantOf(time));
  return time.clock === utcClock || local % dayMs === 0 ? { ...time, local } : time;
}
