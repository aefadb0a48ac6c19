import { type Appointment, ownsSlots } from "../model/appointment.ts";
import { keyOf, type RecordKey } from "../model/record.ts";
import { isOccupying, type Slot } from "../model/slot.ts";
import { contains, overlaps } from "../model/time-range.ts";
import { providersOf } from "./take-slots.ts";

interface FaultEntry {
  /** Number of the broken invariant, as the documentation counts them. */
  readonly invariant: 1 | 2 | 3 | 4;
  /** What is wrong. */
  readonly problem: string;
  /** What `reconcile` does about it, or null if a person must decide. */
  readonly repair: string | null;
}

/** Every way in which slot and appointment can disagree, and whether it has one right answer. */
export const faultCatalogue = {
  booked_without_appointment: {
    invariant: 1,
    problem: "The slot is booked, but names no appointment",
    repair: "the slot becomes available",
  },
  appointment_missing: {
    invariant: 1,
    problem: "The slot names an appointment that does not exist",
    repair: "the slot is freed from it",
  },
  appointment_ended: {
    invariant: 4,
    problem: "The slot names an appointment that was cancelled, declined or missed",
    repair: "the slot is freed from it",
  },
  linked_but_not_booked: {
    invariant: 1,
    problem: "The slot names an appointment, but is not booked",
    repair: null,
  },
  appointment_only_scheduled: {
    invariant: 4,
    problem: "The slot names an appointment that was asked for, but not accepted",
    repair: null,
  },
  slot_not_listed: {
    invariant: 4,
    problem: "The slot names an appointment that does not list the slot as its own",
    repair: null,
  },
  held_without_hold: {
    invariant: 1,
    problem: "The slot is held, but has no hold",
    repair: "the slot becomes available",
  },
  hold_without_held: {
    invariant: 1,
    problem: "The slot has a hold, but is not held",
    repair: "the hold is removed",
  },
  time_range_invalid: {
    invariant: 3,
    problem: "It ends before or when it starts",
    repair: null,
  },
  time_mismatch: {
    invariant: 3,
    problem: "The appointment does not lie within the slot",
    repair: null,
  },
  schedule_mismatch: {
    invariant: 3,
    problem: "The appointment has another provider or facility than the slot it was booked on",
    repair: null,
  },
  provider_not_listed: {
    invariant: 3,
    problem: "The appointment does not name the provider of one of its slots",
    repair: "the provider is added to its list of providers",
  },
  slot_overlap: {
    invariant: 2,
    problem: "The slot overlaps another slot of its schedule and seat",
    repair: null,
  },
  appointment_without_slot: {
    invariant: 4,
    problem: "The appointment counts on a slot that is not booked for it",
    repair: null,
  },
  ended_appointment_lists_slots: {
    invariant: 4,
    problem: "The appointment owns no slot any more, but still lists some",
    repair: "its list of slots is emptied",
  },
} as const satisfies Record<string, FaultEntry>;

export type FaultKind = keyof typeof faultCatalogue;

/** One broken invariant, and the records that break it. */
export interface SyncFault {
  /** Which fault it is: one in the reference's table. */
  readonly kind: FaultKind;
  /** The number of the broken invariant, as the reference counts them. */
  readonly invariant: 1 | 2 | 3 | 4;
  /** What is wrong, as a sentence. */
  readonly problem: string;
  /** What `reconcile` does about it. Null if a person must decide. */
  readonly repair: string | null;
  /** The records that disagree. */
  readonly records: readonly RecordKey[];
}

function fault(kind: FaultKind, ...records: readonly RecordKey[]): SyncFault {
  return { kind, ...faultCatalogue[kind], records: records.map(keyOf) };
}

/** The records beside a slot. */
export interface SlotSurroundings {
  /** The appointment that the slot names, if that exists. */
  readonly appointment: Appointment | undefined;
  /** The appointment that counts on the slot, if the slot names none. */
  readonly claimant: Appointment | undefined;
  /** Other slots of the same schedule that may overlap it. */
  readonly neighbours: readonly Slot[];
}

