import assert from "node:assert/strict";
import type { StorageAdapter } from "@slotwright/core/adapter";

/** Stores settings and the state of a relay, and reads the clock, on a connection with the host's own configuration. */
export async function keepsSettingsAndTime(storage: StorageAdapter, other: StorageAdapter): Promise<void> {
  assert.equal(await storage.readSettings(), undefined);
  await storage.storeSettings({ overlapScope: "provider", idempotencyScope: "actor" });
  await storage.storeSettings({ overlapScope: "facility", idempotencyScope: "actor" });
  assert.deepEqual(await storage.readSettings(), { overlapScope: "provider", idempotencyScope: "actor" });
  assert.deepEqual(await other.readSettings(), { overlapScope: "provider", idempotencyScope: "actor" });
  const state = { "ünïcode 😀": "' \\ \u0000", step: 1 };
  assert.equal(await storage.storeRelay({ name: "mail", expected: 0, state }), true);
  assert.equal(await other.storeRelay({ name: "mail", expected: 0, state: {} }), false);
  assert.equal(await storage.storeRelay({ name: "mail", expected: 1, state }), true);
  assert.deepEqual(await other.readRelay("mail"), { version: 2, state });
  const before = Date.now();
  const theirs = (await storage.readClock()).getTime();
  assert.ok(theirs > before - 1_000 && theirs < Date.now() + 1_000, new Date(theirs).toISOString());
}
