import { describe, expect, it } from "vitest";
import { createKeptEntries } from "../src/engine/feed/kept-entries.ts";
import { createEngine, type JournalEntry, type StorageAdapter } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import type { FeedEntry, FeedPosition } from "../src/storage/adapter.ts";
import { positionAfter } from "../src/storage/feed-position.ts";
import { actor, heldMemory, hindered, passed, place, slotAt, until } from "./feed-stage.ts";

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
    const rest: FeedEntry[] = [];
    while (readers[1]?.hasAll() === false) {
      const part = readers[1].beyond(atFirstKept) ?? [];
      expect(part.length).toBeLessThanOrEqual(partSize);
      // Those before the position are passed over: an empty part would say that there is nothing more.
      expect(part.length).toBeGreaterThan(0);
      rest.push(...part);
    }
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

describe("readers of the kept entries", () => {
  it("are given the same arrays, from wherever they have set out, and each entry once", () => {
    const kept = createKeptEntries();
    kept.add([], []);
    const readers = Array.from({ length: 3 }, () => kept.reader());
    for (const reader of readers) reader.beyond([]);
    const first = entryAt(1);
    kept.add([first], positionAfter([], [first]));
    expect(readers[0]?.beyond([])).toEqual([first]);
    expect(readers[1]?.beyond([])).toBe(readers[2]?.beyond([]));
    const others = Array.from({ length: 1_300 }, (_, index) => entryAt(index + 2));
    const late = kept.reader();
    late.beyond([]);
    for (let at = 0; at < others.length; at += 130) {
      kept.add(others.slice(at, at + 130), positionAfter([], others.slice(0, at + 130)));
    }
    const partsOf = (reader = late) => {
      const parts: (readonly FeedEntry[])[] = [];
      while (!reader.hasAll()) parts.push(reader.beyond([]) ?? []);
      return parts;
    };
    const fromStart = partsOf(late);
    expect(fromStart.flat().map(({ seq }) => seq)).toEqual(Array.from({ length: 1_301 }, (_, index) => index + 1));
    const ofReaders = readers.map((reader) => partsOf(reader));
    for (const parts of ofReaders) {
      expect(parts.flat()).toEqual(others);
      for (const [index, part] of parts.entries()) {
        expect(part).toBe(ofReaders[0]?.[index]);
        if (index > 0) expect(part).toBe(fromStart[index]);
      }
    }
    // What they were given does not grow.
    const last = fromStart.at(-1)?.length;
    kept.add([entryAt(1_302)], []);
    expect(fromStart.at(-1)).toHaveLength(last ?? 0);
    expect(late.beyond([])).toEqual([entryAt(1_302)]);
  });
});

describe("subscribers that stop reading", () => {
  /** Whose feed has as many entries as it is told. They are read anew each time, as those of a database are. */
  function growing() {
    let last = 0;
    const readFeed: StorageAdapter["readFeed"] = async ({ after, limit }) => {
      const position =
        after === "end" ? positionAfter([], last === 0 ? [] : [entryAt(last - 1), entryAt(last)]) : after;
      const from = Math.max(0, ...(position ?? []).map(({ seq }) => seq));
      const entries = Array.from({ length: Math.min(limit, last - from) }, (_, index) => entryAt(from + index + 1));
      return { status: "read", entries, position: positionAfter(position ?? [], entries) };
    };
    return { storage: { ...memoryAdapter(), readFeed }, grow: (count: number) => (last += count), last: () => last };
  }

  it("hold a part each, however much has come since, and those at the same place hold one together", async () => {
    const { storage, grow, last } = growing();
    grow(2);
    const engine = createEngine({ storage });
    const leaving = new AbortController();
    const { signal } = leaving;
    let [parts, known] = [0, 2];
    const keepingUp = (async () => {
      for await (const { entries } of engine.subscribe({ after: "end", pollMs: 10, signal })) {
        parts += 1;
        known += entries.length;
      }
    })();
    const growBy = async (count: number) => {
      grow(count);
      await until(() => known === last());
    };
    const subscriber = () => engine.subscribe({ after: "end", pollMs: 10, signal })[Symbol.asyncIterator]();
    const places = 30;
    const stopped: AsyncIterator<unknown>[] = [];
    await growBy(10_000);
    const before = heldMemory();
    for (let place = 0; place < places; place++) {
      const some = Array.from({ length: 5 }, subscriber);
      const firsts = Promise.all(some.map((one) => one.next()));
      await passed(20);
      await growBy(2);
      await firsts;
      // They are slow, so that this comes together, and stop after the first part of it.
      await growBy(4_000);
      for (const one of some) expect((await one.next()).value?.entries.length).toBeLessThanOrEqual(partSize);
      stopped.push(...some);
    }
    await growBy(11_000);
    const held = heldMemory() - before;
    expect(stopped).toHaveLength(5 * places);
    expect(parts).toBeGreaterThan(places);
    // A part is about half a megabyte. All that came while they stood still would be more than ninety.
    expect(held / 1e6).toBeLessThan(30);
    leaving.abort();
    await keepingUp;
  }, 20_000);
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
