import { createEngine, type Engine, type Slot, type StorageAdapter } from "@slotwright/core";
import type { Contender } from "./contender.ts";

export const actor = { kind: "benchmark", id: "bench" };
const firstStart = Date.UTC(2026, 0, 1);
const slotMs = 15 * 60_000;

/** Publishes back-to-back slots; each call starts where the one before ended. */
export function publisher(engine: Engine): (count: number) => Promise<readonly Slot[]> {
  let next = firstStart;
  return async (count) => {
    const slots = Array.from({ length: count }, () => {
      next += slotMs;
      return { start: new Date(next - slotMs), end: new Date(next) };
    });
    return (await engine.createSlots({ actor, providerId: "dr-grey", facilityId: "north", slots })).slots;
  };
}

/** The engine on a migrated store, as a host uses it. */
export function slotwrightContender(storage: StorageAdapter, close: () => Promise<void>): Contender {
  const engine = createEngine({ storage });
  return {
    name: "slotwright",
    publish: publisher(engine),
    book: async ({ id }) => {
      await engine.book({ actor, slotId: id, subjectId: "p-1" });
    },
    close,
  };
}
