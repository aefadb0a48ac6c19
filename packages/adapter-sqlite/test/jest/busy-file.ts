import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine, isBookingError } from "@slotwright/core";
import Database from "better-sqlite3";
import { sqliteAdapter } from "../../src/index.ts";

/** A file that another connection writes to until the engine pauses for it. A command waits, and then succeeds. */
export async function waitForBusyFile(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "slotwright-jest-"));
  const filename = join(folder, "bookings.sqlite");
  const storage = sqliteAdapter({ filename });
  await storage.migrate();
  const other = new Database(filename, { timeout: 0 });
  other.exec("begin immediate");
  let pauses = 0;
  const sleep = async () => {
    pauses += 1;
    if (pauses === 3) other.exec("rollback");
  };
  const engine = createEngine({ storage, clock: { now: () => new Date(), sleep } });
  const start = new Date(Date.UTC(2026, 2, 2, 9));
  const slots = [{ start, end: new Date(start.getTime() + 1_800_000), metadata: { room: [1] } }];
  const created = await engine.createSlots({
    actor: { kind: "provider", id: "p" },
    providerId: "p",
    facilityId: "f",
    slots,
  });
  assert.equal(pauses, 3);
  assert.equal(created.slots[0]?.start.getTime(), start.getTime());
  const missing = await engine.getSlot("nope").catch((error: unknown) => error);
  assert.equal(isBookingError(missing, "slot_not_found"), true);
  other.close();
  await storage.close();
  await rm(folder, { recursive: true });
}
