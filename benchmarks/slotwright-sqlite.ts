import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine, type Engine } from "@slotwright/core";
import type { Contender } from "./contender.ts";

const actor = { kind: "benchmark", id: "bench" };
const firstStart = Date.UTC(2026, 0, 1);
const slotMs = 15 * 60_000;

/** Publishes back-to-back slots; each call starts where the one before ended. */
export function publisher(engine: Engine): (count: number) => Promise<readonly string[]> {
  let next = firstStart;
  return async (count) => {
    const slots = Array.from({ length: count }, () => {
      next += slotMs;
      return { start: new Date(next - slotMs), end: new Date(next) };
    });
    const created = await engine.createSlots({ actor, providerId: "dr-grey", facilityId: "north", slots });
    return created.slots.map(({ id }) => id);
  };
}

/** The engine on a file of its own: WAL, synchronous=FULL, all guards. */
export async function slotwrightContender(filename: string): Promise<Contender> {
  const storage = sqliteAdapter({ filename });
  await storage.migrate();
  const engine = createEngine({ storage });
  return {
    name: "slotwright",
    publish: publisher(engine),
    book: async (slotId) => {
      await engine.book({ actor, slotId, subjectId: "p-1" });
    },
    close: () => storage.close(),
  };
}
