import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine, isBookingError } from "@slotwright/core";
import Database from "better-sqlite3";
import { sqliteAdapter } from "../../src/index.ts";

/** A file that another connection writes to for 200 ms: a booking waits until it is done. */
export async function waitForBusyFile(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "slotwright-jest-"));
  const filename = join(folder, "bookings.sqlite");
  const storage = sqliteAdapter({ filename });
  await storage.migrate();
  const other = new Database(filename, { timeout: 0 });
  other.exec("begin immediate");
  setTimeout(() => other.exec("rollback"), 200);
  const engine = createEngine({ storage });
  const start = new Date(Date.UTC(2026, 2, 2, 9));
  const slots = [{ start, end: new Date(start.getTime() + 1_800_000), metadata: { room: [1] } }];
  const created = await engine.createSlots({
    actor: { kind: "provider", id: "p" },
    providerId: "p",
    facilityId: "f",
    slots,
  });
  assert.equal(created.slots[0]?.start.getTime(), start.getTime());
  const missing = await engine.getSlot("nope").catch((error: unknown) => error);
  assert.equal(isBookingError(missing, "slot_not_found"), true);
  other.close();
  await storage.close();
  await rm(folder, { recursive: true });
}
