import type { ShownEntry } from "@slotwright/client";
import type { Names } from "../../directory/names.ts";
import { formatRange, formatShortDay } from "../../time/format.ts";
import { instantIn } from "../../time/instant.ts";

interface Reader {
  readonly id: string;
  readonly names: Names;
  readonly zone: string;
}

/** What one entry of an appointment's history says, as a sentence for the person whose appointment it is. */
export function sentenceOf(entry: ShownEntry, reader: Reader): string {
  const who = whoOf(entry, reader);
  switch (entry.command) {
    case "book":
      return entry.toStatus === "scheduled"
        ? `${who} asked for ${timeOf(entry, "to", reader)}.`
        : `${who} booked ${timeOf(entry, "to", reader)}.`;
    case "request":
      return `${who} asked for ${timeOf(entry, "to", reader)}.`;
    case "decline":
      return `${who} declined it.`;
    case "offer":
      return `${who} offered ${offeredIn(entry, reader)}.`;
    case "acceptOffer":
      return `${who} took the time that was offered.`;
    case "declineOffer":
      return `${who} did not take the time that was offered.`;
    case "accept":
      return `${who} accepted it.`;
    case "reschedule":
      return `${who} moved it from ${timeOf(entry, "from", reader)} to ${timeOf(entry, "to", reader)}.`;
    case "cancel":
      return `${who} cancelled it.`;
    case "checkIn":
      return `${who} noted that you had arrived.`;
    case "complete":
      return `${who} noted that it took place.`;
    case "markNoShow":
      return `${who} noted that you did not come.`;
    default:
      return "A mistake in the records was put right.";
  }
}

function whoOf({ actor }: ShownEntry, { id, names }: Reader): string {
  if (actor === null) return "The practice";
  if (actor.id === id) return "You";
  const name = actor.kind === "patient" ? names.patient(actor.id) : names.provider(actor.id);
  return name === actor.id ? "The practice" : name;
}

function offeredIn({ changes }: ShownEntry, { zone }: Reader): string {
  const { offer } = (changes?.request?.to ?? {}) as {
    readonly offer?: { readonly start: unknown; readonly end: unknown };
  };
  const [start, end] = [instantIn(offer?.start), instantIn(offer?.end)];
  if (start === undefined || end === undefined) return "another time";
  return `${formatShortDay(start, zone)}, ${formatRange(start, end, zone)}`;
}

/** The time before or after the change. An end that did not change is not in the entry. */
function timeOf({ changes }: ShownEntry, side: "from" | "to", { zone }: Reader): string {
  const [start, end] = [instantIn(changes?.start?.[side]), instantIn(changes?.end?.[side])];
  if (start === undefined) return side === "from" ? "another time" : "a time";
  const day = formatShortDay(start, zone);
  return end === undefined ? day : `${day}, ${formatRange(start, end, zone)}`;
}
