import { allows, slotTransitions, statusWhenFreed } from "@slotwright/core/client";
import type { ShownAppointment, ShownSlot } from "../calls/calls.ts";
import {
  appointmentBecomes,
  asked,
  changedOnly,
  type Effect,
  endOf,
  holdUntil,
  inputOf,
  isHeldFor,
  ownOf,
  providersOf,
  slotsAskedFor,
  taken,
  timesIn,
} from "./effect-parts.ts";
import { namedSlots, type PendingCommand } from "./pending.ts";
import type { ClientRecord, Seen } from "./records.ts";

/** It waits, with the slots that are asked for: of several, with the time of the first. */
export const request: Effect = (command, seen, now) => {
  const { slotId, holdSeconds, expiresAt } = inputOf(command);
  const known = ownOf(command, seen);
  const slots = namedSlots(command.input).flatMap((id) => seen.slot(id) ?? []);
  if (known !== undefined) return known.status === "scheduled" ? heldFor(known, slots, command, now) : [];
  // Each of them has to be free, also where none is to be held.
  if (slots.some(({ status }) => !allows(slotTransitions, status, "held", command.name))) return [];
  const [first] = slots;
  if (first?.id !== slotId) return [];
  const until = expiresAt === undefined ? null : new Date(expiresAt);
  const mostHeld = holdSeconds === undefined ? null : endOf(command, now, holdSeconds);
  // A request that nobody can accept any more keeps no slot from others.
  const heldUntil = mostHeld !== null && until !== null && until < mostHeld ? until : mostHeld;
  const wishes = slots.map((slot) => ({ slotId: slot.id, ...timesIn(command, slot) }));
  return asked(command, seen, now, first).flatMap((waiting) => {
    const made = { ...waiting, request: { wishes, heldUntil, expiresAt: until, offer: null } };
    return [made, ...heldFor(made, slots, command, now)];
  });
};

/** Those of the slots that are free are held as long as the request says. */
function heldFor(
  { request }: ShownAppointment,
  slots: readonly ShownSlot[],
  { name }: PendingCommand,
  now: number,
): readonly ClientRecord[] {
  const until = request?.heldUntil;
  if (!until || isOver(until, now)) return [];
  return slots
    .filter(({ status }) => allows(slotTransitions, status, "held", name))
    .map((slot) => ({ ...slot, status: "held", hold: holdUntil(until) }));
}

export const accept: Effect = (command, seen, now) => {
  const { slotId, alsoSlotIds = [] } = inputOf(command);
  const appointment = ownOf(command, seen);
  if (appointment === undefined || isOver(appointment.request?.expiresAt, now)) return [];
  const { wishes = [] } = appointment.request ?? {};
  const isToBeHad = (id: string) => seen.slot(id) === undefined || taken(command, seen, [id]) !== undefined;
  const wish = wishes.find((one) => (slotId === undefined ? isToBeHad(one.slotId) : one.slotId === slotId));
  const wanted = slotId ?? (wish ?? wishes[0])?.slotId;
  // Which slot the server takes is not known, only that the appointment will have one.
  if (wanted === undefined || seen.slot(wanted) === undefined) {
    return appointmentBecomes(command, seen, { status: "confirmed" });
  }
  const ids = [wanted, ...alsoSlotIds];
  const slots = taken(command, seen, ids);
  if (slots === undefined) return [];
  const times = wish && { start: wish.start, end: wish.end };
  const owned = { providerIds: providersOf(slots), slotIds: ids };
  const change = appointmentBecomes(command, seen, { status: "confirmed", ...times, ...owned });
  if (change.length === 0 && !appointment.slotIds.includes(wanted)) return [];
  return [...change, ...changedOnly(slots, seen), ...freed(command, seen, ids)];
};

const isOver = (end: Date | null | undefined, now: number): boolean => !!end && end.getTime() <= now;

/** It is for the subject to say whether they take it. Until then, its slot is held. */
export const offer: Effect = (command, seen, now) => {
  const { slotId = "", seconds = 86_400, start, end } = inputOf(command);
  const appointment = ownOf(command, seen);
  const slot = seen.slot(slotId);
  if (appointment === undefined || isOver(appointment.request?.expiresAt, now)) return [];
  const isOpen = slot === undefined ? start && end : slot.status === "available" || isHeldFor(appointment, slot);
  if (!isOpen) return [];
  const expiresAt = endOf(command, now, seconds);
  const asked = appointment.request ?? { wishes: [], heldUntil: null, expiresAt: null, offer: null };
  const request = { ...asked, offer: { slotId, ...timesIn(command, slot), expiresAt } };
  const keep = slotsAskedFor(appointment).filter((id) => id !== asked.offer?.slotId || id === slotId);
  return appointmentBecomes(command, seen, { status: "scheduled", request }).flatMap((change) => [
    change,
    ...(slot === undefined ? [] : [{ ...slot, status: "held" as const, hold: holdUntil(expiresAt) }]),
    ...freed(command, seen, keep),
  ]);
};

/** The answer to an offer, as long as it can be given. */
const answerOffer =
  (isTaken: boolean): Effect =>
  (command, seen, now) => {
    const appointment = ownOf(command, seen);
    const offer = appointment?.request?.offer;
    if (appointment === undefined || !offer || isOver(offer.expiresAt, now)) return [];
    const { slotId, start, end } = offer;
    const slots = isTaken && seen.slot(slotId) !== undefined ? taken(command, seen, [slotId]) : [];
    if (slots === undefined) return [];
    const agreed = { status: "confirmed", start, end, slotIds: [slotId] } as const;
    const keep = isTaken ? [slotId] : slotsAskedFor(appointment).filter((id) => id !== slotId);
    const change = appointmentBecomes(command, seen, isTaken ? agreed : { status: "scheduled" });
    return change.flatMap((one) => [one, ...changedOnly(slots, seen), ...freed(command, seen, keep)]);
  };

export const acceptOffer = answerOffer(true);
export const declineOffer = answerOffer(false);

/** The slots that it owned when the command was given become free, also where only one of both is known to have ended. */
export const ended =
  (status: "cancelled" | "declined" | "no_show"): Effect =>
  (command, seen) => {
    const change = appointmentBecomes(command, seen, { status, slotIds: [] });
    const isEnded = ownOf(command, seen)?.status === status;
    return change.length > 0 || isEnded ? [...change, ...freed(command, seen)] : [];
  };

/** The slots that it owned, or that were held for it, become free, except those in `keep`. */
export function freed(command: PendingCommand, seen: Seen, keep: readonly string[] = []): readonly ClientRecord[] {
  const { appointmentId = "" } = inputOf(command);
  const appointment = ownOf(command, seen);
  return command.slotIds
    .filter((id) => !keep.includes(id))
    .flatMap((id) => seen.slot(id) ?? [])
    .filter(
      (slot) =>
        (slot.appointmentId === appointmentId || isHeldFor(appointment, slot)) &&
        allows(slotTransitions, slot.status, "available", command.name),
    )
    .map((slot) => ({ ...slot, status: statusWhenFreed(slot), appointmentId: null, hold: null }));
}
