import assert from "node:assert/strict";
import type { Engine } from "../../engine/engine.ts";
import type { ReconcileReport } from "../../engine/reconcile.ts";
import type { Appointment } from "../../model/appointment.ts";
import type { Slot } from "../../model/slot.ts";
import type { FaultKind } from "../../rules/sync.ts";
import { askFor, assertSound, engineOn, minutes, patient, place, provider, publish } from "../fixtures.ts";
import type { ConformanceCase, ConformanceStore, Corruption } from "../harness.ts";

const operator = { kind: "operator", id: "night-shift" };

interface Booked {
  readonly slot: Slot;
  readonly appointment: Appointment;
  /** A second slot, free, right after the booked one. */
  readonly free: Slot;
}

async function booked(engine: Engine): Promise<Booked> {
  const [first, free] = await publish(engine, 2);
  assert.ok(first && free);
  const { appointment, slots } = await engine.book({ actor: patient, slotId: first.id, subjectId: "p-1" });
  return { slot: slots[0] as Slot, appointment, free };
}

/** One way in which rows go astray, what is found, and whether it is put right. */
interface Orphan {
  readonly kind: FaultKind;
  readonly how: string;
  readonly corruption: (booked: Booked) => Corruption;
  readonly outcome: "repaired" | "manual";
  /** Which slot to check: the booked one, or the free one. */
  readonly shows?: "free";
  readonly before?: (engine: Engine, booked: Booked) => Promise<void>;
}

const orphans: readonly Orphan[] = [
  {
    kind: "booked_without_appointment",
    how: "a slot set to booked by hand",
    corruption: ({ free }) => ({ put: [{ ...free, status: "booked" }] }),
    outcome: "repaired",
    shows: "free",
  },
  {
    kind: "appointment_missing",
    how: "an appointment deleted by hand",
    corruption: ({ appointment }) => ({ remove: [appointment] }),
    outcome: "repaired",
  },
  {
    kind: "appointment_ended",
    how: "an appointment cancelled by hand, its slot forgotten",
    corruption: ({ appointment }) => ({ put: [{ ...appointment, status: "cancelled", slotIds: [] }] }),
    outcome: "repaired",
  },
  {
    kind: "appointment_ended",
    how: "an appointment set to missed by hand",
    corruption: ({ appointment }) => ({ put: [{ ...appointment, status: "no_show", slotIds: [] }] }),
    outcome: "repaired",
  },
  {
    kind: "linked_but_not_booked",
    how: "a slot set to available by hand, its link forgotten",
    corruption: ({ slot }) => ({ put: [{ ...slot, status: "available" }] }),
    outcome: "manual",
  },
  {
    kind: "appointment_without_slot",
    how: "a slot freed by hand while its appointment is on",
    corruption: ({ slot }) => ({ put: [{ ...slot, status: "available", appointmentId: null }] }),
    outcome: "manual",
  },
  {
    kind: "appointment_without_slot",
    how: "a slot whose link was lost while its appointment is on",
    corruption: ({ slot }) => ({ put: [{ ...slot, appointmentId: null }] }),
    outcome: "manual",
  },
  {
    kind: "appointment_without_slot",
    how: "a slot freed by hand with its version raised, while its appointment is on",
    corruption: ({ slot }) => ({
      put: [{ ...slot, status: "available", appointmentId: null, version: slot.version + 1 }],
    }),
    outcome: "manual",
  },
  {
    kind: "appointment_without_slot",
    how: "a slot whose link was lost and whose version was raised, while its appointment is on",
    corruption: ({ slot }) => ({ put: [{ ...slot, appointmentId: null, version: slot.version + 1 }] }),
    outcome: "manual",
  },
  {
    kind: "slot_not_listed",
    how: "a second slot linked to an appointment by hand",
    corruption: ({ free, appointment }) => ({ put: [{ ...free, status: "booked", appointmentId: appointment.id }] }),
    outcome: "manual",
    shows: "free",
  },
  {
    kind: "appointment_only_scheduled",
    how: "an appointment set back to scheduled by hand",
    corruption: ({ appointment }) => ({ put: [{ ...appointment, status: "scheduled", slotIds: [] }] }),
    outcome: "manual",
  },
  {
    kind: "held_without_hold",
    how: "a slot set to held by hand",
    corruption: ({ free }) => ({ put: [{ ...free, status: "held" }] }),
    outcome: "repaired",
    shows: "free",
  },
  {
    kind: "hold_without_held",
    how: "a held slot set to available by hand",
    corruption: ({ free }) => ({ put: [{ ...free, hold: { tokenHash: "0".repeat(64), expiresAt: minutes(9) } }] }),
    outcome: "repaired",
    shows: "free",
  },
  {
    kind: "time_mismatch",
    how: "an appointment moved by hand",
    corruption: ({ appointment }) => ({ put: [{ ...appointment, end: minutes(45) }] }),
    outcome: "manual",
  },
  {
    kind: "schedule_mismatch",
    how: "an appointment given to another provider by hand",
    corruption: ({ appointment }) => ({ put: [{ ...appointment, providerId: "dr-jones" }] }),
    outcome: "manual",
  },
  {
    kind: "slot_overlap",
    how: "a slot moved over another by hand",
    corruption: ({ free }) => ({ put: [{ ...free, start: minutes(15) }] }),
    outcome: "manual",
  },
  {
    kind: "time_range_invalid",
    how: "a slot that ends before it starts",
    corruption: ({ free }) => ({ put: [{ ...free, end: minutes(20) }] }),
    outcome: "manual",
    shows: "free",
  },
];

async function corrupted(store: ConformanceStore, orphan: Orphan): Promise<{ engine: Engine; slotId: string }> {
  const engine = engineOn(store.storage);
  const before = await booked(engine);
  await store.corrupt(orphan.corruption(before));
  return { engine, slotId: orphan.shows === "free" ? before.free.id : before.slot.id };
}

