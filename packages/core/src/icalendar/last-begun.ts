/** The last of these, in the order in which they begin, that had begun at an instant. */
export function lastBegun<T>(all: readonly T[], beginOf: (one: T) => number, instant: number): T | undefined {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (beginOf(all[middle] as T) <= instant) low = middle + 1;
    else high = middle;
  }
  return all[low - 1];
}
