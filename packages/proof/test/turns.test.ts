import { gatedAdapter } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { createMemoryDatabase, memoryAdapter } from "@slotwright/core/memory";
import { type EngineName, type Gate, loadEngine } from "@slotwright/lab/engines";
import { testServer } from "@slotwright/test-servers/vitest";
import { describe, expect, it } from "vitest";
import { type Level, type PlayableEngine, playInterleaved } from "../src/histories/interleaved.ts";

const isThere = (await testServer("postgres")) !== undefined;

/** The steps of some plays, in the order in which they were taken, each on a new database. */
async function stepsOf(
  engine: PlayableEngine,
  address: string,
  level: Level,
  blockedAfterMs = 5_000,
): Promise<readonly string[]> {
  const steps: string[] = [];
  const logged =
    (gate: Gate): Gate =>
    async (step) => {
      await gate(step);
      steps.push(step);
    };
  const openGated = {
    calls: (at: string, gate: Gate) => engine.openGated.calls(at, logged(gate)),
    statements: (at: string, gate: Gate) => engine.openGated.statements(at, logged(gate)),
  };
  // A statement that a lock holds back goes on when the lock is gone, at a moment that no seed gives. None of these does;
  // but some take half a second on a busy machine.
  const options = { level, histories: 10, seed: 5, blockedAfterMs, onTally: () => {} };
  expect(await playInterleaved({ ...engine, openGated }, address, options)).toBeUndefined();
  return steps;
}

async function onDatabase(name: EngineName, level: Level): Promise<readonly string[]> {
  const engine = await loadEngine(name);
  const database = await engine.createDatabase(new AbortController().signal);
  const storage = engine.openStorage(database.address);
  await storage.migrate();
  await storage.close();
  try {
    return await stepsOf(engine, database.address, level);
  } finally {
    await database.end({ keep: false });
  }
}

async function inMemory(level: Level): Promise<readonly string[]> {
  const database = createMemoryDatabase();
  const openStorage = () => memoryAdapter({ database }) as StorageAdapter<never>;
  const open = (_: string, gate: Gate) => {
    const storage = gatedAdapter(openStorage(), gate);
    return { storage, close: () => storage.close() };
  };
  // Here a step waits for nothing but a lock, which many do, and no other machine or thread decides when it goes on.
  return stepsOf({ openStorage, openGated: { calls: open, statements: open } }, "memory", level, 20);
}

describe("the same seed gives the same order of steps, unless one waits for a lock", () => {
  it("in memory", async () => {
    const steps = await inMemory("calls");
    expect(steps.length).toBeGreaterThan(100);
    expect(await inMemory("calls")).toEqual(steps);
  });

  it("on SQLite", async () => {
    expect(await onDatabase("sqlite", "calls")).toEqual(await onDatabase("sqlite", "calls"));
  });

  // Up to five times more: on a busy machine a step may be taken for one that waits for a lock, and the timers of a relay are
  // late. Orders of hundreds of steps that no seed gave would never be the same.
  const onPostgres = it.skipIf(!isThere).each(["calls", "statements"] as const);
  onPostgres("on PostgreSQL, at the level of %s", { retry: 5 }, async (level) => {
    expect(await onDatabase("postgres", level)).toEqual(await onDatabase("postgres", level));
  });
});
