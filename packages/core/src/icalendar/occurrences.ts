import { dayMs } from "../model/local-date.ts";
import { type CalendarClock, changeMs, type Reach } from "./clocks.ts";
import { periodsOf } from "./periods.ts";
import type { Rule, Until } from "./rule.ts";
import type { Spend } from "./steps.ts";

/** When something begins first, by its clocks. */
export interface Beginning {
  readonly local: number;
  readonly clock: CalendarClock;
  /** Whether it is a whole day. Default `false`. */
  readonly isDay?: boolean;
}

/** Which of two days a rule ends with that does not say it. */
export type Leaning = "earlier" | "later";

/**
 * The local times after the beginning at which a rule repeats something, as far as they may lie within the reach, in order. The
 * beginning itself is the first occurrence, whether the rule has it or not. Only periods of the reach are looked at, so that no
 * rule runs on without end; one with a COUNT is counted from the beginning.
 */
export function* repeated(
  rule: Rule,
  beginning: Beginning,
  reach: Reach,
  spend: Spend,
  leaning: Leaning = "later",
): Generator<number> {
  const { local: start } = beginning;
  const { count = Number.POSITIVE_INFINITY } = rule;
  const periods = periodsOf(rule, start, spend);
  const isPast = endOf(rule.until, beginning, leaning);
  let counted = 1;
  const first = rule.count === undefined ? periods.numberAt(reach.from) : 0;
  for (let number = first; counted < count; number += 1) {
    const begins = periods.startOf(number);
    // Beyond the dates that there are, it is NaN.
    if (!(begins <= reach.to) || isPast.all(begins)) return;
    for (const local of periods.timesOf(number)) {
      if (local <= start || counted === count) continue;
      if (local > reach.to || isPast.all(local)) return;
      counted += 1;
      if (local >= reach.from && !isPast.one(local)) yield local;
    }
  }
}

/** Whether this occurrence is after the end of a rule, and whether all that follow are. A change of the clocks may turn the order. */
function endOf(until: Until | undefined, { clock, isDay: isOfDays = false }: Beginning, leaning: Leaning) {
  if (until === undefined) return { one: () => false, all: () => false };
  const { local: end, isDay, isUtc } = until;
  const last = isDay ? end + dayMs - 1 : end;
  const isAfter = (local: number) => clock.instantAt(local) > end;
  const one = !isUtc ? (local: number) => local > last : isOfDays ? dayAfter(end, isAfter, leaning) : isAfter;
  return { one, all: (local: number) => local > last + changeMs };
}

/**
 * Of whole days RFC 5545 has no end in UTC, and calendars have it all the same. Some mean the day that it is in UTC, and some
 * what is midnight then by their own clocks.
 */
function dayAfter(end: number, isAfter: (local: number) => boolean, leaning: Leaning): (local: number) => boolean {
  return (local) => {
    const readings = [local > end, isAfter(local)];
    return leaning === "later" ? readings.every(Boolean) : readings.some(Boolean);
  };
}
