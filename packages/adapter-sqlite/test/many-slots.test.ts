import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createEngine, type NewSlotInput } from "@slotwright/core";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { sqliteAdapter } from "../src/index.ts";
import { freshFile } from "./fresh-folder.ts";

const call = { actor: { kind: "provider", id: "p" }, providerId: "p", facilityId: "f", idempotencyKey: "years" };
const quarterMs = 15 * 60_000;

function* quarters(count: number): Generator<NewSlotInput> {
  const first = Date.UTC(2027, 0, 1);
  for (let start = first; start < first + count * quarterMs; start += quarterMs)
    yield { start: new Date(start), end: new Date(start + quarterMs) };
}

function heapAfterCollection(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

it("a hundred thousand slots take no more memory than the first of them, and timers keep firing", async () => {
  const filename = freshFile();
  const storage = sqliteAdapter({ filename });
  await storage.migrate();
  const heaps: number[] = [];
  let ticks = 0;
  let chunks = 0;
  const timer = setInterval(() => {
    ticks += 1;
  }, 1);
  const created = await createEngine({ storage }).createManySlots({
    ...call,
    slots: quarters(100_000),
    onProgress: ({ inputs }) => {
      chunks += 1;
      if (inputs % 20_000 === 0) heaps.push(heapAfterCollection());
    },
  });
  clearInterval(timer);
  expect(created).toEqual({ idempotencyKey: "years", inputs: 100_000, slots: 100_000 });
  expect(heaps).toHaveLength(5);
  const [first = 0, ...later] = heaps;
  expect(Math.max(...later) - first).toBeLessThan(5e6);
  expect(ticks).toBeGreaterThan(chunks * 0.7);
  const database = new Database(filename, { readonly: true });
  expect(countsOf(database)).toEqual({ slots: 100_000, entries: 100_000, longestResult: 13 });
  database.close();
  await storage.close();
}, 180_000);

it("the same call on another connection does what an abort or a crash left undone", async () => {
  const filename = freshFile();
  const [storage, other] = [sqliteAdapter({ filename }), sqliteAdapter({ filename })];
  await storage.migrate();
  const stop = new AbortController();
  const stopped = createEngine({ storage }).createManySlots({
    ...call,
    slots: quarters(5_000),
    signal: stop.signal,
    onProgress: ({ inputs }) => inputs >= 2_000 && stop.abort(),
  });
  await expect(stopped).rejects.toMatchObject({ code: "aborted", details: { createdSoFar: { inputs: 2_000 } } });
  await storage.close();
  const seen: number[] = [];
  const again = { ...call, slots: quarters(5_000), onProgress: ({ slots }: { slots: number }) => seen.push(slots) };
  expect(await createEngine({ storage: other }).createManySlots(again)).toMatchObject({ slots: 5_000 });
  expect(seen).toEqual(Array.from({ length: 20 }, (_, chunk) => (chunk + 1) * 250));
  const database = new Database(filename, { readonly: true });
  expect(countsOf(database)).toMatchObject({ slots: 5_000, entries: 5_000 });
  database.close();
  await other.close();
});

function countsOf(database: Database.Database): unknown {
  return database
    .prepare(
      `select (select count(*) from slotwright_slots) as slots, (select count(*) from slotwright_journal) as entries,
        (select max(length(result)) from slotwright_commands) as longestResult`,
    )
    .get();
}
