import assert from "node:assert/strict";
import { createEngine, isBookingError } from "@slotwright/core";
import type { StorageAdapter } from "@slotwright/core/adapter";
import { contractCalls } from "./contract-calls.ts";

/**
 * Rejects unless each call of the adapter is refused with this message, including `within` and calls of an engine on
 * it.
 */
export async function refusesEveryCall(storage: StorageAdapter, message: RegExp): Promise<void> {
  const refused = { failure: "misused", message };
  await assert.rejects(storage.migrate(), refused);
  await assert.rejects(storage.begin(), refused);
  await assert.rejects(
    createEngine({ storage }).transaction(async () => {}),
    { code: "storage_misused", message },
  );
  await refusesToWork(storage, message);
  await refusesToWork(storage.within(undefined), message);
  await storage.close();
}

/** The same for an adapter that `within` returned, which cannot migrate. */
export async function refusesToWork(storage: StorageAdapter, message: RegExp): Promise<void> {
  for (const call of contractCalls) await assert.rejects(call(storage), { failure: "misused", message });
  await assert.rejects(createEngine({ storage }).getSlot("s"), (error) => {
    return isBookingError(error, "storage_misused") && message.test(error.message);
  });
}
