import type { TimeRange } from "../../model/time-range.ts";

/** Whether a range meets one of many, which may overlap each other. */
export type InTheWay = (range: TimeRange) => boolean;

export function inTheWay(ranges: readonly TimeRange[]): InTheWay {
  const sorted = ranges.map(({ start, end }) => [start.getTime(), end.getTime()] as const).sort(([a], [b]) => a - b);
  const starts = sorted.map(([start]) => start);
  let latest = Number.NEGATIVE_INFINITY;
  // The latest end of each one and all before it.
  const ends = sorted.map(([, end]) => {
    latest = Math.max(latest, end);
    return latest;
  });
  return ({ start, end }) => {
    const before = countBefore(starts, end.getTime());
    return before > 0 && (ends[before - 1] as number) > start.getTime();
  };
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
