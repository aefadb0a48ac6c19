interface Timed {
  readonly start: Date;
  readonly end: Date;
}

/** The place of something beside what overlaps it: the lane, of so many. */
export interface Lane {
  readonly lane: number;
  readonly lanes: number;
}

/** Puts beside each other what overlaps. `items` are in the order of their start. */
export function lanesOf<Item extends Timed>(items: readonly Item[]): ReadonlyMap<Item, Lane> {
  const placed = new Map<Item, Lane>();
  for (const cluster of clustersOf(items)) {
    const ends: number[] = [];
    const lanes = cluster.map(({ start, end }) => {
      const free = ends.findIndex((until) => until <= start.getTime());
      const lane = free === -1 ? ends.length : free;
      ends[lane] = end.getTime();
      return lane;
    });
    cluster.forEach((item, index) => {
      placed.set(item, { lane: lanes[index] ?? 0, lanes: ends.length });
    });
  }
  return placed;
}

/** Runs of items that hang together by overlapping. */
function clustersOf<Item extends Timed>(items: readonly Item[]): readonly (readonly Item[])[] {
  const clusters: Item[][] = [];
  let until = Number.NEGATIVE_INFINITY;
  for (const item of items) {
    if (item.start.getTime() < until) clusters.at(-1)?.push(item);
    else clusters.push([item]);
    until = Math.max(until, item.end.getTime());
  }
  return clusters;
}
