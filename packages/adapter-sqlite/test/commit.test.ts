import { booking, creation, journalOf, slotAt, transitionOf } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { keyOf, type Transition } from "@slotwright/core/adapter";
import Database from "better-sqlite3";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { sqliteAdapter } from "../src/index.ts";
import { freshFile } from "./fresh-folder.ts";

let storage: StorageAdapter;
/** First words of what was sent to the database. */
let sent: string[];

beforeEach(async () => {
  sent = [];
  const verbose = (sql: unknown) => sent.push(String(sql).split(/\s/, 1)[0] ?? "");
  const database = new Database(freshFile(), { verbose });
  onTestFinished(() => void database.close());
  storage = sqliteAdapter({ database }) as StorageAdapter;
  await storage.migrate();
  await storage.commit([creation(...[0, 30, 60, 90].map((minutes) => slotAt(minutes)))]);
  sent.length = 0;
});

const statusesOf = async (...transitions: Transition[]) =>
  (await storage.commit(transitions)).map(({ status }) => status);
const count = (word: string) => sent.filter((one) => one === word).length;
const bookings = [0, 30, 60].map((minutes) => booking(slotAt(minutes)));

/** Writes something of its own, and holds only if that slot is unchanged. */
const restingOn = (minutes: number, version: number): Transition => {
  const own = transitionOf(`resting on ${minutes}`, slotAt(120));
  return { ...own, expect: [...own.expect, { key: keyOf(slotAt(minutes)), version }] };
};

describe("a batch that succeeds as a whole", () => {
  it("is written without checking what is there, and without a savepoint for each transition", async () => {
    expect(await statusesOf(...bookings)).toEqual(["committed", "committed", "committed"]);
    // The one select reads the schema's version. A booking writes a command, two entries and two records.
    expect([count("begin"), count("commit"), count("savepoint"), count("select")]).toEqual([1, 1, 0, 1]);
    expect([count("insert"), count("update")]).toEqual([3 * 4, 3]);
  });

  it("may rest on records that it does not write", async () => {
    expect(await statusesOf(restingOn(90, 1), ...bookings)).toEqual(Array(4).fill("committed"));
    expect(count("savepoint")).toBe(0);
  });
});

describe("a batch in which one transition fails", () => {
  it("is undone, and decided one by one: the others are committed once, with one sync to disk", async () => {
    const [first, second, third] = bookings as [Transition, Transition, Transition];
    await storage.commit([second]);
    sent.length = 0;
    expect(await statusesOf(first, second, third)).toEqual(["committed", "replayed", "committed"]);
    expect([count("begin"), count("rollback"), count("commit")]).toEqual([2, 2, 1]);
    for (const minutes of [0, 30, 60]) {
      const entries = await journalOf(storage, { record: slotAt(minutes), limit: 9 });
      expect(entries.map(({ version }) => version)).toEqual([1, 2]);
    }
  });

  it.each([
    ["by itself", []],
    ["among others", bookings],
  ])("reports that a record which it rests on but does not write has changed, %s", async (_where, others) => {
    await storage.commit([booking(slotAt(90))]);
    const resting = restingOn(90, 1);
    const outcomes = await storage.commit([...others, resting]);
    expect(outcomes.at(-1)).toEqual({ status: "stale", keys: [keyOf(slotAt(90))] });
    expect(await storage.load([{ kind: "command", id: resting.command.id }, keyOf(slotAt(120))])).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe("a hundred slots in one transition", () => {
  const later = (minutes: number) => transitionOf(`create ${minutes}`, slotAt(minutes));
  const hundred = Array.from({ length: 100 }, (_, index) => slotAt(1_000 + index * 30));

  it("are written by a few statements, and read back as they were", async () => {
    expect(await statusesOf(transitionOf("publish", ...hundred))).toEqual(["committed"]);
    // The command. Entries and slots: 64 at once, then four times eight, then four single ones.
    expect(count("insert")).toBe(1 + 2 * (1 + 4 + 4));
    expect(await storage.load(hundred.map(keyOf))).toEqual(hundred);
  });

  it.each([0, 63, 64, 99])("leave nothing behind if number %i overlaps another one", async (index) => {
    const overlapping = slotAt(1_000 + index * 30, { id: "in the way" });
    await storage.commit([transitionOf("in the way", overlapping)]);
    const [refused, other] = await storage.commit([transitionOf("publish", ...hundred), later(9_000)]);
    expect(refused).toEqual({ status: "refused", guard: "no_overlap" });
    expect(other).toEqual({ status: "committed" });
    expect(await storage.load(hundred.map(keyOf))).toEqual(hundred.map(() => undefined));
    const entries = await Promise.all(hundred.map((record) => journalOf(storage, { record, limit: 9 })));
    expect(entries.flat()).toEqual([]);
  });

  it("are stale if one of them exists", async () => {
    await storage.commit([later(1_300)]);
    const [outcome] = await storage.commit([transitionOf("publish", ...hundred)]);
    expect(outcome).toEqual({ status: "stale", keys: [keyOf(slotAt(1_300))] });
  });
});
