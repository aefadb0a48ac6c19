import type { Slot } from "../../model/slot.ts";
import { slotsTaken } from "../outline.ts";
import type { Proposal } from "../policy.ts";
import { type Neighbour, neighbourOf } from "../sight.ts";

/** The zone of the slot's schedule. */
export function zoneOfSlot({ scheduleId }: Pick<Slot, "scheduleId">, { timeZones, timeZone }: Proposal): string {
  return timeZones[scheduleId] ?? timeZone ?? "UTC";
}

/** A start, and the zone whose local days count for it. */
interface LocalStart {
  readonly start: Date;
  readonly zone: string;
}

/**
 * The starts of what the command takes, or asks for. An appointment with several slots begins on each schedule with its
 * slot there, as in a hold: what a hold takes, its token can book in one go.
 */
export function localStarts(proposal: Proposal): readonly LocalStart[] {
  const { command, appointments, slots, kept, timeZone } = proposal;
  const own = [...takenSlots(proposal), ...kept];
  if (command === "hold" || (own.length > 1 && takesSlots.has(command))) {
    return own.map((slot) => ({ start: slot.start, zone: zoneOfSlot(slot, proposal) }));
  }
  // Several times that would do are all of one schedule.
  const [slot] = own;
  const zone = slot === undefined ? (timeZone ?? "UTC") : zoneOfSlot(slot, proposal);
  return wantedTimes(command, appointments, slots).map(({ start }) => ({ start, zone }));
}

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

/**
 * What else of the slot's provider is booked or held once the command takes effect: its neighbours, the command's
 * other slots, since those of a hold may be booked one by one, and those that its appointment keeps. Of a request, one
 * slot is wanted, and to extend a hold takes nothing more.
 */
export function takenBesides(slot: Slot, proposal: Proposal): readonly Neighbour[] {
  const isOfProvider = ({ providerId }: Pick<Slot, "providerId">) => providerId === slot.providerId;
  const others = proposal.neighbours.filter(isOfProvider);
  if (proposal.command === "request" || proposal.command === "extend") return others;
  const own = [...takenSlots(proposal), ...proposal.kept].filter((one) => isOfProvider(one) && one.id !== slot.id);
  return [...others, ...own.map(neighbourOf)];
}

/** The slots that the command holds or books. */
export function takenSlots({ command, slots, appointments }: Proposal): readonly Slot[] {
  return slotsTaken(command, slots, appointments);
}
