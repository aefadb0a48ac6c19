import { setTimeout as pause } from "node:timers/promises";
import type { StorageAdapter } from "@slotwright/core";
import { type FeedPosition, isStorageError } from "@slotwright/core/adapter";
import { createFeedTally, type EntryCounts, type FeedFlaws } from "@slotwright/lab/feed-tally";

export interface ReaderResult {
  readonly given: number;
  /** Reads that threw, because a node was away. */
  readonly failed: number;
  readonly flaws: FeedFlaws & { readonly feed_reset: number };
}

export interface Reader {
  /** Reads until the signal comes. */
  follow(signal: AbortSignal): Promise<void>;
  /** Reads on until there is nothing new, and compares what it was given with the journal. */
  finish(journal: EntryCounts): Promise<ReaderResult>;
}

const mostAtOnce = 200;

/** Follows the feed from the beginning, each time on another node, in pages of all sizes. */
export function changingReader(storages: readonly StorageAdapter<never>[]): Reader {
  const given = createFeedTally();
  let position: FeedPosition | null = null;
  let resets = 0;
  let failed = 0;
  const read = async (storage: StorageAdapter<never>): Promise<number> => {
    const limit = 1 + Math.floor(Math.random() * mostAtOnce);
    const page = await storage.readFeed({ after: position, limit });
    if (page.status === "reset") {
      resets += 1;
      return 0;
    }
    // A reader keeps its position as JSON.
    position = JSON.parse(JSON.stringify(page.position)) as FeedPosition;
    given.note(page.entries.map(({ entry }) => entry));
    return page.entries.length;
  };
  return {
    async follow(signal) {
      while (!signal.aborted) {
        const storage = storages[Math.floor(Math.random() * storages.length)] as StorageAdapter<never>;
        const found = await read(storage).catch((error: unknown) => {
          if (!isStorageError(error)) throw error;
          failed += 1;
          return 0;
        });
        if (found === 0) await pause(Math.random() * 4);
      }
    },
    async finish(journal) {
      for (const storage of storages) while ((await read(storage)) > 0);
      return { given: given.count(), failed, flaws: { ...given.flaws(journal), feed_reset: resets } };
    },
  };
}
