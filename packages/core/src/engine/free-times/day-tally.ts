import { dateOf, minuteMs } from "../../model/local-date.ts";
import type { OpenDay } from "../../model/open-slot.ts";
import { type DayAt, zoneClock } from "../../model/zone-clock.ts";
import { mostComputedTimes } from "../../rules/hours/computed.ts";
import { eachFreeTime, type Stored, type TimeSearch } from "./candidates.ts";
import type { Stretch } from "./stretches.ts";

/** Free times, counted by the day on which they start. */
export interface DayTally {
  /** One that starts at this instant, in epoch milliseconds. */
  readonly add: (providerId: string, start: number, seats: number) => void;
  /** So many times more were looked at, free or not. */
  readonly look: (times: number) => void;
  readonly looked: () => number;
  /** In the order of the dates. */
  readonly days: () => readonly OpenDay[];
}

/** @param daysOf By which days the times of a provider are counted. */
export function createDayTally(daysOf: (providerId: string) => DayAt): DayTally {
  const days = new Map<number, { open: number; seats: number }>();
  let looked = 0;
  return {
    add(providerId, start, seats) {
      const number = daysOf(providerId)(start);
      const day = days.get(number);
      if (day === undefined) days.set(number, { open: 1, seats });
      else {
        day.open += 1;
        day.seats += seats;
      }
    },
    look(times) {
      looked += times;
    },
    looked: () => looked,
    days: () =>
      [...days].sort(([a], [b]) => a - b).map(([day, { open, seats }]) => ({ date: dateOf(day), open, seats })),
  };
}

/** The days of each provider: in the zone that is asked for, or else in that of the schedule. */
export function createDaysOf(
  timeZone: string | undefined,
  zoneOf: (providerId: string) => string | undefined,
): (providerId: string) => DayAt {
  if (timeZone !== undefined) {
    const { dayAt } = zoneClock(timeZone);
    return () => dayAt;
  }
  const days = new Map<string, DayAt>();
  return (providerId) => {
    const known = days.get(providerId);
    if (known !== undefined) return known;
    const { dayAt } = zoneClock(zoneOf(providerId) ?? "UTC");
    days.set(providerId, dayAt);
    return dayAt;
  };
}

/** What one call looks at before it leaves the rest to the next one: some hundredths of a second of work. */
const mostLooked = 50_000;

/**
 * Counts all that is free in a stretch, or in the first part of it if there is too much to look at.
 * @returns from where on the rest has to be counted by another call. Undefined if this one may go on.
 */
export function countStretch(
  tally: DayTally,
  search: TimeSearch,
  stretch: Stretch,
  stored: readonly Stored[],
): Date | undefined {
  const part = firstPart(search, stretch, stored, mostLooked - tally.looked());
  for (const one of stored) {
    tally.look(eachFreeTime(search, part, one, (start, seats) => tally.add(one.providerId, start, seats)));
  }
  return part.to < stretch.to || tally.looked() >= mostLooked ? part.to : undefined;
}

/** Halves a stretch until it has no more openings than that. All of one minute are looked at in any case. */
function firstPart({ minutes }: TimeSearch, { from, to }: Stretch, stored: readonly Stored[], most: number): Stretch {
  const begin = from.getTime();
  const openingsUntil = (end: number): number =>
    stored.reduce((sum, { hours }) => sum + (hours ? mostComputedTimes(hours, begin, end, minutes) : 0), 0);
  let end = to.getTime();
  while (end - begin > minuteMs && openingsUntil(end) > most) end = Math.ceil((begin + end) / 2);
  return { from, to: new Date(end) };
}
