import assert from "node:assert/strict";
import { type FaultKind, faultCatalogue, type ReconcileReport, type Slot } from "@slotwright/core";
import { assertSound, engineOn, minutes, patient, place, provider, publish } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { booked, corrupted, operator, orphans } from "./orphans.ts";

const counts = ({ repaired, repairable, manual }: ReconcileReport) => ({ repaired, repairable, manual });

/** Faults that have a case of their own. */
const shownElsewhere: readonly FaultKind[] = ["ended_appointment_lists_slots", "provider_not_listed"];

export const syncCases: readonly ConformanceCase[] = [
  {
    key: "sync.check",
    title: "checkSync names the broken invariant and the records, for every orphan that occurs in practice",
    async run({ open }) {
      const shown = new Set<string>([...orphans.map(({ kind }) => kind), ...shownElsewhere]);
      const missing = Object.keys(faultCatalogue).filter((kind) => !shown.has(kind));
      assert.deepEqual(missing, [], "faults without an orphan");
      for (const orphan of orphans) {
        const store = await open();
        const { engine, slotId } = await corrupted(store, orphan);
        const report = await engine.checkSync(slotId);
        assert.equal(report.inSync, false, orphan.how);
        const fault = report.faults.find(({ kind }) => kind === orphan.kind);
        assert.ok(fault, `${orphan.how}: ${JSON.stringify(report.faults)}`);
        assert.ok(fault.records.length > 0 && fault.invariant >= 1);
        assert.equal(fault.repair === null, orphan.outcome === "manual", orphan.how);
        await store.close();
      }
    },
  },
  {
    key: "sync.reconcile",
    title:
      "reconcile repairs what has one right answer, reports the rest, journals each repair, and changes nothing the second time",
    async run({ open }) {
      for (const orphan of orphans) {
        const store = await open();
        const { engine, slotId } = await corrupted(store, orphan);
        const dry = await engine.reconcile({ actor: operator, dryRun: true });
        const isManual = orphan.outcome === "manual";
        assert.equal(dry.repaired, 0, orphan.how);
        assert.ok(isManual ? dry.manual > 0 : dry.repairable > 0, `${orphan.how}: ${JSON.stringify(dry)}`);
        const entriesBefore = (await engine.history({ slotId })).items.length;
        const run = await engine.reconcile({ actor: operator });
        assert.ok(
          isManual ? run.manual > 0 && run.repaired === 0 : run.repaired > 0,
          `${orphan.how}: ${JSON.stringify(run)}`,
        );
        const { items } = await engine.history({ slotId });
        assert.equal(items.length, entriesBefore + (isManual ? 0 : 1), orphan.how);
        if (!isManual) {
          const last = items.at(-1);
          assert.deepEqual([last?.command, last?.actor, last?.reason], ["repair", operator, orphan.kind]);
          assert.equal((await engine.getSlot(slotId)).status, "available", orphan.how);
          assert.equal((await engine.checkSync(slotId)).inSync, true, orphan.how);
        }
        const again = await engine.reconcile({ actor: operator });
        assert.deepEqual(counts(again), { repaired: 0, repairable: 0, manual: run.manual }, orphan.how);
        assert.equal((await engine.history({ slotId })).items.length, items.length, orphan.how);
        await store.close();
      }
    },
  },
  {
    key: "sync.ended-appointment-lists-slots",
    title: "a cancelled appointment that still lists its slot loses the list, and the slot is freed",
    async run(store) {
      const engine = engineOn(store.storage);
      const { slot, appointment } = await booked(engine);
      await store.corrupt({ put: [{ ...appointment, status: "cancelled" }] });
      const report = await engine.reconcile({ actor: operator });
      assert.deepEqual(
        report.findings.map(({ kind }) => kind),
        ["appointment_ended", "ended_appointment_lists_slots"],
      );
      assert.deepEqual(counts(report), { repaired: 2, repairable: 0, manual: 0 });
      assert.deepEqual((await engine.getAppointment(appointment.id)).slotIds, []);
      assert.equal((await engine.getSlot(slot.id)).status, "available");
    },
  },
  {
    key: "sync.provider-not-listed",
    title:
      "an appointment that does not name the provider of its slot is repaired to name it, and the provider finds it",
    async run(store) {
      const engine = engineOn(store.storage);
      const { slot, appointment } = await booked(engine);
      await store.corrupt({ put: [{ ...appointment, providerIds: [] }] });
      const { faults } = await engine.checkSync(slot.id);
      assert.deepEqual(
        faults.map(({ kind, invariant }) => [kind, invariant]),
        [["provider_not_listed", 3]],
      );
      const report = await engine.reconcile({ actor: operator });
      assert.deepEqual(counts(report), { repaired: 1, repairable: 0, manual: 0 });
      const repaired = await engine.getAppointment(appointment.id);
      assert.deepEqual([repaired.providerIds, repaired.slotIds], [appointment.providerIds, [slot.id]]);
      assert.equal((await engine.listAppointments({ providerIds: [slot.providerId] })).items.length, 1);
      assert.equal((await engine.checkSync(slot.id)).inSync, true);
      await assertSound(store.storage);
    },
  },
  {
    key: "sync.repair-writes-what-it-rests-on",
    title:
      "a repair because of an ended appointment frees all its slots, and gives the appointment a version and an entry",
    async run(store) {
      const engine = engineOn(store.storage);
      const [first] = await publish(engine, 1);
      const at = { ...place, providerId: "room", slots: [{ start: minutes(0), end: minutes(30) }] };
      const [room] = (await engine.createSlots({ actor: provider, ...at })).slots;
      assert.ok(first && room);
      const both = { slotId: first.id, alsoSlotIds: [room.id] };
      const { appointment } = await engine.book({ actor: patient, subjectId: "p-1", ...both });
      for (const slotIds of [appointment.slotIds, []]) {
        const { version } = await engine.getAppointment(appointment.id);
        const slots: readonly Slot[] = await Promise.all([first, room].map(({ id }) => engine.getSlot(id)));
        const booked = slots.map((slot) => ({ ...slot, status: "booked" as const, appointmentId: appointment.id }));
        await store.corrupt({ put: [{ ...appointment, status: "cancelled", slotIds, version }, ...booked] });
        assert.ok((await engine.reconcile({ actor: operator })).repaired >= 2);
        for (const { id } of slots) assert.equal((await engine.getSlot(id)).status, "available");
        const { items } = await engine.history({ appointmentId: appointment.id });
        const last = items.at(-1);
        const after = await engine.getAppointment(appointment.id);
        assert.deepEqual([last?.command, last?.version, last?.toStatus], ["repair", after.version, "cancelled"]);
        assert.ok(after.version > version && after.slotIds.length === 0);
        assert.deepEqual((await engine.reconcile({ actor: operator })).findings, []);
      }
    },
  },
  {
    key: "sync.slot-row-deleted",
    title: "an appointment whose slot was deleted by hand is reported for a person to decide",
    async run(store) {
      const engine = engineOn(store.storage);
      const { slot, appointment } = await booked(engine);
      await store.corrupt({ remove: [slot] });
      const report = await engine.reconcile({ actor: operator });
      assert.deepEqual(
        report.findings.map(({ kind, outcome }) => [kind, outcome]),
        [["appointment_without_slot", "manual"]],
      );
      assert.equal(report.findings[0]?.records[0]?.id, appointment.id);
    },
  },
  {
    key: "sync.cancel-of-astray-appointment",
    title: "a cancellation does not free a slot that was given to another appointment by hand",
    async run(store) {
      const engine = engineOn(store.storage);
      const { slot, appointment, free } = await booked(engine);
      const other = await engine.book({ actor: patient, slotId: free.id, subjectId: "p-2" });
      await store.corrupt({ put: [{ ...slot, appointmentId: other.appointment.id }] });
      const { slots } = await engine.cancel({ actor: patient, appointmentId: appointment.id });
      assert.deepEqual(slots, []);
      assert.equal((await engine.getSlot(slot.id)).appointmentId, other.appointment.id);
    },
  },
];
