import type { FeedEntry, FeedPosition } from "../../storage/adapter.ts";
import { positionAfter } from "../../storage/feed-position.ts";

/** The latest entries of the feed, between two positions. */
export interface KeptEntries {
  /** The position after the last one. Undefined as long as the feed is not known. */
  readonly end: () => FeedPosition | undefined;
  readonly add: (entries: readonly FeedEntry[], position: FeedPosition) => void;
  /** The entries that come next are no continuation of those before. */
  readonly forget: () => void;
  readonly reader: () => KeptReader;
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

  function covers(position: FeedPosition): boolean {
    const numbers = numbersOf(position);
    return start.every(({ partition, seq }) => (numbers.get(partition) ?? 0) >= seq);
  }

  /**
   * Remembers how far it has come, so that it need not look at all entries each time. Of another generation, it knows
   * nothing first: a subscriber reads the feed from its position, which shows whether the position fits.
   */
  function reader(): KeptReader {
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
        const from = isBehind ? 0 : (next ?? 0) - dropped;
        next = dropped + entries.length;
        // A subscriber that has read the database may be ahead of what is kept.
        return from === entries.length ? [] : entries.slice(from).filter(isBeyond(position));
      },
    };
  }

  return {
    end: () => end,
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
