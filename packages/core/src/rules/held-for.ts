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

/**
 * Of a wish that an offer alone holds, because its own hold was broken: the end of a hold cannot tell which of the two it
 * is.
 */
const hashForOffer = (appointmentId: string, { hash }: Pick<Context, "hash">): string =>
  hash(`\u0000offer\u0000${appointmentId}`);

/** Whether the slot, as it counts now, is held for this appointment. */
export function isHeldFor(appointmentId: string, { status, hold }: Slot, context: Context): boolean {
  if (status !== "held" || hold === null) return false;
  return [hashFor, hashForOffer].some((hashOf) => hold.tokenHash === hashOf(appointmentId, context));
}

/** Holds the slot for the appointment. */
export function holdFor(appointmentId: string, slot: Slot, expiresAt: Date, context: Context): Change<Slot> {
  return heldBy(hashFor(appointmentId, context), slot, expiresAt, context);
}

/** Holds the slot for an offer until that ends, or as long as it is held as one that was asked for, if that is longer. */
export function holdForOffer(appointment: Appointment, slot: Slot, end: Date, context: Context): Change<Slot> {
  const { id } = appointment;
  const asWish = heldAsWish(appointment, slot, context);
  if (asWish !== undefined) return holdFor(id, slot, asWish > end ? asWish : end, context);
  const isBroken = promisedUntil(appointment, slot, context) !== undefined;
  return heldBy((isBroken ? hashForOffer : hashFor)(id, context), slot, end, context);
}

function heldBy(tokenHash: string, slot: Slot, expiresAt: Date, context: Context): Change<Slot> {
  return changeSlot(slot, { status: "held", hold: { tokenHash, expiresAt, holderId: null } }, context);
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

/** Until when the request was to hold the slot, if it was, and that is not over yet. */
function promisedUntil({ request }: Appointment, { id }: Slot, { now }: Context): Date | undefined {
  const heldUntil = request?.heldUntil ?? null;
  const isWish = request?.wishes.some(({ slotId }) => slotId === id);
  return isWish && heldUntil !== null && heldUntil > now ? heldUntil : undefined;
}

/**
 * Until when a slot stays held as one that was asked for, whatever becomes of an offer. Undefined if it does not: an offer
 * alone may hold it, also where the hold of the request was broken before.
 */
function heldAsWish(appointment: Appointment, slot: Slot, context: Context): Date | undefined {
  const isHeld = slot.status === "held" && slot.hold?.tokenHash === hashFor(appointment.id, context);
  return isHeld ? promisedUntil(appointment, slot, context) : undefined;
}

/**
 * What an offer that ends changes of its slot: one that was asked for stays held as before, and any other is given back.
 * Undefined if nothing.
 */
export function endOffer(
  appointment: Appointment,
  { slotId }: Offer,
  seen: Seen,
  context: Context,
): Change<Slot> | undefined {
  const slot = heldSlotsOf(appointment, seen, context).find(({ id }) => id === slotId);
  if (slot === undefined) return undefined;
  const until = heldAsWish(appointment, slot, context);
  if (until === undefined) return freed(slot, context);
  return slot.hold?.expiresAt.getTime() === until.getTime() ? undefined : holdFor(appointment.id, slot, until, context);
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
