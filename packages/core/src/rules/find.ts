import { type Refusal, refuse, type SlotChange } from "../errors/index.ts";
import type { Appointment, AppointmentStatus } from "../model/appointment.ts";
import { busyMarkOf } from "../model/busy.ts";
import type { RecordKey } from "../model/record.ts";
import { type Slot, type SlotStatus, slotAsOf } from "../model/slot.ts";
import type { Context, Seen } from "./decision.ts";
import { allows, appointmentTransitions, slotTransitions } from "./transitions.ts";

export const slotKey = (id: string): RecordKey => ({ kind: "slot", id });
export const appointmentKey = (id: string): RecordKey => ({ kind: "appointment", id });

function refuseVersion(record: Slot | Appointment, expected: number | undefined): Refusal | undefined {
  if (expected === undefined || expected === record.version) return undefined;
  return refuse("version_conflict", { record: record.kind, id: record.id, expected, actual: record.version });
}

/** The slot as it counts now, or why the command cannot go on: the slot does not exist, or somebody changed it. */
export function findSlot(seen: Seen, id: string, ifVersion: number | undefined, { now }: Context): Slot | Refusal {
  const slot = seen.slot(id);
  if (slot === undefined) return refuse("slot_not_found", { slotId: id });
  return refuseVersion(slot, ifVersion) ?? slotAsOf(slot, now);
}

export function findAppointment(seen: Seen, id: string, ifVersion: number | undefined): Appointment | Refusal {
  const appointment = seen.appointment(id);
  if (appointment === undefined) return refuse("appointment_not_found", { appointmentId: id });
  return refuseVersion(appointment, ifVersion) ?? appointment;
}

/** Refuses to make an appointment with an id that one has already. */
export function refuseTakenId(seen: Seen, appointmentId: string | undefined): Refusal | undefined {
  if (appointmentId === undefined || seen.appointment(appointmentId) === undefined) return undefined;
  return refuse("appointment_exists", { appointmentId });
}

/**
 * Refuses a slot that is not free, with the code of its state.
 * @param change The command, if the slot is not to be taken.
 */
export function refuseTaken(slot: Slot, change?: SlotChange): Refusal | undefined {
  const { id: slotId, version, status, hold } = slot;
  const details = { slotId, version, ...(change !== undefined && { command: change }) };
  if (status === "booked") return refuse("slot_booked", details);
  if (status === "blocked") {
    const busySource = change === undefined ? undefined : busyMarkOf(slot)?.source;
    return refuse("slot_blocked", { ...details, ...(busySource !== undefined && { busySource }) });
  }
  if (status === "withdrawn") return refuse("slot_withdrawn", details);
  if (status === "held" && hold !== null) return refuse("slot_held", { ...details, heldUntil: hold.expiresAt });
  return undefined;
}

const slotChanges: readonly SlotChange[] = ["block", "unblock", "breakHold"];

/** Refuses a change of the slot's state that the table has no row for, with the code of its present state. */
export function refuseSlotChange(slot: Slot, to: SlotStatus, { command }: Context): Refusal | undefined {
  if (allows(slotTransitions, slot.status, to, command.name)) return undefined;
  const change = slotChanges.find((name) => name === command.name);
  const taken = refuseTaken(slot, change);
  if (taken !== undefined) return taken;
  const slotId = slot.id;
  return refuse("invalid_transition", { record: "slot", id: slotId, from: slot.status, command: command.name });
}

/** Refuses a change of the appointment's state that the table has no row for. */
export function refuseAppointmentChange(
  { id, status }: Appointment,
  to: AppointmentStatus,
  { command }: Context,
): Refusal | undefined {
  if (allows(appointmentTransitions, status, to, command.name)) return undefined;
  return refuse("invalid_transition", { record: "appointment", id, from: status, command: command.name });
}
