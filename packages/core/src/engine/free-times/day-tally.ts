import { dateOf } from "../../model/local-date.ts";
import type { OpenDay } from "../../model/open-slot.ts";
import type { DayAt } from "../../model/zone-clock.ts";
import { eachFreeTime, type Stored, type TimeSearch } from "./candidates.ts";
import type { Stretch } from "./stretches.ts";

/** Free times, counted by the day on which they start. */
export interface DayTally {
  /** One that starts at this instant, in epoch milliseconds. */
  readonly add: (providerId: string, start: number, seats: number) => void;
  readonly counted: () => number;
  /** In the order of the dates. */
  readonly days: () => readonly OpenDay[];
}

/** @param daysOf By which days the times of a provider are counted. */
export function createDayTally(daysOf: (providerId: string) => DayAt): DayTally {
  const days = new Map<number, { open: number; seats: number }>();
  let counted = 0;
  return {
    add(providerId, start, seats) {
      const number = daysOf(providerId)(start);
      const day = days.get(number);
      if (day === undefined) days.set(number, { open: 1, seats });
      else {
        day.open += 1;
        day.seats += seats;
      }
      counted += 1;
    },
    counted: () => counted,
    days: () =>
      [...days].sort(([a], [b]) => a - b).map(([day, { open, seats }]) => ({ date: dateOf(day), open, seats })),
  };
}

/** What one call counts before it leaves the rest to the next one: some hundredths of a second of work. */
const mostCounted = 50_000;

/**
 * Counts all that is free in a stretch.
 * @returns from where on the rest has to be counted by another call. Undefined if this one may go on.
 */
export function countStretch(
  tally: DayTally,
  search: TimeSearch,
  stretch: Stretch,
  stored: readonly Stored[],
): Date | undefined {
  for (const one of stored) {
    eachFreeTime(search, stretch, one, (start, seats) => tally.add(one.providerId, start, seats));
  }
  return tally.counted() < mostCounted ? undefined : stretch.to;
}
