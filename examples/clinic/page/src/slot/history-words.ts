import type { ShownEntry } from "@slotwright/client";
import { statusWords } from "../calendar/slot-words.ts";
import type { Names } from "../directory/names.ts";
import { formatMoment } from "../time/format.ts";

/** What the words need to know. */
export interface Told {
  readonly names: Names;
  readonly zone: string;
  /** Whose an appointment is, if that is known. */
  readonly whose: (appointmentId: string) => string | null;
}

/** A field of a slot before and after a change. `before` is null where the change created the slot. */
export interface ChangeWords {
  readonly field: string;
  readonly before: string | null;
  readonly after: string;
}

const commandWords: Partial<Readonly<Record<ShownEntry["command"], string>>> = {
  createSlots: "published the slot",
  block: "blocked the slot",
  unblock: "unblocked the slot",
  hold: "held the slot",
  release: "gave the slot back",
  book: "booked the slot",
  accept: "accepted an appointment into the slot",
  reschedule: "moved an appointment",
  checkIn: "checked the patient in",
  complete: "noted that the appointment took place",
  markNoShow: "noted that the patient did not come",
  cancel: "cancelled the appointment",
};

/** Who did what. */
export function deedOf({ command, actor }: ShownEntry, names: Names): string {
  const deed = commandWords[command] ?? "put a mistake in the records right";
  if (actor === null) return `Somebody ${deed}`;
  return `${actor.kind === "patient" ? names.patient(actor.id) : names.provider(actor.id)} ${deed}`;
}

const fieldNames: Readonly<Record<string, string>> = {
  status: "Status",
  appointmentId: "Appointment",
  hold: "Held",
  start: "Begins",
  end: "Ends",
  seat: "Seat",
  providerId: "Provider",
  facilityId: "Place",
  metadata: "Notes",
};

/** What the change did to each field that says something to people. */
export function changesOf({ changes }: ShownEntry, told: Told): readonly ChangeWords[] {
  return Object.entries(changes ?? {})
    .filter(([name]) => name in fieldNames)
    .map(([name, change]) => ({
      field: fieldNames[name] ?? name,
      before: "from" in change ? wordsOf(name, change.from, told) : null,
      after: wordsOf(name, change.to, told),
    }));
}

function wordsOf(name: string, value: unknown, { names, zone, whose }: Told): string {
  if (value === null || value === undefined) return "none";
  if (name === "status") return statusWords[value as keyof typeof statusWords] ?? String(value);
  if (name === "appointmentId") return whose(String(value)) ?? "an appointment";
  if (name === "start" || name === "end") return formatMoment(new Date(String(value)), zone);
  if (name === "hold") return `until ${formatMoment(new Date((value as { expiresAt: string }).expiresAt), zone)}`;
  if (name === "seat") return String(Number(value) + 1);
  if (name === "providerId") return names.provider(String(value));
  return name === "facilityId" ? names.facility(String(value)) : notesOf(value as object);
}

function notesOf(metadata: object): string {
  const parts = Object.entries(metadata).map(([name, value]) => `${name}: ${textOf(value)}`);
  return parts.length === 0 ? "none" : parts.join(", ");
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
