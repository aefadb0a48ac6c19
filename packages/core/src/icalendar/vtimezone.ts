import { dayMs } from "../model/local-date.ts";
import { type CalendarClock, changeMs, clockOf, isWithin, type Reach } from "./clocks.ts";
import type { Component } from "./components.ts";
import { lastBegun } from "./last-begun.ts";
import { repeated } from "./occurrences.ts";
import { type Property, propertiesOf, singlePropertyOf } from "./property.ts";
import { propertyOf, refuseIn, type Where } from "./refuse-in.ts";
import { type Rule, ruleIn } from "./rule.ts";
import type { Spend } from "./steps.ts";
import { localTimeIn } from "./times.ts";

/** When the clocks of a zone begin to be so far ahead of UTC, in milliseconds. */
interface Onset {
  readonly at: number;
  readonly offset: number;
  readonly before: number;
}

/** The onsets of a STANDARD or a DAYLIGHT. */
interface Onsets {
  /** Its DTSTART and those of RDATE. */
  readonly fixed: readonly Onset[];
  /** Those by its rules that matter to the clocks within a reach. */
  readonly repeatedIn: (reach: Reach) => readonly Onset[];
}

/** What a zone does in a year, it has done in the one before. */
const yearsBack = 3 * 366 * dayMs;

/** How much of a zone's past and future is worked out at once for a time that is far from the window. */
const partMs = 8 * 366 * dayMs;

/** What a rule costs that has nothing to look at. There may be many of them. */
const ruleSteps = 5;

/** The clocks that a VTIMEZONE defines. */
export function definedClock(zone: Component, reach: Reach, spendOn: (where: Where) => Spend): CalendarClock {
  if (zone.parts.length === 0) refuseIn(zone, { code: "invalid" }, "must have a STANDARD or a DAYLIGHT");
  const onsets = zone.parts.map((part) => onsetsOf(part, spendOn));
  const inOrder = (all: readonly Onset[]) => [...all].sort((a, b) => a.at - b.at);
  const fixed = inOrder(onsets.flatMap((part) => part.fixed));
  const repeatedIn = (one: Reach) => inOrder(onsets.flatMap((part) => part.repeatedIn(one)));
  const near = repeatedIn(reach);
  const far = new Map<number, readonly Onset[]>();

  function repeatedAround(instant: number): readonly Onset[] {
    if (isWithin(reach, instant)) return near;
    const number = Math.floor(instant / partMs);
    const known = far.get(number) ?? repeatedIn({ from: number * partMs, to: (number + 1) * partMs });
    far.set(number, known);
    return known;
  }

  return clockOf((instant) => {
    const last = laterOf(lastOf(fixed, instant), lastOf(repeatedAround(instant), instant));
    return instant + (last?.offset ?? (fixed[0] as Onset).before);
  });
}

const lastOf = (onsets: readonly Onset[], instant: number) => lastBegun(onsets, ({ at }) => at, instant);

const laterOf = (a: Onset | undefined, b: Onset | undefined) =>
  a === undefined || (b !== undefined && b.at >= a.at) ? b : a;

function onsetsOf(part: Component, spendOn: (where: Where) => Spend): Onsets {
  const offset = offsetOf(part, "TZOFFSETTO");
  const before = offsetOf(part, "TZOFFSETFROM");
  const begin = singlePropertyOf(part, "DTSTART");
  if (begin === undefined) return refuseIn(propertyOf(part, "DTSTART"), { code: "required" }, "is missing");
  const clock: CalendarClock = { localAt: (instant) => instant + before, instantAt: (local) => local - before };
  const onset = (local: number): Onset => ({ at: clock.instantAt(local), offset, before });
  const local = localOf(begin.values[0], begin, before);
  const dates = propertiesOf(part, "RDATE").flatMap((property) => {
    return property.values.map((value) => localOf(value, property, before));
  });
  const rules = propertiesOf(part, "RRULE").map((property) => {
    return { rule: ruleIn(property), spend: spendOn(property.where) };
  });
  return {
    fixed: [local, ...dates].map(onset),
    repeatedIn: (reach) =>
      rules.flatMap(({ rule, spend }) => {
        spend(ruleSteps);
        return [...repeated(rule, { local, clock }, reachOf(rule, reach), spend)].map(onset);
      }),
  };
}

/** From the years before a reach on. What has ended before it is asked for its last years, which its end is counted from. */
function reachOf({ count, until }: Rule, { from, to }: Reach): Reach {
  const last = count === undefined ? Math.min(from, until?.local ?? from) : Number.NEGATIVE_INFINITY;
  return { from: last - yearsBack, to: to + changeMs };
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
