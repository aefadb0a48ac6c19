import { dayMs } from "../model/local-date.ts";
import { type CalendarClock, changeMs, type Reach } from "./clocks.ts";
import { periodsOf } from "./periods.ts";
import type { Rule, Until } from "./rule.ts";
import type { Spend } from "./steps.ts";

/** When something begins first, by its clocks. */
export interface Beginning {
  readonly local: number;
  readonly clock: CalendarClock;
}

/**
 * The local times after the beginning at which a rule repeats something, as far as they may lie within the reach, in order. The
 * beginning itself is the first occurrence, whether the rule has it or not. Only periods of the reach are looked at, so that no
 * rule runs on without end; one with a COUNT is counted from the beginning.
 */
export function* repeated(
  rule: Rule,
  { local: start, clock }: Beginning,
  reach: Reach,
  spend: Spend,
): Generator<number> {
  const { count = Number.POSITIVE_INFINITY } = rule;
  const periods = periodsOf(rule, start, spend);
  const isPast = endOf(rule.until, clock);
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
function endOf(until: Until | undefined, clock: CalendarClock) {
  if (until === undefined) return { one: () => false, all: () => false };
  const { local: end, isDay, isUtc } = until;
  const last = isDay ? end + dayMs - 1 : end;
  const one = isUtc ? (local: number) => clock.instantAt(local) > end : (local: number) => local > last;
  return { one, all: (local: number) => local > last + changeMs };
}
