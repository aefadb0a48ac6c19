import { dayMs } from "../model/local-date.ts";
import { offsetAt, zoneClock } from "../model/zone-clock.ts";
import { type CalendarClock, clockOf, isWithin, type Reach } from "./clocks.ts";
import type { Spend } from "./steps.ts";

/** What a question to the runtime costs: it takes that much longer than to look at a day. */
const askSteps = 20;

const weekMs = 7 * dayMs;

/**
 * The clocks of an IANA time zone. Near the window they are worked out for some years at once, which centuries would be too many
 * for: far from it, the runtime is asked for each week in which there is a time.
 */
export function runtimeClock(timeZone: string, reach: Reach, spend: Spend): CalendarClock {
  const near = zoneClock(timeZone);
  const farOffsetAt = offsetsByWeek((instant) => {
    spend(askSteps);
    return offsetAt(timeZone, instant);
  });
  return clockOf((instant) => (isWithin(reach, instant) ? near.localAt(instant) : instant + farOffsetAt(instant)));
}

/** Asks for the beginning of each week once, and for a time itself only in a week in which the clocks are changed. */
function offsetsByWeek(ask: (instant: number) => number): (instant: number) => number {
  const known = new Map<number, number>();
  function atBeginOf(week: number): number {
    const offset = known.get(week) ?? ask(week * weekMs);
    known.set(week, offset);
    return offset;
  }
  return (instant) => {
    const week = Math.floor(instant / weekMs);
    const offset = atBeginOf(week);
    return offset === atBeginOf(week + 1) ? offset : ask(instant);
  };
}
