import { allows, slotTransitions, statusWhenFreed } from "@slotwright/core/client";
import type { ShownAppointment, ShownSlot } from "../calls/calls.ts";
import { instantOf } from "../calls/dates.ts";
import {
  appointmentBecomes,
  asked,
  changedOnly,
  type Effect,
  endOf,
  holdUntil,
  inputOf,
  isHeldFor,
  owning,
  ownOf,
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
  const free = slots.filter(({ status }) => allows(slotTransitions, status, "held", command.name));
  if (known) return known.status === "scheduled" ? heldFor(known, free, now) : [];
  // Each of them has to be free, also where none is to be held.
  if (free.length < slots.length) return [];
  const [first] = slots;
  if (first?.id !== slotId) return [];
  const until = expiresAt ? instantOf(expiresAt) : null;
  const mostHeld = holdSeconds ? endOf(now, holdSeconds) : null;
  // A request that nobody can accept any more keeps no slot from others.
  const heldUntil = mostHeld && until && until < mostHeld ? until : mostHeld;
  const wishes = slots.map((slot) => ({ slotId: slot.id, ...timesIn(command, slot) }));
  return asked(command, seen, now, first).flatMap((waiting) => {
    const made = { ...waiting, request: { wishes, heldUntil, expiresAt: until, offer: null } };
    return [made, ...heldFor(made, slots, now)];
  });
};

/** Free slots are held as long as the request says. */
function heldFor({ request }: ShownAppointment, free: readonly ShownSlot[], now: number): readonly ClientRecord[] {
  const until = request?.heldUntil;
  if (!until || isOver(until, now)) return [];
  return free.map((slot) => ({ ...slot, status: "held", hold: holdUntil(until) }));
}

export const accept: Effect = (command, seen, now) => {
  const { slotId, alsoSlotIds = [] } = inputOf(command);
  const appointment = ownOf(command, seen);
  if (!appointment || isOver(appointment.request?.expiresAt, now)) return [];
  const { wishes = [] } = appointment.request ?? {};
  const isToBeHad = (id: string) => !seen.slot(id) || taken(command, seen, [id]);
  const wish = wishes.find((one) => (slotId ? one.slotId === slotId : isToBeHad(one.slotId)));
  const wanted = slotId ?? (wish ?? wishes[0])?.slotId ?? "";
  // Which slot the server takes is not known, only that the appointment will have one.
  if (!seen.slot(wanted)) return appointmentBecomes(command, seen, { status: "confirmed" });
  return agreed(command, seen, [wanted, ...alsoSlotIds], wish && { start: wish.start, end: wish.end });
};

/** It takes place in these slots, and gives back the others that it had, or that were held for it. */
export function agreed(
  command: PendingCommand,
  seen: Seen,
  ids: readonly string[],
  times?: Pick<ShownAppointment, "start" | "end">,
): readonly ClientRecord[] {
  const slots = taken(command, seen, ids);
  if (!slots) return [];
  const change = appointmentBecomes(command, seen, { status: "confirmed", ...times, ...owning(slots) });
  // The store may have the appointment from the server already, and not yet the slots. A move may keep its first slot, so
  // that this says nothing about it.
  const isKnown = command.name !== "reschedule" && ownOf(command, seen)?.slotIds.includes(ids[0] ?? "");
  const others = command.slotIds.filter((id) => !ids.includes(id));
  return change.length > 0 || isKnown ? [...change, ...changedOnly(slots, seen), ...freed(command, seen, others)] : [];
}

const isOver = (end: Date | null | undefined, now: number): boolean => !!end && end.getTime() <= now;

