import type { Appointment, JournalEntry, Schedule, Slot, Transition, VersionedRecord } from "@slotwright/core";

const minute = 60_000;
/** The instant at which all tests run. */
export const now = new Date(Date.UTC(2026, 2, 2, 8));
export const at = (minutes: number): Date => new Date(now.getTime() + minutes * minute);
const stamps = { version: 1, createdAt: now, updatedAt: now };

export const schedule: Schedule = {
  kind: "schedule",
  id: "schedule-1",
  providerId: "provider-1",
  facilityId: "facility-1",
  timeZone: "Europe/Berlin",
  ...stamps,
};

/** A free slot of half an hour, `minutes` from now. */
export function slotAt(minutes: number, changes: Partial<Slot> = {}): Slot {
  return {
    kind: "slot",
    id: `slot-${minutes}`,
    scheduleId: schedule.id,
    providerId: schedule.providerId,
    facilityId: "facility-1",
    seat: 0,
    start: at(minutes),
    end: at(minutes + 30),
    status: "available",
    appointmentId: null,
    hold: null,
    metadata: {},
    ...stamps,
    ...changes,
  };
}

/** A confirmed appointment on the slot. */
export function appointmentOn(slot: Slot, changes: Partial<Appointment> = {}): Appointment {
  return {
    kind: "appointment",
    id: `appointment-of-${slot.id}`,
    subjectId: "subject-1",
    providerId: slot.providerId,
    facilityId: slot.facilityId,
    start: slot.start,
    end: slot.end,
    status: "confirmed",
    slotIds: [slot.id],
    metadata: {},
    ...stamps,
    ...changes,
  };
}

export function bookedBy(slot: Slot, appointment: Appointment): Slot {
  return { ...slot, status: "booked", appointmentId: appointment.id, version: slot.version + 1 };
}

/** A transition that puts these records, each expected at the version before. */
export function transitionOf(commandId: string, ...put: readonly VersionedRecord[]): Transition {
  return {
    command: { id: commandId, requestHash: `hash of ${commandId}`, result: { done: commandId } },
    expect: put.map(({ kind, id, version }) => ({ key: { kind, id }, version: version - 1 })),
    put,
    journal: put.flatMap((record) => (record.kind === "schedule" ? [] : [entryFor(record, commandId)])),
  };
}

function entryFor(record: Slot | Appointment, commandId: string): JournalEntry {
  return {
    recordKind: record.kind,
    recordId: record.id,
    version: record.version,
    command: "book",
    commandId,
    actor: { kind: "test", id: "test-1" },
    reason: null,
    at: now,
    fromStatus: record.version === 1 ? null : "available",
    toStatus: record.status,
    changes: { status: record.status },
  };
}

export function creation(...slots: readonly Slot[]): Transition {
  return transitionOf("create", schedule, ...slots);
}

export function booking(slot: Slot, changes: Partial<Appointment> = {}): Transition {
  const appointment = appointmentOn(slot, changes);
  return transitionOf(`book ${slot.id}`, appointment, bookedBy(slot, appointment));
}
