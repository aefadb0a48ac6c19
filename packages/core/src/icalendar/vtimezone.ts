import { dayMs } from "../model/local-date.ts";
import { type CalendarClock, clockWithin, type Reach } from "./clocks.ts";
import type { Component } from "./components.ts";
import { lastBegun } from "./last-begun.ts";
import { repeated } from "./occurrences.ts";
import { type Property, propertiesOf, singlePropertyOf } from "./property.ts";
import { propertyOf, refuseIn, type Where } from "./refuse-in.ts";
import { ruleIn } from "./rule.ts";
import type { Spend } from "./steps.ts";
import { localTimeIn } from "./times.ts";

/** When the clocks of a zone begin to be so far ahead of UTC, in milliseconds. */
interface Onset {
  readonly at: number;
  readonly offset: number;
  readonly before: number;
}

/** What a zone does in a year, it has done in the one before. */
const yearsBack = 3 * 366 * dayMs;

/** The clocks that a VTIMEZONE defines. */
export function definedClock(zone: Component, reach: Reach, spendOn: (where: Where) => Spend): CalendarClock {
  if (zone.parts.length === 0) refuseIn(zone, { code: "invalid" }, "must have a STANDARD or a DAYLIGHT");
  const around = { from: reach.from - yearsBack, to: reach.to + yearsBack };
  const onsets = zone.parts.flatMap((part) => onsetsOf(part, around, spendOn)).sort((a, b) => a.at - b.at);
  const [first] = onsets as [Onset];
  return clockWithin(
    reach,
    (instant) => instant + (lastBegun(onsets, ({ at }) => at, instant)?.offset ?? first.before),
  );
}

function onsetsOf(part: Component, reach: Reach, spendOn: (where: Where) => Spend): readonly Onset[] {
  const offset = offsetOf(part, "TZOFFSETTO");
  const before = offsetOf(part, "TZOFFSETFROM");
  const begin = singlePropertyOf(part, "DTSTART");
  if (begin === undefined) return refuseIn(propertyOf(part, "DTSTART"), { code: "required" }, "is missing");
  const clock: CalendarClock = { localAt: (instant) => instant + before, instantAt: (local) => local - before };
  const local = localOf(begin.values[0], begin, before);
  const rules = propertiesOf(part, "RRULE").map((property) => {
    return [...repeated(ruleIn(property), { local, clock }, reach, spendOn(property.where))];
  });
  const dates = propertiesOf(part, "RDATE").flatMap((property) => {
    return property.values.map((value) => localOf(value, property, before));
  });
  return [local, ...rules.flat(), ...dates].map((one) => ({ at: clock.instantAt(one), offset, before }));
}

function localOf(value: unknown, { where }: Property, before: number): number {
  const { local, isUtc } = localTimeIn(value, where);
  return isUtc ? local + before : local;
}

const jcalOffset = /^([+-])(\d\d):(\d\d)(?::(\d\d))?$/;

function offsetOf(part: Component, name: string): number {
  const where = propertyOf(part, name);
  const value = singlePropertyOf(part, name)?.values[0];
  if (value === undefined) return refuseIn(where, { code: "required" }, "is missing");
  const [, sign, hours, minutes, seconds = "0"] = jcalOffset.exec(String(value)) ?? [];
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  if (!(ms < dayMs)) refuseIn(where, { code: "no_such_time" }, "must be an offset, such as +0100");
  return sign === "-" ? -ms : ms;
}
