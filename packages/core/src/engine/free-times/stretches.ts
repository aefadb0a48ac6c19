import { dayMs } from "../../model/local-date.ts";

/** A part of the time that is searched. */
export interface Stretch {
  readonly from: Date;
  readonly to: Date;
}

/** What of a time is left after a place in the order of the search. */
export function restOf(
  { from, to }: Stretch,
  descending: boolean,
  after: { readonly start: Date } | undefined,
): Stretch {
  if (after === undefined) return { from, to };
  if (descending) return { from, to: new Date(Math.min(to.getTime(), after.start.getTime() + 1)) };
  return { from: new Date(Math.max(from.getTime(), after.start.getTime())), to };
}

/** Live slots may be asked about more than a year. */
const longestMs = 32 * dayMs;

/**
 * The parts of a time in the order of the search: a day, and then twice as long each time, up to 32 days. A page is usually full
 * within a few days, and a search that finds nothing is over in a few reads.
 */
export function* stretchesOf({ from, to }: Stretch, descending: boolean): Generator<Stretch> {
  const [first, last] = [from.getTime(), to.getTime()];
  let done = 0;
  for (let length = dayMs; done < last - first; length = Math.min(2 * length, longestMs)) {
    const next = Math.min(done + length, last - first);
    const [begin, end] = descending ? [last - next, last - done] : [first + done, first + next];
    yield { from: new Date(begin), to: new Date(end) };
    done = next;
  }
}
