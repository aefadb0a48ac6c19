import type { Audience, NewEntries } from "./audience.ts";
import type { Load, Turn } from "./contender.ts";
import { once } from "./once.ts";

/** How soon the reader of a process finds the gate closed. Nothing is waited for once it is open. */
const pollMs = 10;

/** The most entries that all readers are given at once. */
const mostGiven = 50_000;

/** The most times that entries are written and read in a turn. */
const mostBursts = 5;

export interface FeedWork {
  /** Entries that each reader is given at once, if there are not too many readers. */
  readonly entries: number;
  /** Writes so many entries. */
  readonly write: (entries: number) => Promise<unknown>;
}

export interface FeedDesk {
  readonly turn: (load: Pick<Load, "operations">) => Promise<Turn>;
  readonly close: () => Promise<void>;
}

/**
 * Measures how many entries a second come to readers in one process. They wait while entries are written, and are then
 * given them. Only the second part is timed.
 */
export function openFeedDesk({ gate, join }: Audience, readers: number, { entries, write }: FeedWork): FeedDesk {
  const leaving = new AbortController();
  const size = Math.max(1, Math.min(entries, Math.floor(mostGiven / readers)));
  const seated = once(async () => {
    const joining = Array.from({ length: readers }, () => join({ pollMs, signal: leaving.signal }));
    const all = await Promise.all(joining);
    // Each finds its place in the feed by itself, and from then on is given what comes.
    const first = all.map((reader) => reader.next());
    await write(1);
    await Promise.all(all.map((reader, index) => takeAll(reader, first[index], 1)));
    return all;
  });

  /** Resolves with how long each reader took. */
  async function burst(all: readonly AsyncIterator<NewEntries>[]): Promise<readonly number[]> {
    gate.close();
    const first = all.map((reader) => reader.next());
    try {
      await gate.reached();
      await write(size);
    } finally {
      gate.open();
    }
    const before = performance.now();
    return Promise.all(
      all.map(async (reader, index) => {
        await takeAll(reader, first[index], size);
        return performance.now() - before;
      }),
    );
  }

  return {
    async turn({ operations }) {
      const all = await seated();
      const bursts = Math.min(mostBursts, Math.max(1, Math.round(operations / readers)));
      const took: (readonly number[])[] = [];
      for (let count = 0; count < bursts; count += 1) took.push(await burst(all));
      const elapsedMs = took.reduce((sum, times) => sum + Math.max(...times), 0);
      return { elapsedMs, done: bursts * readers * size, latenciesMs: took.flat(), errors: [], booked: 0 };
    },
    close: async () => leaving.abort(),
  };
}

async function takeAll(
  reader: AsyncIterator<NewEntries>,
  first: Promise<IteratorResult<NewEntries>> | undefined,
  size: number,
): Promise<void> {
  let left = size;
  for (let part = await first; left > 0; part = await reader.next()) {
    if (part === undefined || part.done === true) throw new Error("A reader came to the end of what happens.");
    left -= part.value.count;
    if (left === 0) return;
    if (left < 0) throw new Error(`A reader was given ${size - left} entries of ${size}.`);
  }
}
