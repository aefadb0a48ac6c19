import { createEngine, type JournalEntry, type StorageAdapter } from "@slotwright/core";
import { pollMs } from "./poll.ts";

/** Follows the feed by an engine of its own, and goes on from its cursor whatever happens. */
export interface Reader {
  /** What it was given so far. */
  readonly entries: readonly JournalEntry[];
  /** Why it has given up. */
  readonly failure: () => unknown;
  /** Reads what is left, and ends. */
  readonly end: () => Promise<void>;
}

/** A subscription ends after so many parts, and another one goes on from its cursor, as after a restart. */
const partsOfOne = 5;

export function startReader(storage: StorageAdapter): Reader {
  const engine = createEngine({ storage });
  const ending = new AbortController();
  const entries: JournalEntry[] = [];
  let after: string | null = null;
  let failure: unknown;

  async function subscribe(): Promise<void> {
    let parts = 0;
    for await (const part of engine.subscribe({ after, pollMs, signal: ending.signal })) {
      entries.push(...part.entries);
      after = part.cursor;
      parts += 1;
      if (parts === partsOfOne) return;
    }
  }

  async function follow(): Promise<void> {
    while (!ending.signal.aborted) await subscribe();
  }

  async function readToEnd(): Promise<void> {
    for (let isEnd = false; !isEnd; ) {
      const page = await engine.changes({ after });
      entries.push(...page.entries);
      ({ cursor: after, isEnd } = page);
    }
  }

  async function end(): Promise<void> {
    ending.abort();
    await following;
    await readToEnd().catch(note);
  }

  const note = (error: unknown) => {
    failure ??= error;
  };
  let ended: Promise<void> | undefined;
  const following = follow().catch(note);
  return {
    entries,
    failure: () => failure,
    end() {
      ended ??= end();
      return ended;
    },
  };
}
