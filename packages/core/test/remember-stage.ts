import { patient, place } from "@slotwright/conformance/fixtures";
import { createEngine, type Engine, type EngineOptions, type Slot } from "../src/index.ts";
import { createMemoryDatabase, memoryAdapter } from "../src/memory/index.ts";
import { watched } from "./watched-storage.ts";

/** Two engines on one database, as in two processes: what goes out of the first is watched, the other is faster. */
export function stage(options: Partial<EngineOptions<unknown>> = {}) {
  const database = createMemoryDatabase();
  const memory = memoryAdapter({ database });
  const { storage, sent } = watched(memory);
  const engine = createEngine({ storage, ...options });
  const other = createEngine({ storage: memoryAdapter({ database }) });
  const corrupt = (change: (records: typeof database.tables.records) => void) => change(database.tables.records);
  return { memory, engine, other, sent, corrupt };
}

export const book = (engine: Engine, { id }: Pick<Slot, "id">, more: object = {}) =>
  engine.book({ actor: patient, slotId: id, subjectId: "p-1", ...more });

export const listed = async (engine: Engine) => (await engine.listSlots({ providerIds: [place.providerId] })).items;
