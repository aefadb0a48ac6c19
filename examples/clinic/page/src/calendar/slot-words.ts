import type { ShownAppointment, ShownSlot } from "@slotwright/client";
import { formatDay, speakRange } from "../time/format.ts";

/** A slot as the calendar shows it, with whom it is for. */
export interface CalendarSlot {
  readonly slot: ShownSlot & { readonly isPending: boolean };
  readonly appointment: (ShownAppointment & { readonly isPending: boolean }) | undefined;
  /** Null where nobody has it, or the name is not known yet. */
  readonly patient: string | null;
  /** How many seats the group has. 1: it is no group. */
  readonly seats: number;
}

export const statusWords = {
  available: "free",
  held: "held",
  booked: "booked",
  blocked: "blocked",
  withdrawn: "withdrawn",
} as const;

/** What somebody hears who does not see the calendar: `Monday 30 November, 09:00 to 09:30, booked, Ada Brandt, check-up`. */
export function sentenceOf({ slot, appointment, patient, seats }: CalendarSlot, zone: string): string {
  const { start, end, status, seat, isPending } = slot;
  const parts = [
    formatDay(start, zone),
    speakRange(start, end, zone),
    seats > 1 ? `seat ${seat + 1} of ${seats}` : null,
    stateOf(status, appointment?.status),
    patient,
    purposeOf(appointment) ?? titleOf(slot),
    isPending || appointment?.isPending === true ? "not yet confirmed" : null,
  ];
  return parts.filter((part) => part !== null).join(", ");
}

/** What the slot is, with what has become of its appointment. */
export function stateOf(status: ShownSlot["status"], of: ShownAppointment["status"] | undefined): string {
  if (status !== "booked") return statusWords[status];
  if (of === "checked_in") return "booked, has arrived";
  return of === "completed" ? "booked, has taken place" : "booked";
}

/** What the appointment is for. */
export function purposeOf(appointment: Pick<ShownAppointment, "metadata"> | undefined): string | null {
  return textOf(appointment?.metadata, "purpose") ?? textOf(appointment?.metadata, "reason");
}

/** What the slot itself is for, such as a class. */
export function titleOf(slot: Pick<ShownSlot, "metadata">): string | null {
  return textOf(slot.metadata, "title");
}

function textOf(metadata: ShownSlot["metadata"] | undefined, name: string): string | null {
  const text = metadata?.[name];
  return typeof text === "string" && text !== "" ? text : null;
}

/** `12 slots: 5 booked, 7 free`. */
export function countsOf(slots: readonly CalendarSlot[]): string {
  if (slots.length === 0) return "no slots";
  const parts = (["booked", "held", "available", "blocked"] as const).flatMap((status) => {
    const count = slots.filter(({ slot }) => slot.status === status).length;
    return count === 0 ? [] : `${count} ${statusWords[status]}`;
  });
  return `${slots.length} ${slots.length === 1 ? "slot" : "slots"}: ${parts.join(", ")}`;
}
