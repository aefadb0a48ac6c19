import { createEngine, weekdays } from "@slotwright/core";
import { loadEngine } from "@slotwright/lab/engines";
import { Temporal } from "temporal-polyfill";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { partsOf, runThrough, type SyncCalls } from "../../page/src/sync/run.ts";
import { createSyncCheck } from "../../page/src/sync/sync-check.ts";
import { damage } from "../../server/damage.ts";
import { seed } from "../../server/seed/seed.ts";

const days = 120;
const staff = { kind: "provider", id: "dr-osei" };

let calls: SyncCalls;

/** A seeded clinic in which one booking was cancelled by hand-written SQL: its slot and its appointment are wrong. */
async function brokenClinic(): Promise<SyncCalls> {
  const { engine, storage, database } = await seededClinic();
  await damage(storage, { engine, address: database.address, about: "", end: async () => undefined });
  return createEngine({ storage }).as(staff);
}

async function seededClinic() {
  const engine = await loadEngine("sqlite");
  const database = await engine.createDatabase(new AbortController().signal);
  const storage = engine.openStorage(database.address);
  onTestFinished(async () => {
    await storage.close();
    await database.end({ keep: false });
  });
  await storage.migrate();
  const now = Temporal.Now.instant();
  await seed(storage, { from: now.toZonedDateTimeISO("UTC").toPlainDate(), now });
  return { engine, storage, database };
}

/** The same calls, of which the one after so many fails. */
function failingAfter(answers: number): SyncCalls {
  let left = answers;
  return {
    ...calls,
    reconcile: (input) => (left-- > 0 ? calls.reconcile(input) : Promise.reject(new Error("no answer"))),
  };
}

describe("the sync check of the page", () => {
  beforeEach(async () => {
    calls = await brokenClinic();
  });

  it("finds in parts what one call finds, and reads each record once", async () => {
    const whole = await calls.reconcile({ dryRun: true });
    const startedAt = new Date();
    const heard: number[] = [];
    const parts = partsOf(startedAt.getTime(), days);
    const run = await runThrough(calls, { dryRun: true, parts, startedAt, onPart: ({ done }) => heard.push(done) });
    expect(run.findings).toHaveLength(2);
    expect(run.findings).toEqual(whole.findings);
    expect(run.scanned).toEqual(whole.scanned);
    expect(heard).toEqual(Array.from({ length: parts.length + 1 }, (_, index) => index));
  });

  it("looks up what the findings name", async () => {
    const sync = createSyncCheck(calls, days);
    await sync.check();
    const { known } = sync.get().check ?? {};
    expect([known?.slots.size, known?.appointments.size]).toEqual([1, 1]);
  });

  it("repairs what it found, and says what is left by another check", async () => {
    const sync = createSyncCheck(calls, days);
    await sync.check();
    await sync.repair();
    const { phase, check, repair, failure } = sync.get();
    expect({ phase, failure }).toEqual({ phase: "idle", failure: null });
    expect(repair).toMatchObject({ repaired: 2, repairable: 0, manual: 0 });
    expect(check).toMatchObject({ repaired: 0, repairable: 0, manual: 0, findings: [] });
    expect(check?.startedAt.getTime()).toBeGreaterThanOrEqual(repair?.startedAt.getTime() ?? Number.NaN);
  });

  it("lists slots that the clocks show at another time, looks them up, and moves those that are free", async () => {
    const {
      engine: database,
      storage,
      database: { address },
    } = await seededClinic();
    const engine = createEngine({ storage }).as(staff);
    const place = { providerId: "night-nurse", facilityId: "harbour" };
    const weekly = [{ days: weekdays, from: "09:00", to: "10:00" }];
    await engine.setAvailability({ ...place, timeZone: "Asia/Tokyo", hours: { offer: { minutes: 60 }, weekly } });
    const { created } = await engine.publishSlots({ ...place, until: new Date(Date.now() + 14 * 86_400_000) });
    // As if the rules of the zone were other ones now.
    const connection = await database.connect(address);
    await connection.query(
      "update slotwright_availabilities set time_zone = 'Asia/Shanghai' where provider_id = 'night-nurse'",
    );
    await connection.close();
    const sync = createSyncCheck(engine, days);
    await sync.check();
    const { check } = sync.get();
    expect(check?.movedCount).toBe(created);
    expect(check?.moved.map(({ slotId }) => check.known.slots.has(slotId))).toEqual(Array(created).fill(true));
    expect((await sync.repair()).moved.map(({ outcome }) => outcome)).toEqual(Array(created).fill("repaired"));
    expect(sync.get().check).toMatchObject({ moved: [], movedCount: 0 });
  });

  it("does not count as a check if one of its parts has no answer", async () => {
    const sync = createSyncCheck(failingAfter(9), days);
    await sync.check();
    expect(sync.get()).toMatchObject({ phase: "idle", check: null, failure: { of: "check" } });
  });

  it("keeps what a repair did before it failed, and no longer shows what was found before", async () => {
    const parts = partsOf(0, days).length;
    const sync = createSyncCheck(failingAfter(2 * parts - 1), days);
    await sync.check();
    // Between what was found and the repair, so that one is later by the clock.
    await new Promise((resolve) => setTimeout(resolve, 5));
    await expect(sync.repair()).rejects.toThrow("no answer");
    expect(sync.get()).toMatchObject({ check: null, repair: { repaired: 2 }, failure: { of: "repair" } });
  });

  it("says that something may be left when the check after a repair fails", async () => {
    const sync = createSyncCheck(failingAfter(2 * partsOf(0, days).length), days);
    await sync.check();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await sync.repair();
    expect(sync.get()).toMatchObject({ check: null, repair: { repaired: 2 }, failure: { of: "check" } });
  });

  it("finds a record that is gone, and goes on", async () => {
    const gone = Object.assign(new Error("gone"), { code: "appointment_not_found" });
    const sync = createSyncCheck({ ...calls, getAppointment: () => Promise.reject(gone) }, days);
    await sync.check();
    expect(sync.get().check?.findings).toHaveLength(2);
    expect(sync.get().check?.known.appointments.size).toBe(0);
  });
});

describe("the parts of a check", () => {
  it("leave out no instant, and take none twice", () => {
    const parts = partsOf(Date.parse("2026-11-29T08:00:00Z"), days);
    expect(parts[0]?.from).toBeUndefined();
    expect(parts.at(-1)?.to).toBeUndefined();
    expect(parts.slice(1).map(({ from }) => from)).toEqual(parts.slice(0, -1).map(({ to }) => to));
  });
});
