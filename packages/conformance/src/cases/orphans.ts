import assert from "node:assert/strict";
import type { Appointment, Engine, FaultKind, Slot } from "@slotwright/core";
import { engineOn, minutes, patient, publish } from "../fixtures.ts";
import type { ConformanceStore, Corruption } from "../harness.ts";

export const operator = { kind: "operator", id: "night-shift" };

interface BookedAndFree {
  readonly slot: Slot;
  readonly appointment: Appointment;
  /** A second slot, free, right after the booked one. */
  readonly free: Slot;
}

export async function booked(engine: Engine): Promise<BookedAndFree> {
  const [first, free] = await publish(engine, 2);
  assert.ok(first && free);
  const { appointment, slots } = await engine.book({ actor: patient, slotId: first.id, subjectId: "p-1" });
  return { slot: slots[0] as Slot, appointment, free };
}

/** One way in which rows become inconsistent, what is found, and whether it is repaired. */
interface Orphan {
  readonly kind: FaultKind;
  readonly how: string;
  readonly corruption: (booked: BookedAndFree) => Corruption;
  readonly outcome: "repaired" | "manual";
  /** Which slot to check: the booked one, or the free one. */
  readonly shows?: "free";
}

export const orphans: readonly Orphan[] = [
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
    how: "an appointment cancelled by hand while its slot stays booked",
    corruption: ({ appointment }) => ({ put: [{ ...appointment, status: "cancelled", slotIds: [] }] }),
    outcome: "repaired",
  },
  {
    kind: "appointment_ended",
    how: "an appointment set to no_show by hand",
    corruption: ({ appointment }) => ({ put: [{ ...appointment, status: "no_show", slotIds: [] }] }),
    outcome: "repaired",
  },
  {
    kind: "linked_but_not_booked",
    how: "a slot set to available by hand with its link left in place",
    corruption: ({ slot }) => ({ put: [{ ...slot, status: "available" }] }),
    outcome: "manual",
  },
  {
    kind: "appointment_without_slot",
    how: "a slot freed by hand while its appointment is active",
    corruption: ({ slot }) => ({ put: [{ ...slot, status: "available", appointmentId: null }] }),
    outcome: "manual",
  },
  {
    kind: "appointment_without_slot",
    how: "a slot whose link was lost while its appointment is active",
    corruption: ({ slot }) => ({ put: [{ ...slot, appointmentId: null }] }),
    outcome: "manual",
  },
  {
    kind: "appointment_without_slot",
    how: "a slot freed by hand with its version raised, while its appointment is active",
    corruption: ({ slot }) => ({
      put: [{ ...slot, status: "available", appointmentId: null, version: slot.version + 1 }],
    }),
    outcome: "manual",
  },
  {
    kind: "appointment_without_slot",
    how: "a slot whose link was lost and whose version was raised, while its appointment is active",
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
    corruption: ({ free }) => ({
      put: [{ ...free, hold: { tokenHash: "0".repeat(64), expiresAt: minutes(9), holderId: null } }],
    }),
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

export async function corrupted(store: ConformanceStore, orphan: Orphan): Promise<{ engine: Engine; slotId: string }> {
  const engine = engineOn(store.storage);
  const before = await booked(engine);
  await store.corrupt(orphan.corruption(before));
  return { engine, slotId: orphan.shows === "free" ? before.free.id : before.slot.id };
}
