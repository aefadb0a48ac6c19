import { createEngine } from "@slotwright/core";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { sqliteAdapter } from "../src/index.ts";
import { freshFile } from "./fresh-folder.ts";

const actor = { kind: "patient", id: "p" };
const slots = [{ start: "2026-03-02T09:00:00Z", end: "2026-03-02T09:30:00Z" }];

const create = { actor, facilityId: "f", slots };

/** How often a timer of one millisecond fires during the work, and how long that takes. */
async function ticksDuring(work: () => Promise<unknown>): Promise<{ readonly ticks: number; readonly ms: number }> {
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
  }, 1);
  const started = performance.now();
  await work();
  clearInterval(timer);
  return { ticks, ms: performance.now() - started };
}

it("callers in a loop who are answered at once let timers and sockets run", async () => {
  const storage = sqliteAdapter({ filename: freshFile() });
  await storage.migrate();
  const engine = createEngine({ storage });
  const created = await engine.createSlots({ actor, providerId: "p", facilityId: "f", slots });
  const slotId = created.slots[0]?.id ?? "";
  await engine.book({ actor, slotId, subjectId: "p" });
  const { ticks, ms } = await ticksDuring(async () => {
    const caller = async () => {
      for (let round = 0; round < 200; round++) await engine.book({ actor, slotId, subjectId: "p" }).catch(() => {});
    };
    await Promise.all(Array.from({ length: 20 }, caller));
  });
  // With turns of their own, twenty callers would yield only once in 100 ms.
  expect(ticks).toBeGreaterThan(ms / 80);
  await storage.close();
});

it("within the host's transaction nothing else gets a turn, so nothing slips into it", async () => {
  const filename = freshFile();
  const storage = sqliteAdapter({ filename });
  await storage.migrate();
  const engine = createEngine({ storage });
  const database = new Database(filename);
  database.exec("begin immediate");
  const { ticks } = await ticksDuring(async () => {
    for (let index = 0; index < 300; index++)
      await engine.within(database).createSlots({ ...create, providerId: `${index}` });
  });
  database.exec("commit");
  expect(ticks).toBe(0);
  database.close();
  await storage.close();
});

it("a command that waits for another connection's transaction blocks no other call, and goes on when that ends", async () => {
  const filename = freshFile();
  const storage = sqliteAdapter({ filename });
  await storage.migrate();
  const engine = createEngine({ storage });
  const other = new Database(filename);
  other.exec("begin immediate");
  const release = setTimeout(() => other.exec("commit"), 400);
  const { ticks } = await ticksDuring(() => engine.createSlots({ actor, providerId: "p", facilityId: "f", slots }));
  // Some 400, unless the computer is busy; none if SQLite waited.
  expect(ticks).toBeGreaterThan(20);
  clearTimeout(release);
  other.close();
  await storage.close();
});