const counts = ({ repaired, repairable, manual }: ReconcileReport) => ({ repaired, repairable, manual });

export const syncCases: readonly ConformanceCase[] = [
  {
    key: "sync.check",
    title: "checkSync names the broken invariant and the records, for every orphan that arises in life",
    async run({ open }) {
      for (const orphan of orphans) {
        const { engine, slotId } = await corrupted(await open(), orphan);
        const report = await engine.checkSync(slotId);
        assert.equal(report.inSync, false, orphan.how);
        const fault = report.faults.find(({ kind }) => kind === orphan.kind);
        assert.ok(fault, `${orphan.how}: ${JSON.stringify(report.faults)}`);
        assert.ok(fault.records.length > 0 && fault.invariant >= 1);
        assert.equal(fault.repair === null, orphan.outcome === "manual", orphan.how);
      }
    },
  },
  {
    key: "sync.reconcile",
    title:
      "reconcile frees what has one right answer, reports the rest, journals each repair, and a second run changes nothing",
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
    key: "sync.slot-row-deleted",
    title: "an appointment whose slot was deleted by hand is reported to a person",
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
    title: "a cancel does not free a slot that went to another appointment by hand",
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
  {
    key: "sync.range",
    title: "reconcile keeps to its range, and counts what it keeps no room for",
    async run(store) {
      const engine = engineOn(store.storage);
      const slots = await publish(engine, 6);
      await store.corrupt({ put: slots.map((slot) => ({ ...slot, status: "booked" })) });
      const found: unknown[] = [];
      const range = { from: minutes(30), to: minutes(150) };
      const dry = await engine.reconcile({
        actor: operator,
        dryRun: true,
        ...range,
        keepFindings: 1,
        onFinding: (one) => found.push(one),
      });
      assert.deepEqual([dry.repairable, dry.findings.length, found.length, dry.scanned.slots], [4, 1, 4, 4]);
      assert.equal((await engine.reconcile({ actor: operator, ...range })).repaired, 4);
      assert.equal((await engine.reconcile({ actor: operator })).repaired, 2);
      assert.equal((await engine.listSlots({ statuses: ["available"] })).items.length, 6);
    },
  },
  {
    key: "sync.range-edge",
    title: "reconcile finds a slot that overlaps one from before its range",
    async run(store) {
      const engine = engineOn(store.storage);
      const [, second] = await publish(engine, 2);
      assert.ok(second);
      await store.corrupt({ put: [{ ...second, start: minutes(15) }] });
      const report = await engine.reconcile({ actor: operator, from: minutes(10) });
      assert.deepEqual(
        report.findings.map(({ kind, records }) => [kind, records[0]?.id]),
        [["slot_overlap", second.id]],
      );
    },
  },
  {
    key: "sync.pages",
    title: "reconcile looks at every slot and every appointment of a long range exactly once",
    async run(store) {
      const engine = engineOn(store.storage);
      const slots = await publish(engine, 2, 600);
      const take = ({ id }: Slot) => engine.book({ actor: patient, slotId: id, subjectId: "p" });
      for (const slot of slots.slice(0, 520)) await take(slot);
      await store.corrupt({ put: slots.slice(1190).map((slot) => ({ ...slot, status: "booked" })) });
      const report = await engine.reconcile({ actor: operator });
      assert.deepEqual([report.scanned, report.repaired], [{ slots: 1200, appointments: 520 }, 10]);
    },
  },
  {
    key: "sync.while-bookings-go-on",
    title: "reconcile finds nothing wrong with bookings that are made and cancelled while it runs",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const slots = await publish(engine, 40);
      let isDone = false;
      const traffic = async (from: number) => {
        for (let index = from; !isDone; index += 3) {
          const slotId = slots[index % slots.length]?.id ?? "";
          const got = await engineOn(second)
            .book({ actor: patient, slotId, subjectId: `p-${index}` })
            .catch(() => undefined);
          if (got) await engineOn(second).cancel({ actor: patient, appointmentId: got.appointment.id });
        }
      };
      const callers = [0, 1, 2].map(traffic);
      for (let round = 0; round < 5; round++) {
        const report = await engine.reconcile({ actor: operator, from: minutes(0), to: minutes(40 * 30) });
        assert.deepEqual(report.findings, []);
      }
      isDone = true;
      await Promise.all(callers);
      await assertSound(storage);
    },
  },
  {
    key: "sync.untouched",
    title: "on a sound store checkSync and reconcile find nothing, scheduled and finished appointments included",
    async run({ storage }) {
      const engine = engineOn(storage);
      await askFor(engine, minutes(900), minutes(910));
      const slots = await publish(engine, 4);
      const [a, b, c] = slots;
      assert.ok(a && b && c);
      const take = async (slotId: string) =>
        (await engine.book({ actor: patient, slotId, subjectId: "p" })).appointment.id;
      await engine.complete({ actor: provider, appointmentId: await take(a.id) });
      await engine.markNoShow({ actor: provider, appointmentId: await take(b.id) });
      await engine.hold({ actor: patient, slotId: c.id });
      const room = await engine.createSlots({
        actor: provider,
        ...place,
        providerId: "room",
        slots: [{ start: minutes(90), end: minutes(120) }],
      });
      await engine.book({
        actor: patient,
        slotId: slots[3]?.id ?? "",
        alsoSlotIds: [room.slots[0]?.id ?? ""],
        subjectId: "p",
      });
      const report = await engine.reconcile({ actor: operator });
      assert.deepEqual([report.findings, report.scanned], [[], { slots: 5, appointments: 4 }]);
    },
  },
];
