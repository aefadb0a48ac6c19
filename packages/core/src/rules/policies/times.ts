import type { Slot } from "../../model/slot.ts";
import type { Proposal } from "../policy.ts";

/** The earliest start of what the command takes, or asks for. Undefined if it takes nothing. */
export function earliestStart(proposal: Proposal): Date | undefined {
  return extremeStart(proposal, (start, first) => start < first);
}

/** The latest start of what the command takes, or asks for. Undefined if it takes nothing. */
export function latestStart(proposal: Proposal): Date | undefined {
  return extremeStart(proposal, (start, last) => start > last);
}

function extremeStart(
  { command, appointments, slots }: Proposal,
  isBeyond: (start: Date, extreme: Date) => boolean,
): Date | undefined {
  return wantedTimes(command, appointments, slots).reduce<Date | undefined>(
    (extreme, { start }) => (extreme === undefined || isBeyond(start, extreme) ? start : extreme),
    undefined,
  );
}

/** Of a request, all times that would do: one of them is to be had, whichever it is. */
function wantedTimes(
  command: Proposal["command"],
  appointments: Proposal["appointments"],
  slots: Proposal["slots"],
): readonly { readonly start: Date }[] {
  if (command === "hold") return slots;
  if (command === "offer") return appointments.flatMap(({ request }) => request?.offer ?? []);
  if (command === "request") return appointments.flatMap((one) => [one, ...(one.request?.wishes ?? [])]);
  return takesSlots.has(command) ? appointments : [];
}

const takesSlots: ReadonlySet<string> = new Set(["book", "accept", "acceptOffer", "reschedule"]);

/** How long it is from now to an instant, in milliseconds. Negative if it has passed. */
export const msUntil = (instant: Date, now: Date): number => instant.getTime() - now.getTime();

/** The slots that the command holds or books. Those that it gives up become available. */
export function takenSlots({ slots }: Pick<Proposal, "slots">): readonly Slot[] {
  return slots.filter(({ status }) => status === "held" || status === "booked");
}
