import {
  type Candidate,
  candidatesAfter,
  type Stored,
  type TimePlace,
  type TimeSearch,
} from "../free-times/candidates.ts";
import { countStretch, type DayTally } from "../free-times/day-tally.ts";
import { restOf, type Stretch, stretchesOf } from "../free-times/stretches.ts";
import { storedOf } from "../free-times/time-source.ts";
import { hoursIn, slotsIn } from "./times-source.ts";
import type { WindowSlots } from "./window-slots.ts";

/** Which times are searched for. */
export interface TimesAsked extends Pick<TimeSearch, "providerIds" | "facilityId" | "minutes" | "own"> {
  readonly descending: boolean;
  /** At most so many. */
  readonly limit: number;
}

/** Where they are searched for, and when. */
export interface SearchedRange {
  readonly range: Stretch;
  readonly now: Date;
}

/** The first free times of the held slots and hours, as a search of the database finds them. */
export function timesIn(
  slots: WindowSlots,
  { limit, ...asked }: TimesAsked,
  { range, after, now }: SearchedRange & { readonly after: TimePlace | undefined },
): readonly Candidate[] {
  const search = { ...asked, asOf: now, overlapScope: "facility" } as const;
  const { descending } = search;
  const found: Candidate[] = [];
  for (const stretch of stretchesOf(restOf(range, descending, after), descending)) {
    for (const one of candidatesAfter(search, stretch, after, storedIn(slots, search, stretch))) {
      found.push(one);
      if (found.length >= limit) return found;
    }
  }
  return found;
}

/**
 * Counts all of them.
 * @returns from where on the rest has to be counted by another call. Undefined if all was counted.
 */
export function countIn(
  slots: WindowSlots,
  { providerIds, facilityId, minutes }: Pick<TimeSearch, "providerIds" | "facilityId" | "minutes">,
  { range, now }: SearchedRange,
  tally: DayTally,
): Date | undefined {
  const search = { providerIds, facilityId, minutes, asOf: now, descending: false, overlapScope: "facility" } as const;
  for (const stretch of stretchesOf(range, false)) {
    const rest = countStretch(tally, search, stretch, storedIn(slots, search, stretch));
    if (rest !== undefined && rest < range.to) return rest;
  }
  return undefined;
}

function storedIn(slots: WindowSlots, search: TimeSearch, stretch: Stretch): readonly Stored[] {
  const hours = hoursIn(slots, search.providerIds);
  return storedOf(search, hours, slotsIn(slots.table, search, stretch));
}
