import type { FeedEntry, FeedPosition } from "../../storage/adapter.ts";
import { positionAfter } from "../../storage/feed-position.ts";

/** The latest entries of the feed, between two positions. */
export interface KeptEntries {
  /** The position after the last one. Undefined as long as the feed is not known. */
  readonly end: () => FeedPosition | undefined;
  readonly add: (entries: readonly FeedEntry[], position: FeedPosition) => void;
  /** The entries that come next are no continuation of those before. */
  readonly forget: () => void;
  /** How many entries have been kept so far, those that were dropped included. */
  readonly count: () => number;
  /** A reader who may read the first so many of them; without a number, all. */
  readonly reader: (limit?: () => number) => KeptReader;
}

export interface KeptReader {
  /** The entries beyond a position. Undefined if the first one that is kept comes later, or none is known. */
  readonly beyond: (position: FeedPosition) => readonly FeedEntry[] | undefined;
  /** Whether `beyond` has given everything that is kept. */
  readonly hasAll: () => boolean;
}

/** How much of the feed is kept for those who are a little behind. The others read it from the database. */
const mostKept = 10_000;

export function createKeptEntries(): KeptEntries {
  let entries: FeedEntry[] = [];
  /** How many entries there were before the first one that is kept. */
  let dropped = 0;
  let start: FeedPosition = [];
  let end: FeedPosition | undefined;
  /** Grows when the entries are no continuation of those before. */
  let generation = 1;
  /** What was given last: readers who go on from the same entry to the same entry are given the same array. */
  let given: { readonly from: number; readonly to: number; readonly entries: readonly FeedEntry[] } | undefined;

  function between(from: number, to: number): readonly FeedEntry[] {
    if (given?.from !== from || given.to !== to) {
      given = { from, to, entries: entries.slice(from - dropped, to - dropped) };
    }
    return given.entries;
  }

  function covers(position: FeedPosition): boolean {
    const numbers = numbersOf(position);
    return start.every(({ partition, seq }) => (numbers.get(partition) ?? 0) >= seq);
  }

  /**
   * Remembers how far it has come, so that it need not look at all entries each time. Of another generation, it knows
   * nothing first: a subscriber reads the feed from its position, which shows whether the position fits.
   */
  function reader(limit = () => Number.POSITIVE_INFINITY): KeptReader {
    let next: number | undefined;
    let of = 0;
    return {
      hasAll: () => end !== undefined && of === generation && next === dropped + entries.length,
      beyond(position) {
        if (end === undefined) return undefined;
        if (of !== generation) {
          [of, next] = [generation, undefined];
          return undefined;
        }
        const isBehind = next === undefined || next < dropped;
        if (isBehind && !covers(position)) return undefined;
        const from = isBehind ? dropped : (next ?? 0);
        const to = Math.max(from, Math.min(limit(), dropped + entries.length));
        next = to;
        if (from === to) return [];
        const all = between(from, to);
        // A subscriber that has read the database may be ahead of what is kept.
        const wanted = all.filter(isBeyond(position));
        return wanted.length === all.length ? all : wanted;
      },
    };
  }

  return {
    end: () => end,
    count: () => dropped + entries.length,
    add(more, position) {
      if (end === undefined) start = position;
      end = position;
      entries.push(...more);
      if (entries.length <= mostKept) return;
      const gone = entries.splice(0, entries.length - mostKept / 2);
      start = positionAfter(start, gone);
      dropped += gone.length;
    },
    forget() {
      entries = [];
      end = undefined;
      given = undefined;
      generation += 1;
    },
    reader,
  };
}

function isBeyond(position: FeedPosition): (entry: FeedEntry) => boolean {
  const numbers = numbersOf(position);
  return ({ partition, seq }) => seq > (numbers.get(partition) ?? 0);
}

function numbersOf(position: FeedPosition): ReadonlyMap<number, number> {
  return new Map(position.map(({ partition, seq }) => [partition, seq]));
}
