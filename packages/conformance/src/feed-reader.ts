import { setTimeout as pause } from "node:timers/promises";
import type { JournalEntry, StorageAdapter } from "@slotwright/core";
import { type FeedPosition, isStorageError } from "@slotwright/core/adapter";

/** Reads the feed of a storage page by page, from the beginning. */
export interface FeedReader {
  /** All entries that it has been given so far. */
  readonly entries: readonly JournalEntry[];
  readonly position: FeedPosition | null;
  /** Reads one page. @throws Error if the position no longer fits */
  read(): Promise<readonly JournalEntry[]>;
  /** Reads on until a page is not full. */
  readToEnd(): Promise<void>;
}

export function createFeedReader(storage: StorageAdapter, limit: number, from: FeedPosition | null = null): FeedReader {
  const entries: JournalEntry[] = [];
  let position = from;
  const reader = {
    entries,
    get position() {
      return position;
    },
    async read() {
      const page = await storage.readFeed({ after: position, limit });
      if (page.status === "reset") throw new Error(`The position ${JSON.stringify(position)} does not fit.`);
      // A reader keeps its position as JSON.
      const next = JSON.stringify(page.position);
      if (page.entries.length > 0 && next === JSON.stringify(position)) {
        throw new Error(`The position ${next} stays where it is, although entries have been read from there.`);
      }
      position = JSON.parse(next) as FeedPosition;
      const given = page.entries.map(({ entry }) => entry);
      entries.push(...given);
      return given;
    },
    async readToEnd() {
      while ((await reader.read()).length === limit);
    },
  };
  return reader;
}

export interface FeedFollower {
  /** Reads to the end, and returns all entries that came. Rejects if the position no longer fits. */
  finish(): Promise<readonly JournalEntry[]>;
  /** Stops where it is. */
  stop(): void;
}

/** Follows the feed from now on, in small pages, while others work. It waits while the database is away. */
export async function followFeed(storage: StorageAdapter): Promise<FeedFollower> {
  const reader = createFeedReader(storage, followedAtOnce, await patiently(() => endOf(storage)));
  let isStopped = false;
  const following = (async () => {
    while (!isStopped) {
      await patiently(() => reader.read());
      await pause(Math.random() * 4);
    }
  })();
  // Its error is that of `finish`.
  following.catch(() => {});
  return {
    async finish() {
      isStopped = true;
      await following;
      await patiently(() => reader.readToEnd());
      return reader.entries;
    },
    stop() {
      isStopped = true;
    },
  };
}

const followedAtOnce = 7;

async function endOf(storage: StorageAdapter): Promise<FeedPosition | null> {
  const read = await storage.readFeed({ after: "end", limit: 1 });
  return read.status === "read" ? read.position : null;
}

/** Longer than any fault keeps a database away. */
const mostAttempts = 600;

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isStorageError(error) || attempt === mostAttempts) throw error;
      await pause(50);
    }
  }
}
