import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { Changes, Engine, JournalEntry, SubscribeInput } from "@slotwright/core";

/** A subscriber that notes what it is given, until it is ended. */
export function subscriber(engine: Pick<Engine, "subscribe">, input: SubscribeInput = {}) {
  const ended = new AbortController();
  const parts: Changes[] = [];
  const entries: JournalEntry[] = [];
  const running = (async () => {
    for await (const part of engine.subscribe({ pollMs: 20, ...input, signal: ended.signal })) {
      parts.push(part);
      entries.push(...part.entries);
    }
  })();
  return {
    entries,
    parts,
    /** Waits until it has had so many entries. */
    async has(count: number): Promise<void> {
      for (let waited = 0; entries.length < count; waited += 5) {
        assert.ok(waited < 20_000, `${entries.length} of ${count} entries have come`);
        await Promise.race([pause(5), running]);
      }
    },
    async end(): Promise<void> {
      ended.abort();
      await running;
    },
  };
}

/** Reads the feed by `changes` from the beginning to the end. */
export async function readAll(engine: Engine, limit = 500): Promise<readonly JournalEntry[]> {
  const all: JournalEntry[] = [];
  let after: string | null = null;
  for (;;) {
    const { entries, cursor, isEnd } = await engine.changes({ after, limit });
    all.push(...entries);
    if (isEnd) return all;
    assert.notEqual(cursor, after, "the cursor stays where it is");
    after = cursor;
  }
}
