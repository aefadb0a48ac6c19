import type { FeedEntry } from "../../storage/adapter.ts";

/** The most entries that are given to a follower at once, and read from the database for it at once. */
export const batchSize = 500;

/** Entries in the order of the feed, each with a number one above the one before. */
export interface EntryBlocks {
  /** The number of the first one that is there. */
  readonly first: () => number;
  /** The number that comes after the last one. */
  readonly next: () => number;
  readonly add: (entries: readonly FeedEntry[]) => void;
  /** Drops the first ones, and returns them. At least so many are left. */
  readonly dropAllBut: (least: number) => readonly FeedEntry[];
  /** They are no continuation of those that come next. */
  readonly forget: () => void;
  /**
   * Those from one number on and before another one, up to the end of a block: `batchSize` at most. All who have come to
   * the same number are given the same array, and from the end of a block on, all who read the same block are.
   */
  readonly between: (from: number, before: number) => readonly FeedEntry[];
}

/** All but the last block are full. A full one does not change, and is given as it is. */
interface Block {
  readonly entries: FeedEntry[];
  /** The part of it that was given last. */
  given?: { readonly from: number; readonly to: number; readonly entries: readonly FeedEntry[] };
}

export function createEntryBlocks(): EntryBlocks {
  let blocks: Block[] = [];
  let first = 0;

  return {
    first: () => first,
    next: () => first + countOf(blocks),
    add(entries) {
      for (const entry of entries) roomIn(blocks).entries.push(entry);
    },
    dropAllBut(least) {
      const gone = blocks.splice(0, Math.floor((countOf(blocks) - least) / batchSize));
      first += countOf(gone);
      return gone.flatMap(({ entries }) => entries);
    },
    forget() {
      blocks = [];
    },
    between(from, before) {
      const index = Math.floor((from - first) / batchSize);
      const begin = first + index * batchSize;
      const block = blocks[index];
      return block === undefined ? [] : partOf(block, from - begin, before - begin);
    },
  };
}

const countOf = (blocks: readonly Block[]): number =>
  blocks.length === 0 ? 0 : (blocks.length - 1) * batchSize + (blocks.at(-1)?.entries.length ?? 0);

function roomIn(blocks: Block[]): Block {
  const last = blocks.at(-1);
  if (last !== undefined && last.entries.length < batchSize) return last;
  const block: Block = { entries: [] };
  blocks.push(block);
  return block;
}

function partOf(block: Block, from: number, before: number): readonly FeedEntry[] {
  const to = Math.min(before, block.entries.length);
  if (from === 0 && to === batchSize) return block.entries;
  if (block.given?.from !== from || block.given.to !== to) {
    block.given = { from, to, entries: block.entries.slice(from, to) };
  }
  return block.given.entries;
}
