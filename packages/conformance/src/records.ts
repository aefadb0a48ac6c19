import type { Appointment, JournalEntry, JournaledRecord, RecordKey, Schedule, Slot } from "@slotwright/core";
import {
  type Agenda,
  agendaIdOf,
  isJournaled,
  keyOf,
  type Transition,
  type VersionedRecord,
} from "@slotwright/core/adapter";
import { newSlot } from "@slotwright/core/checking";

/** The instant at which all sample records were written. */
export const sampleNow = new Date(Date.UTC(2026, 2, 2, 8));

/** This many minutes after `sampleNow`. */
export const sampleInstant = (minutes: number): Date => new Date(sampleNow.getTime() + minutes * 60_000);

const stamps = { version: 1, createdAt: sampleNow, updatedAt: sampleNow };

/** The schedule of all sample slots, as it is created. */
export const sampleSchedule: Schedule = {
  kind: "schedule",
  id: "schedule-1",
  providerId: "provider-1",
  facilityId: "facility-1",
  timeZone: "Europe/Berlin",
  ...stamps,
};

/** A free slot of half an hour, `minutes` after `sampleNow`. Its id contains them: `slot-30`. */
export function slotAt(minutes: number, changes: Partial<Slot> = {}): Slot {
  const { id: scheduleId, providerId } = sampleSchedule;
  const times = { start: sampleInstant(minutes), end: sampleInstant(minutes + 30) };
  const place = { id: `slot-${minutes}`, scheduleId, providerId, facilityId: "facility-1", seat: 0 };
  return { ...newSlot({ ...place, ...times, metadata: {} }, sampleNow), ...changes };
}

/** A confirmed appointment on the slot. */
export function appointmentOn(slot: Slot, changes: Partial<Appointment> = {}): Appointment {
  return {
    kind: "appointment",
    id: `appointment-of-${slot.id}`,
    subjectId: "subject-1",
    providerId: slot.providerId,
    providerIds: [slot.providerId],
    facilityId: slot.facilityId,
    start: slot.start,
    end: slot.end,
    status: "confirmed",
    slotIds: [slot.id],
    metadata: {},
    ...stamps,
    request: null,
    ...changes,
  };
}

/** The slot as the appointment's booking leaves it. */
export function bookedBy(slot: Slot, appointment: Appointment): Slot {
  return { ...slot, status: "booked", appointmentId: appointment.id, version: slot.version + 1 };
}

/** A transition that puts these records, each expected at the version before. */
export function transitionOf(commandId: string, ...put: readonly VersionedRecord[]): Transition {
  return {
    command: { id: commandId, requestHash: `hash of ${commandId}`, result: { done: commandId } },
    expect: put.map((record) => ({ key: keyOf(record), version: record.version - 1 })),
    put,
    journal: put.flatMap((record) => (isJournaled(record) ? [entryFor(record, commandId)] : [])),
  };
}

function entryFor(record: JournaledRecord, commandId: string): JournalEntry {
  const status = record.kind === "availability" ? "set" : record.status;
  return {
    recordKind: record.kind,
    recordId: record.id,
    providerIds: record.kind === "appointment" ? record.providerIds : [record.providerId],
    facilityId: record.facilityId,
    version: record.version,
    command: "book",
    commandId,
    actor: { kind: "test", id: "test-1" },
    reason: null,
    at: sampleNow,
    fromStatus: record.version === 1 ? null : "available",
    toStatus: status,
    changes: { status: { ...(record.version === 1 ? {} : { from: "available" }), to: status } },
  };
}

/** A transition that makes the sample schedule and these slots. */
export function creation(...slots: readonly Slot[]): Transition {
  return transitionOf("create", sampleSchedule, ...slots);
}

/** A transition that books the slot with a new appointment. */
export function booking(slot: Slot, changes: Partial<Appointment> = {}): Transition {
  const appointment = appointmentOn(slot, changes);
  return transitionOf(`book ${slot.id}`, appointment, bookedBy(slot, appointment));
}

export const slotKey = (id: string): RecordKey => ({ kind: "slot", id });
export const commandKey = (id: string): RecordKey => ({ kind: "command", id });
export const scheduleKey: RecordKey = keyOf(sampleSchedule);

/** The agenda of the provider of all sample slots, or another one. */
export function agendaAt(version: number, id = agendaIdOf("provider", sampleSchedule.providerId)): Agenda {
  return { kind: "agenda", id, version };
}