/** All that is wrong with a slot as it is stored. */
export function slotFaults(slot: Slot, surroundings: SlotSurroundings): readonly SyncFault[] {
  const { appointment, claimant, neighbours } = surroundings;
  return [
    ...(slot.end <= slot.start ? [fault("time_range_invalid", slot)] : []),
    ...holdFaults(slot),
    ...(slot.appointmentId === null
      ? unlinkedFaults(slot, claimant)
      : linkFaults(slot, slot.appointmentId, appointment)),
    ...neighbours.filter((other) => collides(slot, other)).map((other) => fault("slot_overlap", slot, other)),
  ];
}

/** Whether two slots must not exist beside each other. */
export function collides(slot: Slot, other: Slot): boolean {
  const sameLine = slot.scheduleId === other.scheduleId && slot.seat === other.seat && slot.id !== other.id;
  return sameLine && isOccupying(slot) && isOccupying(other) && overlaps(slot, other);
}

function holdFaults(slot: Slot): SyncFault[] {
  if (slot.status === "held" && slot.hold === null) return [fault("held_without_hold", slot)];
  if (slot.status !== "held" && slot.hold !== null) return [fault("hold_without_held", slot)];
  return [];
}

/** Whether the appointment counts on the slot: it is active, and lists the slot as its own. */
function countsOn(appointment: Appointment | undefined, slot: Slot): appointment is Appointment {
  return appointment !== undefined && ownsSlots(appointment) && appointment.slotIds.includes(slot.id);
}

function unlinkedFaults(slot: Slot, claimant: Appointment | undefined): SyncFault[] {
  // Somebody may come for this appointment, so freeing the slot is not the one right answer.
  if (countsOn(claimant, slot)) return [fault("appointment_without_slot", claimant, slot)];
  return slot.status === "booked" ? [fault("booked_without_appointment", slot)] : [];
}

function linkFaults(slot: Slot, appointmentId: string, appointment: Appointment | undefined): SyncFault[] {
  if (appointment === undefined) {
    return [fault("appointment_missing", slot, { kind: "appointment", id: appointmentId })];
  }
  if (appointment.status === "scheduled") return [fault("appointment_only_scheduled", slot, appointment)];
  if (!ownsSlots(appointment)) return [fault("appointment_ended", slot, appointment)];
  return [
    ...(slot.status === "booked" ? [] : [fault("linked_but_not_booked", slot, appointment)]),
    ...(appointment.slotIds.includes(slot.id) ? [] : [fault("slot_not_listed", slot, appointment)]),
    ...fitFaults(slot, appointment),
  ];
}

function fitFaults(slot: Slot, appointment: Appointment): SyncFault[] {
  const isPrimary = appointment.slotIds[0] === slot.id;
  const samePlace = appointment.providerId === slot.providerId && appointment.facilityId === slot.facilityId;
  return [
    ...(contains(slot, appointment) ? [] : [fault("time_mismatch", slot, appointment)]),
    ...(isPrimary && !samePlace ? [fault("schedule_mismatch", slot, appointment)] : []),
  ];
}

/** All that is wrong with an appointment as it is stored. `slotOf` returns the slots that it lists. */
export function appointmentFaults(
  appointment: Appointment,
  slotOf: (id: string) => Slot | undefined,
): readonly SyncFault[] {
  const range = appointment.end <= appointment.start ? [fault("time_range_invalid", appointment)] : [];
  const { slotIds } = appointment;
  if (!ownsSlots(appointment)) {
    return slotIds.length === 0 ? range : [...range, fault("ended_appointment_lists_slots", appointment)];
  }
  if (slotIds.length === 0) return [...range, fault("appointment_without_slot", appointment)];
  const lost = slotIds.filter((id) => slotOf(id)?.appointmentId !== appointment.id);
  const unnamed = providersToAdd(appointment, slotOf);
  return [
    ...range,
    ...lost.map((id) => fault("appointment_without_slot", appointment, { kind: "slot", id })),
    ...(unnamed.length === 0 ? [] : [fault("provider_not_listed", appointment)]),
  ];
}

/** The providers of its slots that the appointment does not name. */
export function providersToAdd(
  { id, slotIds, providerIds }: Appointment,
  slotOf: (id: string) => Slot | undefined,
): readonly string[] {
  const own = slotIds.flatMap((slotId) => slotOf(slotId) ?? []).filter(({ appointmentId }) => appointmentId === id);
  return providersOf(own).filter((providerId) => !providerIds.includes(providerId));
}
