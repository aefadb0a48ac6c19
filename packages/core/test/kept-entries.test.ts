import { describe, expect, it } from "vitest";
import { createKeptEntries } from "../src/engine/feed/kept-entries.ts";
import { createEngine, type JournalEntry } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import type { FeedEntry, FeedPosition } from "../src/storage/adapter.ts";
import { positionAfter } from "../src/storage/feed-position.ts";
import { actor, heldMemory, hindered, place, slotAt, until } from "./feed-stage.ts";

const mostKept = 10_000;
const partSize = 500;

/** Two partitions take turns. Each entry is about a kilobyte. */
function entryAt(seq: number): FeedEntry {
  const changes = { metadata: { to: `${seq} `.padEnd(1_000, `${seq % 7}`) } };
  const names = { recordKind: "slot", recordId: `s-${seq}`, version: 1, commandId: `c-${seq}`, at: new Date(seq) };
  return { partition: seq % 2, seq, entry: { ...names, changes } as unknown as JournalEntry };
}

const partFrom = (first: number) => Array.from({ length: partSize }, (_, index) => entryAt(first + index));

describe("the entries that an engine keeps for its followers", () => {
  it("are ten thousand at most, in bounded memory, however many there were", () => {
    const kept = createKeptEntries();
    const readers = [kept.reader(), kept.reader()];
    let position: FeedPosition = [];
    kept.add([], position);
    // Of a new one it is not known yet whether its position fits: it reads the database first.
    for (const reader of readers) expect(reader.beyond(position)).toBeUndefined();
    const before = heldMemory();
    const last = 100_000;
    for (let seq = 1; seq <= last; seq += partSize) {
      const part = partFrom(seq);
      const from = position;
      position = positionAfter(position, part);
      kept.add(part, position);
      // Whoever keeps up is given each of them.
      expect(readers[0]?.beyond(from)).toEqual(part);
    }
    const held = heldMemory() - before;
    // All of them would be more than a hundred.
    expect(held / 1e6).toBeLessThan(40);
    expect(kept.count()).toBe(last);
    expect(readers[1]?.beyond([])).toBeUndefined();
    const atFirstKept = positionAfter([], [entryAt(last - mostKept / 2 - 1), entryAt(last - mostKept / 2)]);
    const rest = readers[1]?.beyond(atFirstKept) ?? [];
    expect(rest.map(({ seq }) => seq)).toEqual(
      Array.from({ length: mostKept / 2 }, (_, index) => last - mostKept / 2 + index + 1),
    );
  });

  it("are not given to whoever stands before them, in one of the partitions only as well", () => {
    const kept = createKeptEntries();
    kept.add([], []);
    const reader = kept.reader();
    reader.beyond([]);
    for (let seq = 1; seq <= mostKept + 1; seq += partSize)
      kept.add(
        partFrom(seq),
        [entryAt(seq + partSize - 1)].map((one) => ({ ...one, digest: "12345678" })),
      );
    const { partition, seq } = entryAt(mostKept);
    expect(reader.beyond([{ partition, seq, digest: "12345678" }])).toBeUndefined();
  });
});

describe("a subscriber that falls behind what its engine keeps", () => {
  it("reads on from the database in parts of bounded size, is given each entry once, and then follows the others", async () => {
    const database = memoryAdapter();
    const { storage, calls } = hindered(database);
    const engine = createEngine({ storage });
    const other = createEngine({ storage: database });
    const publish = (first: number, count: number) => {
      const slots = Array.from({ length: count }, (_, index) => slotAt((first + index) * 30));
      return other.createSlots({ actor, ...place, slots });
    };
    const leaving = new AbortController();
    let known = 0;
    const keepingUp = (async () => {
      for await (const { entries } of engine.subscribe({ pollMs: 10, signal: leaving.signal })) known += entries.length;
    })();
    const slow = engine.subscribe({ pollMs: 3_600_000, signal: leaving.signal })[Symbol.asyncIterator]();
    await publish(0, 1);
    const given = [...((await slow.next()).value?.entries ?? [])];
    for (let count = 1; count <= 12_000; count += 3_000) await publish(count, 3_000);
    await until(() => known === 12_001);
    const largest: number[] = [];
    const before = calls.filter((name) => name === "readFeed").length;
    while (given.length < 12_001) {
      const { value } = await slow.next();
      largest.push(value?.entries.length ?? 0);
      given.push(...(value?.entries ?? []));
    }
    const reads = calls.filter((name) => name === "readFeed").length - before;
    expect(new Set(given.map(({ recordId }) => recordId)).size).toBe(12_001);
    expect(Math.max(...largest)).toBeLessThanOrEqual(500);
    // What the engine has dropped: at least 2 001 entries. The polls of the other one read as well.
    expect(reads).toBeGreaterThanOrEqual(5);
    await publish(12_001, 1);
    expect((await slow.next()).value?.entries).toHaveLength(1);
    leaving.abort();
    await keepingUp;
  });
});