/** It is for the subject to say whether they take it. Until then, its slot is held. */
export const offer: Effect = (command, seen, now) => {
  const { slotId = "", seconds = 86_400, start, end } = inputOf(command);
  const appointment = ownOf(command, seen);
  const slot = seen.slot(slotId);
  if (!appointment || isOver(appointment.request?.expiresAt, now)) return [];
  const isOpen = slot ? slot.status === "available" || isHeldFor(appointment, slot) : start && end;
  if (!isOpen) return [];
  const expiresAt = endOf(now, seconds);
  const asked = appointment.request ?? { wishes: [], heldUntil: null, expiresAt: null, offer: null };
  const request = { ...asked, offer: { slotId, ...timesIn(command, slot), expiresAt } };
  const asWish = heldAsWish(command, seen, slotId, now);
  const hold = holdUntil(asWish && asWish > expiresAt ? asWish : expiresAt);
  return appointmentBecomes(command, seen, { status: "scheduled", request }).flatMap((change) => [
    change,
    ...(slot ? [{ ...slot, status: "held" as const, hold }] : []),
    ...endOffer(command, seen, now),
  ]);
};

/**
 * Until when a slot stays held as one that was asked for, whatever becomes of its offer. The end of a hold is all that a
 * client has to go by, so a wish whose hold was broken, and that is offered for longer than it was promised, looks as if
 * the request still held it.
 */
function heldAsWish(command: PendingCommand, seen: Seen, id: string, now: number): Date | undefined {
  const { wishes = [], heldUntil } = ownOf(command, seen)?.request ?? {};
  const { status, hold } = seen.slot(id) ?? {};
  const isWish = status === "held" && wishes.some(({ slotId }) => slotId === id);
  if (!isWish || !heldUntil || isOver(heldUntil, now) || (hold && hold.expiresAt < heldUntil)) return;
  return heldUntil;
}

/** The slot of an offer becomes free, unless it was asked for and is held, or is the one that is offered again. */
function endOffer(command: PendingCommand, seen: Seen, now: number): readonly ClientRecord[] {
  const id = ownOf(command, seen)?.request?.offer?.slotId ?? "";
  const until = heldAsWish(command, seen, id, now);
  return freed(command, seen, id === inputOf(command).slotId ? [] : [id]).map((slot) =>
    until ? { ...slot, status: "held", hold: holdUntil(until) } : slot,
  );
}

/** The offer that can still be answered. */
function openOffer(command: PendingCommand, seen: Seen, now: number) {
  const offer = ownOf(command, seen)?.request?.offer;
  return isOver(offer?.expiresAt, now) ? undefined : offer;
}

export const acceptOffer: Effect = (command, seen, now) => {
  const offer = openOffer(command, seen, now);
  if (!offer) return [];
  const { slotId, start, end } = offer;
  if (seen.slot(slotId)) return agreed(command, seen, [slotId], { start, end });
  const change = appointmentBecomes(command, seen, { status: "confirmed", start, end, slotIds: [slotId] });
  return change.flatMap((one) => [one, ...freed(command, seen)]);
};

export const declineOffer: Effect = (command, seen, now) =>
  openOffer(command, seen, now)
    ? appointmentBecomes(command, seen, { status: "scheduled" }).flatMap((one) => [
        one,
        ...endOffer(command, seen, now),
      ])
    : [];

/** The slots that it owned when the command was given become free, also where only one of both is known to have ended. */
export const ended =
  (status: "cancelled" | "declined" | "no_show"): Effect =>
  (command, seen) => {
    const change = appointmentBecomes(command, seen, { status, slotIds: [] });
    const isEnded = ownOf(command, seen)?.status === status;
    return change.length > 0 || isEnded ? [...change, ...freed(command, seen)] : [];
  };

/** Those of the slots that it owned, or that were held for it, become free. */
export function freed(command: PendingCommand, seen: Seen, ids = command.slotIds): readonly ShownSlot[] {
  const { appointmentId = "" } = inputOf(command);
  const appointment = ownOf(command, seen);
  return ids
    .flatMap((id) => seen.slot(id) ?? [])
    .filter(
      (slot) =>
        (slot.appointmentId === appointmentId || isHeldFor(appointment, slot)) &&
        allows(slotTransitions, slot.status, "available", command.name),
    )
    .map((slot) => ({ ...slot, status: statusWhenFreed(slot), appointmentId: null, hold: null }));
}
