import { createEngine, type StorageAdapter } from "@slotwright/core";
import { everyCall } from "./every-call.ts";

/**
 * Makes every call that a host can make, the ones within a transaction and a relay's included, as a role that has few
 * privileges. The tables are those of `fillPlanStage`. Throws what the database refuses.
 */
export async function callsAsLimitedRole(storage: StorageAdapter<never>): Promise<void> {
  const { applied } = await storage.migrate();
  if (applied.length > 0) throw new Error("The tables must be there before the role looks for them.");
  const engine = createEngine({ storage });
  await everyCall({ engine, schedule: 1, run: (_, call) => call() });
  await engine.transaction((opened) =>
    everyCall({ engine: opened.engine as never, schedule: 2, run: (_, call) => call(), isWithin: true }),
  );
  for (const expected of [0, 1]) {
    const isStored = await storage.storeRelay({ name: "mail", expected, state: {} });
    if (!isStored) throw new Error(`The relay's state is not at version ${expected}.`);
  }
}
