import { openMemoryStore } from "@slotwright/conformance/fixtures";
import { describe, expect, it } from "vitest";
import { type AccessRequest, createEngine, type Finding, type StorageAdapter } from "../src/index.ts";

const actor = { kind: "operator", id: "o-1" };

/** A store with one slot that was set to booked by hand, and an engine on it whose storage is changed a little. */
async function orphaned(change: (storage: StorageAdapter) => Partial<StorageAdapter>, options: object = {}) {
  const store = await openMemoryStore();
  const slots = [{ start: "2026-03-02T09:00:00Z", end: "2026-03-02T09:30:00Z" }];
  const created = await createEngine({ storage: store.storage }).createSlots({
    actor,
    providerId: "p",
    facilityId: "f",
    slots,
  });
  const [slot] = created.slots;
  if (slot === undefined) throw new Error("no slot was made");
  await store.corrupt({ put: [{ ...slot, status: "booked" }] });
  const storage = { ...store.storage, ...change(store.storage as StorageAdapter) } as StorageAdapter;
  return { engine: createEngine({ storage, ...options }), slot, store };
}

describe("reconcile", () => {
  it("leaves to a person what a guard of the database does not let it repair, and goes on", async () => {
    const commit = async () => [{ status: "refused", guard: "valid_time_range" }] as const;
    const { engine } = await orphaned(() => ({ commit }));
    const { repaired, manual, findings } = await engine.reconcile({ actor });
    expect([repaired, manual, findings[0]?.outcome]).toEqual([0, 1, "manual"]);
  });

  it("goes on where a row is deleted by hand while it looks", async () => {
    let isGone = false;
    const { engine } = await orphaned((storage) => ({
      load: async (keys) => (isGone ? keys.map(() => undefined) : storage.load(keys)),
      findAppointments: async (query) => {
        isGone ||= query.statuses !== undefined;
        return storage.findAppointments(query);
      },
    }));
    expect(await engine.reconcile({ actor })).toMatchObject({ repaired: 0, manual: 0 });
  });

  it("asks authorize about itself, and neither that nor a policy about its repairs", async () => {
    const authorize = ({ action }: AccessRequest) => (action === "reconcile" ? undefined : "Nobody may.");
    const no = { authorize, policies: [{ name: "never", check: () => "Never." }] };
    const { engine, slot } = await orphaned(() => ({}), no);
    expect((await engine.reconcile({ actor })).repaired).toBe(1);
    expect((await engine.getSlot(slot.id)).status).toBe("available");
  });

  it("gives onFinding a copy, waits for it, and ends with what it throws", async () => {
    const { engine } = await orphaned(() => ({}));
    let isDone = false;
    const onFinding = async (finding: Finding) => {
      Object.assign(finding, { outcome: "wrecked" });
      await new Promise((resolve) => setTimeout(resolve, 5));
      isDone = true;
    };
    const { findings } = await engine.reconcile({ actor, dryRun: true, onFinding });
    expect([findings[0]?.outcome, isDone]).toEqual(["repairable", true]);
    const fails = async () => {
      throw new Error("no report");
    };
    await expect(engine.reconcile({ actor, onFinding: fails })).rejects.toThrow("no report");
  });

  it("takes time in proportion to the slots, also where all are at the same hour", async () => {
    const store = await openMemoryStore();
    const engine = createEngine({ storage: store.storage });
    const at = { start: "2026-03-02T09:00:00Z", end: "2026-03-02T09:30:00Z", capacity: 1000 };
    for (let index = 0; index < 6; index++) {
      await engine.createSlots({ actor, providerId: `p-${index}`, facilityId: "f", slots: [at] });
    }
    const all = await store.storage.findSlots({ asOf: new Date(0), limit: 10_000 });
    // The memory adapter sorts everything for each page: only the work of reconcile itself is to be seen.
    const findSlots: StorageAdapter["findSlots"] = async ({ after, limit }) => {
      const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after.id) + 1;
      return all.slice(from, from + limit);
    };
    const started = performance.now();
    const report = await createEngine({ storage: { ...store.storage, findSlots } }).reconcile({ actor });
    expect([report.scanned.slots, report.findings]).toEqual([6000, []]);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
