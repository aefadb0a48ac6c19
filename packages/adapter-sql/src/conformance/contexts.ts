import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { sampleInstant as at } from "@slotwright/conformance";
import { createEngine } from "@slotwright/core";
import type { StorageAdapter } from "@slotwright/core/adapter";

const actor = { kind: "patient", id: "p" } as const;

/**
 * Callers who each have a tenant book at once. The host's pool must be asked for connections in no caller's context,
 * and each caller must have its own context again afterwards.
 * @param open Opens a storage on a pool that calls `asked` when it is to lend.
 */
export async function asksPoolForNobody(open: (asked: () => void) => StorageAdapter<never>): Promise<void> {
  const tenants = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const engine = createEngine({ storage: open(() => seen.push(tenants.getStore())) });
  const times = [0, 30, 60, 90].map((minutes) => ({ start: at(minutes), end: at(minutes + 30) }));
  const { slots } = await engine.createSlots({ actor, providerId: "p", facilityId: "f", slots: times });
  const after = slots.map(({ id }) =>
    tenants.run(id, async () => {
      await engine.book({ actor, slotId: id, subjectId: "s" });
      return tenants.getStore();
    }),
  );
  assert.deepEqual(
    await Promise.all(after),
    slots.map(({ id }) => id),
  );
  assert.ok(seen.length > 0);
  assert.deepEqual(new Set(seen), new Set([undefined]));
}
