import type { ShownEntry } from "@slotwright/client";
import { statusWords } from "../calendar/slot-words.ts";
import type { Names } from "../directory/names.ts";
import { formatMoment, formatTime } from "../time/format.ts";
import { instantIn } from "../time/instant.ts";

/** A field that changed, with what it was and what it became. */
export interface ChangeWords {
  readonly name: string;
  /** Null if the entry is the first: nothing was there. */
  readonly before: string | null;
  readonly after: string;
}

const acts: Readonly<Record<ShownEntry["command"], string>> = {
  setAvailability: "set the hours",
  publishSlots: "published or withdrew the slot, as the hours say",
  importBusy: "took it from another calendar, or let go of it",
  createSlots: "published the slot",
  block: "blocked it",
  unblock: "unblocked it",
  hold: "held it",
  extend: "held it longer",
  release: "gave it back",
  breakHold: "ended the hold on it",
  book: "booked it",
  request: "asked for it",
  decline: "declined the request for it",
  offer: "offered it",
  acceptOffer: "took it as it was offered",
  declineOffer: "did not take it as it was offered",
  accept: "accepted an appointment into it",
  reschedule: "moved an appointment",
  cancel: "cancelled the appointment",
  checkIn: "noted the arrival",
  complete: "noted that the visit took place",
  markNoShow: "noted that nobody came",
  repair: "repaired it",
};

/** `Dr Amara Osei blocked it.` */
export function entryInWords({ command, actor }: ShownEntry, names: Names): string {
  return `${whoOf(actor, names)} ${acts[command]}.`;
}

function whoOf(actor: ShownEntry["actor"], names: Names): string {
  if (actor === null) return "Somebody";
  const name = actor.kind === "patient" ? names.patient(actor.id) : names.provider(actor.id);
  return name === actor.id && actor.kind === "system" ? "The practice" : name;
}

const ruleNames: Readonly<Record<string, string>> = {
  minimum_notice: "notice in advance",
  cancel_deadline: "cancelling in time",
  reschedule_deadline: "moving in time",
  no_overlap_of_subject: "one appointment at a time",
};

/** What a rule of the clinic is called. */
const ruleInWords = (policy: string): string => ruleNames[policy] ?? policy.replaceAll("_", " ");

/** The rules that were passed, and why. */
export const overridesInWords = ({ overrides }: Pick<ShownEntry, "overrides">): readonly string[] =>
  (overrides ?? []).map(({ policy, reason }) => `The rule “${ruleInWords(policy)}” was passed: “${reason}”`);

/** What a person wants to compare. Ids of schedules and the like are left out. */
export function changesInWords(
  { changes, fromStatus }: ShownEntry,
  names: Names,
  zone: string,
): readonly ChangeWords[] {
  return Object.entries(changes ?? {}).flatMap(([field, { from, to }]) => {
    const words = fields[field];
    if (words === undefined) return [];
    const [before, after] = [from, to].map((value) => words.show(value, names, zone));
    if (before === after) return [];
    return [{ name: words.name, before: fromStatus === null ? null : (before ?? nothing), after: after ?? nothing }];
  });
}

const nothing = "–";

interface FieldWords {
  readonly name: string;
  readonly show: (value: unknown, names: Names, zone: string) => string;
}

const fields: Readonly<Record<string, FieldWords>> = {
  status: { name: "Status", show: (value) => statusIn(value) },
  appointmentId: { name: "Appointment", show: (value) => (typeof value === "string" ? `…${value.slice(-6)}` : "none") },
  hold: { name: "Hold", show: (value, _, zone) => holdIn(value, zone) },
  start: { name: "Start", show: (value, _, zone) => momentIn(value, zone) },
  end: { name: "End", show: (value, _, zone) => momentIn(value, zone) },
  facilityId: { name: "At", show: (value, names) => (typeof value === "string" ? names.facility(value) : nothing) },
  providerId: { name: "With", show: (value, names) => (typeof value === "string" ? names.provider(value) : nothing) },
};

function statusIn(value: unknown): string {
  return typeof value === "string" && value in statusWords ? statusWords[value as keyof typeof statusWords] : nothing;
}

function holdIn(value: unknown, zone: string): string {
  const { expiresAt } = (value ?? {}) as { readonly expiresAt?: unknown };
  const until = instantIn(expiresAt);
  return until === undefined ? "none" : `until ${formatTime(until, zone)}`;
}

function momentIn(value: unknown, zone: string): string {
  const instant = instantIn(value);
  return instant === undefined ? nothing : formatMoment(instant, zone);
}
