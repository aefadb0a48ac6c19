import assert from "node:assert/strict";
import type { Slot, StorageAdapter } from "@slotwright/core";
import type { SlotQuery } from "@slotwright/core/adapter";
import type { ConformanceCase } from "../harness.ts";
import { appointmentOn, sampleInstant as at, booking, creation, sampleNow, slotAt, transitionOf } from "../records.ts";

const provider = (index: number) => ({ providerId: `provider-${index}`, seat: index });
const slots: readonly Slot[] = [
  slotAt(0, { ...provider(0), id: "a" }),
  slotAt(0, { ...provider(1), id: "b" }),
  slotAt(0, { ...provider(2), id: "c", facilityId: "facility-2" }),
  slotAt(30, { ...provider(0), id: "d", status: "held", hold: { tokenHash: "h", expiresAt: at(10), holderId: null } }),
  slotAt(30, { ...provider(1), id: "e", status: "blocked" }),
  slotAt(60, { ...provider(0), id: "f" }),
];

/** Stores the slots, and books the last. The returned function finds the ids of slots, one letter each. */
async function stagedIn(storage: StorageAdapter): Promise<(query: Partial<SlotQuery>) => Promise<string>> {
  await storage.commit([creation(...slots)]);
  assert.deepEqual(await storage.commit([booking(slots[5] as Slot)]), [{ status: "committed" }]);
  return async (query) => {
    const found = await storage.findSlots({ asOf: sampleNow, limit: 100, ...query });
    return found.map(({ id }) => id).join("");
  };
}

export const contractPageCases: readonly ConformanceCase[] = [
  {
    key: "contract.list-merged",
    title: "lists slots by start and id, merged over providers, and never more than the limit",
    async run({ storage }) {
      const found = await stagedIn(storage);
      assert.equal(await found({}), "abcdef");
      assert.equal(await found({ providerIds: ["provider-1", "provider-1", "provider-0"] }), "abdef");
      assert.equal(await found({ providerIds: ["provider-0", "provider-1", "provider-2"], limit: 4 }), "abcd");
      assert.equal(await found({ providerIds: ["provider-2", "provider-0"], descending: true }), "fdca");
      assert.equal(await found({ providerIds: [] }), "");
      assert.equal(await found({ statuses: [] }), "");
    },
  },
  {
    key: "contract.list-pages",
    title: "pages from any position, forwards and backwards, within any bounds",
    async run({ storage }) {
      const found = await stagedIn(storage);
      const place = { start: at(0), id: "b" };
      assert.equal(await found({ after: place }), "cdef");
      assert.equal(await found({ after: place, startFrom: at(0) }), "cdef");
      assert.equal(await found({ after: place, startFrom: at(1) }), "def");
      assert.equal(await found({ after: place, startFrom: at(-1), startBefore: at(60) }), "cde");
      assert.equal(await found({ after: place, descending: true }), "a");
      assert.equal(await found({ after: { start: at(60), id: "f" }, descending: true, startBefore: at(60) }), "edcba");
      assert.equal(await found({ after: { start: at(60), id: "f" }, descending: true, startBefore: at(30) }), "cba");
    },
  },
  {
    key: "contract.list-restricted",
    title: "restricts by facility, schedule and times, all at the same time",
    async run({ storage }) {
      const found = await stagedIn(storage);
      assert.equal(await found({ facilityId: "facility-2" }), "c");
      assert.equal(await found({ scheduleId: "schedule-1", startFrom: at(1), endAfter: at(60) }), "f");
      assert.equal(await found({ scheduleId: "other" }), "");
      assert.equal(
        await found({ providerIds: ["provider-0"], startFrom: at(0), startBefore: at(60), endAfter: at(30) }),
        "d",
      );
    },
  },
  {
    key: "contract.list-expired-holds",
    title: "ignores a hold from the instant it expires",
    async run({ storage }) {
      const found = await stagedIn(storage);
      const statuses = ["available"] as const;
      assert.equal(await found({ statuses, asOf: at(9) }), "abc");
      assert.equal(await found({ statuses, asOf: at(10) }), "abcd");
      assert.equal(await found({ statuses: ["held"], asOf: at(9) }), "d");
      assert.equal(await found({ statuses: ["held"], asOf: at(10) }), "");
      assert.equal(await found({ statuses: ["booked", "blocked"] }), "ef");
    },
  },
  {
    key: "contract.list-appointments",
    title: "lists appointments by subject, provider, facility, status and start",
    async run({ storage }) {
      await stagedIn(storage);
      const asked = appointmentOn(slotAt(0), { id: "asked", status: "scheduled", slotIds: [], subjectId: "subject-2" });
      await storage.commit([transitionOf("ask", asked)]);
      const list = async (query: object) =>
        (await storage.findAppointments({ limit: 10, ...query })).map(({ id }) => id);
      const both = ["asked", "appointment-of-f"];
      assert.deepEqual(await list({}), both);
      assert.deepEqual(await list({ limit: 1 }), ["asked"]);
      assert.deepEqual(await list({ after: { start: at(0), id: "asked" } }), ["appointment-of-f"]);
      const latest = { descending: true };
      assert.deepEqual(await list(latest), both.toReversed());
      assert.deepEqual(await list({ ...latest, limit: 1, providerIds: ["provider-0", "provider-1"] }), [both[1]]);
      assert.deepEqual(await list({ ...latest, after: { start: at(60), id: both[1] }, startBefore: at(60) }), [
        "asked",
      ]);
      assert.deepEqual(await list({ ...latest, after: { start: at(0), id: "asked" } }), []);
      assert.deepEqual(await list({ subjectId: "subject-2" }), ["asked"]);
      assert.deepEqual(await list({ providerIds: ["provider-0", "provider-1"] }), both);
      assert.deepEqual(await list({ facilityId: "facility-2" }), []);
      assert.deepEqual(await list({ statuses: ["confirmed", "cancelled"] }), ["appointment-of-f"]);
      assert.deepEqual(await list({ startFrom: at(0), startBefore: at(60) }), ["asked"]);
    },
  },
];
