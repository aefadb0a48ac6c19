import type { TimeRange } from "../../model/time-range.ts";

/** Whether a range meets one of many, which may overlap each other. */
export type InTheWay = (range: TimeRange) => boolean;

/** Questions about many ranges, each answered in a few steps. Times are in epoch milliseconds. */
export interface ManyRanges {
  /** Whether one of them meets what lasts from `start` to `end`. */
  readonly meet: (start: number, end: number) => boolean;
  /** Whether one of them has room for all of it. */
  readonly contain: (start: number, end: number) => boolean;
}

export function manyRanges(ranges: readonly TimeRange[]): ManyRanges {
  const sorted = ranges.map(({ start, end }) => [start.getTime(), end.getTime()] as const).sort(([a], [b]) => a - b);
  const starts = sorted.map(([start]) => start);
  let latest = Number.NEGATIVE_INFINITY;
  // The latest end of each one and all before it.
  const ends = sorted.map(([, end]) => {
    latest = Math.max(latest, end);
    return latest;
  });
  /** Where those end that start before this time. */
  const endBefore = (time: number): number => ends[countBefore(starts, time) - 1] ?? Number.NEGATIVE_INFINITY;
  return {
    meet: (start, end) => endBefore(end) > start,
    contain: (start, end) => endBefore(start + 1) >= end,
  };
}

export function inTheWay(ranges: readonly TimeRange[]): InTheWay {
  const { meet } = manyRanges(ranges);
  return ({ start, end }) => meet(start.getTime(), end.getTime());
}

/** How many of the sorted numbers are below this one. */
function countBefore(sorted: readonly number[], bound: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
