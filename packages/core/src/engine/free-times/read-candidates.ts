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
  let hours: ReadonlyMap<string, Availability> | undefined;
  let current: Iterator<Candidate, undefined> | undefined;
  return async (limit) => {
    hours ??= await source.hoursOf(search);
    const found: Candidate[] = [];
    while (found.length < limit) {
      if (current === undefined) {
        const { value: stretch, done } = stretches.next();
        if (done) break;
        current = candidatesAfter(search, stretch, after, await readStretch(source, search, stretch, hours));
      }
      const { value, done } = current.next();
      if (done) current = undefined;
      else found.push(value);
    }
    return found;
  };
}
