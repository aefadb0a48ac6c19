import type { Availability } from "../../model/availability.ts";
import { type Candidate, candidatesAfter, type TimePlace, type TimeSearch } from "./candidates.ts";
import { restOf, type Stretch, stretchesOf } from "./stretches.ts";
import { readStretch, type TimeSource } from "./time-source.ts";

/** Reads so many of the next candidates. Fewer at the end. */
export type ReadCandidates = (limit: number) => Promise<readonly Candidate[]>;

/** @param after Where the page before has ended. */
export function candidateReader(
  source: TimeSource,
  search: TimeSearch,
  range: Stretch,
  after: TimePlace | undefined,
): ReadCandidates {
  const stretches = stretchesOf(restOf(range, search.descending, after), search.descending);
  const pending: Candidate[] = [];
  let hours: ReadonlyMap<string, Availability> | undefined;
  return async (limit) => {
    hours ??= await source.hoursOf(search);
    while (pending.length < limit) {
      const { value: stretch, done } = stretches.next();
      if (done) break;
      const stored = await readStretch(source, search, stretch, hours);
      for (const one of candidatesAfter(search, stretch, after, stored)) pending.push(one);
    }
    return pending.splice(0, limit);
  };
}
