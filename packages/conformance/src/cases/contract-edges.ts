import assert from "node:assert/strict";
import type { Slot, StorageAdapter } from "@slotwright/core";
import { type AppointmentQuery, keyOf, type SlotQuery } from "@slotwright/core/adapter";
import type { ConformanceCase } from "../harness.ts";
import { journalOf } from "../journal-of.ts";
import { appointmentOn, sampleInstant as at, sampleNow, sampleSchedule, slotAt, transitionOf } from "../records.ts";

const byOneMs = (time: Date, ms: -1 | 1): Date => new Date(time.getTime() + ms);

/** Two of everything, with ids that differ only in case. */
const twins = ["Ann", "ann"].map((name, seat) => {
  const schedule = { ...sampleSchedule, id: `line-${name}`, providerId: `dr-${name}`, facilityId: `north-${name}` };
  const place = { scheduleId: schedule.id, providerId: schedule.providerId, facilityId: schedule.facilityId, seat };
  const slot = slotAt(0, { ...place, id: `slot-${name}` });
  const asked = appointmentOn(slot, { id: `visit-${name}`, subjectId: `p-${name}`, status: "scheduled", slotIds: [] });
  return { name, schedule, slot, asked };
});

async function stagedTwins(storage: StorageAdapter): Promise<void> {
  for (const { name, schedule, slot, asked } of twins) {
    const outcomes = await storage.commit([transitionOf(`Create-${name}`, schedule, slot, asked)]);
    assert.deepEqual(outcomes, [{ status: "committed" }]);
  }
}

const slot = slotAt(30);
const visit = appointmentOn(slot, { status: "scheduled", slotIds: [] });

async function countsOf(storage: StorageAdapter) {
  await storage.commit([transitionOf("create", sampleSchedule, slot, visit)]);
  return {
    slots: async (query: Partial<SlotQuery>) =>
      (await storage.findSlots({ asOf: sampleNow, limit: 10, ...query })).length,
    appointments: async (query: Partial<AppointmentQuery>) =>
      (await storage.findAppointments({ limit: 10, ...query })).length,
  };
}

export const contractEdgeCases: readonly ConformanceCase[] = [
  {
    key: "contract.edges",
    title: "bounds of lists are exact to the millisecond, inclusive or exclusive as documented",
    async run({ storage }) {
      const counts = await countsOf(storage);
      for (const count of [counts.slots, counts.appointments]) {
        assert.equal(await count({ startFrom: slot.start }), 1);
        assert.equal(await count({ startFrom: byOneMs(slot.start, 1) }), 0);
        assert.equal(await count({ startBefore: slot.start }), 0);
        assert.equal(await count({ startBefore: byOneMs(slot.start, 1) }), 1);
      }
      assert.equal(await counts.slots({ endAfter: slot.end }), 0);
      assert.equal(await counts.slots({ endAfter: byOneMs(slot.end, -1) }), 1);
    },
  },
  {
    key: "contract.edges-of-holds",
    title: "a hold lasts to the millisecond before it expires",
    async run({ storage }) {
      const hold = { tokenHash: "0".repeat(64), expiresAt: at(10), holderId: null };
      const held: Slot = { ...slot, status: "held", hold };
      await storage.commit([transitionOf("create", sampleSchedule, held)]);
      const idsOf = async (status: "available" | "held", asOf: Date) =>
        (await storage.findSlots({ statuses: [status], asOf, limit: 10 })).map(({ id }) => id);
      const before = byOneMs(hold.expiresAt, -1);
      assert.deepEqual([await idsOf("held", before), await idsOf("available", before)], [[held.id], []]);
      const after = hold.expiresAt;
      assert.deepEqual([await idsOf("held", after), await idsOf("available", after)], [[], [held.id]]);
    },
  },
  {
    key: "contract.capitals",
    title: "ids that differ only in case are different ids in every lookup",
    async run({ storage, second }) {
      await stagedTwins(storage);
      const others = twins.slice(0, 1).flatMap(({ schedule, slot, asked }) => [schedule, slot, asked]);
      const shouted = others.map(({ kind, id }) => ({ kind, id: id.toUpperCase() }));
      assert.deepEqual(await second.load(shouted), [undefined, undefined, undefined]);
      for (const { name, schedule, slot, asked } of twins) {
        assert.deepEqual(await second.load([schedule, slot, asked].map(keyOf)), [schedule, slot, asked]);
        const { providerId, facilityId, id: scheduleId } = schedule;
        for (const query of [{ providerIds: [providerId] }, { facilityId }]) {
          assert.deepEqual(await second.findSlots({ ...query, asOf: sampleNow, limit: 10 }), [slot]);
          assert.deepEqual(await second.findAppointments({ ...query, limit: 10 }), [asked]);
        }
        assert.deepEqual(await second.findSlots({ scheduleId, asOf: sampleNow, limit: 10 }), [slot]);
        assert.deepEqual(await second.findAppointments({ subjectId: asked.subjectId, limit: 10 }), [asked]);
        const [entry] = await journalOf(second, { record: slot, limit: 10 });
        assert.equal(entry?.commandId, `Create-${name}`);
      }
    },
  },
];
