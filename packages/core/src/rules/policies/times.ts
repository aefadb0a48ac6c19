import type { Slot } from "../../model/slot.ts";
import type { Proposal } from "../policy.ts";

/** The earliest start of what the command takes, or asks for. Undefined if it takes nothing. */
export function wantedStart({ command, appointments, slots }: Proposal): Date | undefined {
  const wanted = command === "hold" ? slots : takesSlots.has(command) ? appointments : [];
  return wanted.reduce<Date | undefined>(
    (first, { start }) => (first === undefined || start < first ? start : first),
    undefined,
  );
}

const takesSlots: ReadonlySet<string> = new Set(["book", "accept", "reschedule"]);

/** How long it is from now to an instant, in milliseconds. Negative if it has passed. */
export const msUntil = (instant: Date, now: Date): number => instant.getTime() - now.getTime();

/** The slots that the command holds or books. Those that it gives up become available. */
export function takenSlots({ slots }: Pick<Proposal, "slots">): readonly Slot[] {
  return slots.filter(({ status }) => status === "held" || status === "booked");
}
