import type { Appointment } from "../model/appointment.ts";
import type { Offer } from "../model/appointment-request.ts";
import { statusWhenFreed } from "../model/computed-id.ts";
import { type Slot, slotAsOf } from "../model/slot.ts";
import { type Change, type Context, changeSlot, type Seen } from "./decision.ts";

/**
 * Slots that are held for an appointment, and not for the holder of a token. The hold has the hash of a text that no token
 * can be: a token has no control characters. So a slot is `held` if and only if it has a hold, as ever, and every command
 * that knows no appointment is refused like any stranger's.
 */
const hashFor = (appointmentId: string, { hash }: Pick<Context, "hash">): string =>
  hash(`\u0000appointment\u0000${appointmentId}`);

/** Whether the slot, as it counts now, is held for this appointment. */
export function isHeldFor(appointmentId: string, { status, hold }: Slot, context: Context): boolean {
  return status === "held" && hold !== null && hold.tokenHash === hashFor(appointmentId, context);
}

/** Holds the slot for the appointment. */
export function holdFor(appointmentId: string, slot: Slot, expiresAt: Date, context: Context): Change<Slot> {
  const hold = { tokenHash: hashFor(appointmentId, context), expiresAt, holderId: null };
  return changeSlot(slot, { status: "held", hold }, context);
}

/** The slots that may be held for an appointment: those that it asked for, if they are, and that of its offer. */
export function heldIdsOf(appointment: Appointment | undefined): readonly string[] {
  if (appointment?.status !== "scheduled" || appointment.request === null) return [];
  const { wishes, heldUntil, offer } = appointment.request;
  const wished = heldUntil === null ? [] : wishes.map(({ slotId }) => slotId);
  return offer === null || wished.includes(offer.slotId) ? wished : [...wished, offer.slotId];
}

/** The slots that are held for the appointment now. What was held once may be anybody's by now. */
export function heldSlotsOf(
  appointment: Appointment | undefined,
  seen: Pick<Seen, "slot">,
  context: Context,
): readonly Slot[] {
  if (appointment === undefined) return [];
  return heldIdsOf(appointment)
    .flatMap((id) => seen.slot(id) ?? [])
    .map((slot) => slotAsOf(slot, context.now))
    .filter((slot) => isHeldFor(appointment.id, slot, context));
}

/**
 * Until when a slot stays held as one that was asked for, whatever becomes of an offer. Undefined if it does not: an offer alone
 * may hold it, also where the hold of the request was broken before.
 */
export function heldAsWish({ id, request }: Appointment, slot: Slot, context: Context): Date | undefined {
  const heldUntil = request?.heldUntil ?? null;
  const isWish = request?.wishes.some(({ slotId }) => slotId === slot.id);
  if (!isWish || heldUntil === null || heldUntil <= context.now || !isHeldFor(id, slot, context)) return undefined;
  return slot.hold !== null && slot.hold.expiresAt >= heldUntil ? heldUntil : undefined;
}

/** What an offer that ends leaves of its hold: a slot that was asked for stays held as before, and any other is given back. */
export function endOffer(
  appointment: Appointment,
  { slotId }: Offer,
  seen: Seen,
  context: Context,
): readonly Change<Slot>[] {
  const slot = heldSlotsOf(appointment, seen, context).find(({ id }) => id === slotId);
  if (slot === undefined) return [];
  const until = heldAsWish(appointment, slot, context);
  if (until === undefined) return [freed(slot, context)];
  return slot.hold?.expiresAt.getTime() === until.getTime() ? [] : [holdFor(appointment.id, slot, until, context)];
}

const freed = (slot: Slot, context: Context): Change<Slot> =>
  changeSlot(slot, { status: statusWhenFreed(slot), hold: null }, context);

/** Gives back what is held for the appointment, except the slots in `keep`. What has expired is free already. */
export function releaseHeld(
  appointment: Appointment,
  seen: Seen,
  context: Context,
  keep: readonly string[] = [],
): readonly Change<Slot>[] {
  return heldSlotsOf(appointment, seen, context)
    .filter(({ id }) => !keep.includes(id))
    .map((slot) => freed(slot, context));
}
