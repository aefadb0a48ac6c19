import { setTimeout as sleep } from "node:timers/promises";
import { intercepted } from "@slotwright/conformance";
import { type Engine, isBookingError, type JournalEntry, type StorageAdapter } from "@slotwright/core";
import { createFeedTally, type EntryCounts, entriesIn } from "@slotwright/lab/feed-tally";
import { type Finding, finding } from "./findings.ts";

/** Follows the feed of one node, and goes on from its cursor whatever happens to the node. */
export interface Follower {
  readonly given: () => number;
  readonly end: () => Promise<void>;
  /** Compares what it was given with the journal. To be called when it has come to the end. */
  readonly findings: (journal: EntryCounts) => readonly Finding[];
}

/** A command that was taken back may be committed again later. */
function entryName({ commandId, recordKind, recordId, version, at }: JournalEntry): string {
  return `${commandId} ${recordKind} ${recordId} ${version} ${at.getTime()}`;
}

/** How often those beside the callers look for entries of others: rarely enough to leave the callers their machine. */
export const pollMs = 250;
const pauseMs = 50;

export function startFollower(engine: Engine, name: string): Follower {
  const ending = new AbortController();
  let tally = createFeedTally();
  let after: string | null = null;
  let given = new Set<string>();
  /** What it had been given when it was told to begin anew, each time. */
  const beforeResets: ReadonlySet<string>[] = [];
  const raw: unknown[] = [];

  async function subscribe(): Promise<void> {
    for await (const part of engine.subscribe({ after, pollMs, signal: ending.signal })) {
      tally.note(part.entries);
      for (const entry of part.entries) given.add(entryName(entry));
      after = part.cursor;
    }
  }

  function recover(error: unknown): void {
    if (isBookingError(error, "feed_reset")) {
      // What it had may not have been committed for good: it begins anew.
      beforeResets.push(given);
      [given, after, tally] = [new Set(), null, createFeedTally()];
    } else if (!isBookingError(error) || error.status < 500) raw.push(error);
  }

  const following = (async () => {
    while (!ending.signal.aborted) {
      await subscribe().catch(recover);
      await sleep(pauseMs);
    }
  })();
  return {
    given: () => tally.count(),
    async end() {
      ending.abort();
      await following;
    },
    findings(journal) {
      const { lost, repeated, disordered } = tally.flaws(journal);
      const gone = beforeResets.map((before) => [...before].filter((entry) => !given.has(entry)).length);
      const unfounded = gone.filter((count) => count === 0).length;
      const takenBack = gone.reduce((sum, count) => sum + count, 0);
      return [
        ...finding("lost", lost, `${name} was not given ${lost} of ${entriesIn(journal)} entries`),
        ...finding("doubled", repeated, `${name} was given ${repeated} entries again, or entries that are gone`),
        ...finding("reordered", disordered, `${name} was given ${disordered} entries out of order`),
        ...finding("takenBack", takenBack, `${name} was given ${takenBack} entries that are gone, and began anew`),
        ...finding("other", unfounded, `${name} was told feed_reset, although all that it had is there`),
        ...finding("other", raw.length, `${name}: ${String(raw[0])}`),
      ];
    },
  };
}

/** A storage that reads the feed from any of these. */
export function fromAnyNode(storages: readonly StorageAdapter[]): StorageAdapter {
  const any = () => storages[Math.floor(Math.random() * storages.length)] as StorageAdapter;
  return intercepted(storages[0] as StorageAdapter, () => ({ readFeed: (...given) => any().readFeed(...given) }));
}
