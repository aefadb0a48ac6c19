import type { FeedEntry, FeedPosition } from "../../storage/adapter.ts";
import { positionAfter } from "../../storage/feed-position.ts";
import { createEntryBlocks } from "./entry-blocks.ts";

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
  /**
   * The next entries beyond a position, `batchSize` at most, and none only if no more of them are kept. Undefined if the
   * first one that is kept comes later, or none is known.
   */
  readonly beyond: (position: FeedPosition) => readonly FeedEntry[] | undefined;
  /** Says that the position was not looked up in the feed: the next `beyond` is undefined. */
  readonly doubt: () => void;
  /** Whether `beyond` has given everything that is kept. */
  readonly hasAll: () => boolean;
}

/** How much of the feed is kept for those who are a little behind. The others read it from the database. */
const mostKept = 10_000;

export function createKeptEntries(): KeptEntries {
  const blocks = createEntryBlocks();
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
  function reader(limit = () => Number.POSITIVE_INFINITY): KeptReader {
    let next: number | undefined;
    let of = 0;
    return {
      hasAll: () => end !== undefined && of === generation && next === blocks.next(),
      doubt() {
        of = 0;
      },
      beyond(position) {
        if (end === undefined) return undefined;
        if (of !== generation) {
          [of, next] = [generation, undefined];
          return undefined;
        }
        const isBehind = next === undefined || next < blocks.first();
        if (isBehind && !covers(position)) return undefined;
        let from = isBehind ? blocks.first() : (next ?? 0);
        const before = Math.min(limit(), blocks.next());
        let wanted: readonly FeedEntry[] = [];
        while (wanted.length === 0 && from < before) {
          const part = blocks.between(from, before);
          from += part.length;
          wanted = beyondOf(position, part);
        }
        next = from;
        return wanted;
      },
    };
  }

  return {
    end: () => end,
    count: blocks.next,
    add(more, position) {
      if (end === undefined) start = position;
      end = position;
      blocks.add(more);
      if (blocks.next() - blocks.first() > mostKept) start = positionAfter(start, blocks.dropAllBut(mostKept / 2));
    },
    forget() {
      blocks.forget();
      end = undefined;
      generation += 1;
    },
    reader,
  };
}

/** A subscriber that has read the database may be ahead of what is kept. The part itself, if all of it is beyond. */
function beyondOf(position: FeedPosition, part: readonly FeedEntry[]): readonly FeedEntry[] {
  const numbers = numbersOf(position);
  const wanted = part.filter(({ partition, seq }) => seq > (numbers.get(partition) ?? 0));
  return wanted.length === part.length ? part : wanted;
}

function numbersOf(position: FeedPosition): ReadonlyMap<number, number> {
  return new Map(position.map(({ partition, seq }) => [partition, seq]));
}
