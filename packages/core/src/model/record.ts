import type { Agenda } from "./agenda.ts";
import type { Appointment } from "./appointment.ts";
import type { Availability } from "./availability.ts";
import type { Schedule } from "./schedule.ts";
import type { Slot } from "./slot.ts";

/** A command that took effect, kept so that its replay gives the same answer. */
export interface CommandRecord {
  readonly kind: "command";
  readonly id: string;
  readonly requestHash: string;
  /** Plain JSON. */
  readonly result: unknown;
}

/** The records that carry a version and change by transitions. */
export type VersionedRecord = Schedule | Availability | Slot | Appointment | Agenda;

/** The records whose changes are written to the journal. */
export type JournaledRecord = Slot | Appointment | Availability;
export type StoredRecord = VersionedRecord | CommandRecord;
export type RecordKind = StoredRecord["kind"];

export interface RecordKey {
  readonly kind: RecordKind;
  readonly id: string;
}

export function keyOf({ kind, id }: RecordKey): RecordKey {
  return { kind, id };
}

export function isJournaled(record: StoredRecord): record is JournaledRecord {
  return record.kind === "slot" || record.kind === "appointment" || record.kind === "availability";
}

/** A key as text, for maps and sets. */
export function keyText({ kind, id }: RecordKey): string {
  return `${kind}:${id}`;
}

/** Looks up a record by its key. */
export type RecordLookup = (key: RecordKey) => StoredRecord | undefined;
