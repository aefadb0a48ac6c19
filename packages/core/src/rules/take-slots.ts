import { type Refusal, refuse } from "../errors/index.ts";
import type { Appointment } from "../model/appointment.ts";
import { statusWhenFreed } from "../model/computed-id.ts";
import type { Slot } from "../model/slot.ts";
import type { TimeRange } from "../model/time-range.ts";
import { type Change, type Context, changeSlot, isRefusal, type Seen } from "./decision.ts";
import { findSlot, refuseSlotChange } from "./find.ts";
import { isHeldFor } from "./held-for.ts";
import { refuseMisfit } from "./time.ts";

/** What a caller wants of a slot. */
export interface Claim extends TimeRange {
  /** Tokens of the claimant's own holds. */
  readonly holdTokens?: readonly string[];
  /** The appointment that may keep a slot it owns already, and take one that is held for it. */
  readonly appointmentId?: string;
}

/** Refuses tokens if none of them belongs to a live hold on the slot as it is stored. */
export function refuseTokens(slot: Slot, tokens: readonly string[], { now, hash }: Context): Refusal | undefined {
  const slotId = slot.id;
  if (slot.status !== "held" || slot.hold === null) return refuse("hold_not_found", { slotId });
  const { tokenHash, expiresAt } = slot.hold;
  if (!tokens.map(hash).includes(tokenHash)) {
    return expiresAt <= now
      ? refuse("hold_not_found", { slotId })
      : refuse("hold_not_owned", { slotId, heldUntil: expiresAt });
  }
  return expiresAt <= now ? refuse("hold_expired", { slotId, expiredAt: expiresAt }) : undefined;
}

/**
 * The one predicate behind book, accept and reschedule: may this claim have this slot? A token means a hold on the
 * primary slot. A further slot may be held as well, or free.
 */
function refuseClaim(
  slot: Slot,
  stored: Slot,
  { holdTokens = [], ...claim }: Claim & { readonly isPrimary: boolean },
  context: Context,
): Refusal | undefined {
  const keeps = slot.status === "booked" && slot.appointmentId === claim.appointmentId;
  if (keeps) return refuseMisfit(slot, claim);
  if (claim.appointmentId !== undefined && isHeldFor(claim.appointmentId, slot, context))
    return refuseMisfit(slot, claim);
  const takenBySomebody = slot.status !== "available" && slot.status !== "held";
  const meansHold = holdTokens.length > 0 && (claim.isPrimary || slot.status === "held");
  // Of a hold that has ended, its holder learns that, whatever the slot counts as since.
  if (meansHold && (!takenBySomebody || stored.status === "held"))
    return refuseTokens(stored, holdTokens, context) ?? refuseMisfit(slot, claim);
  // The table allows booking a held slot, but only by its holder.
  const asStranger = slot.status === "held" ? refuseHeld(slot) : refuseSlotChange(slot, "booked", context);
  return asStranger ?? refuseMisfit(slot, claim);
}

function refuseHeld({ id, version, hold }: Slot): Refusal | undefined {
  return hold === null ? undefined : refuse("slot_held", { slotId: id, version, heldUntil: hold.expiresAt });
}

/**
 * The slots that an appointment is booked into, in the order of `ids`, or the reason why one of them is not available.
 * The first slot is the primary one: `ifVersion` is about it.
 */
export function claimSlots(
  ids: readonly string[],
  claimOf: (primary: Slot) => Claim,
  seen: Seen,
  context: Context,
  ifVersion?: number,
): readonly Slot[] | Refusal {
  const slots: Slot[] = [];
  for (const [index, id] of ids.entries()) {
    const slot = findSlot(seen, id, index === 0 ? ifVersion : undefined, context);
    if (isRefusal(slot)) return slot;
    const claim = { ...claimOf(slots[0] ?? slot), isPrimary: index === 0 };
    const refusal = refuseClaim(slot, seen.slot(id) ?? slot, claim, context);
    if (refusal !== undefined) return refusal;
    slots.push(slot);
  }
  return slots;
}

/** The providers of the slots, each once. */
export function providersOf(slots: readonly Pick<Slot, "providerId">[]): readonly string[] {
  const ids = slots.map(({ providerId }) => providerId);
  return ids.filter((id, index) => ids.indexOf(id) === index);
}

/** Links the slots to the appointment. A slot that it owns already stays unchanged. */
export function bookInto(slots: readonly Slot[], appointmentId: string, context: Context): readonly Change<Slot>[] {
  const taken = slots.filter((slot) => slot.appointmentId !== appointmentId || slot.status !== "booked");
  return taken.map((slot) => changeSlot(slot, { status: "booked", appointmentId, hold: null }, context));
}

/** Frees the slots that the appointment owns, except those in `keep`. Those that were made for it are withdrawn. */
export function freeSlots(
  appointment: Appointment,
  seen: Seen,
  context: Context,
  keep: readonly string[] = [],
): readonly Change<Slot>[] {
  return appointment.slotIds
    .filter((id) => !keep.includes(id))
    .flatMap((id) => seen.slot(id) ?? [])
    .filter((slot) => slot.appointmentId === appointment.id)
    .map((slot) => changeSlot(slot, { status: statusWhenFreed(slot), appointmentId: null }, context));
}

/** Refuses a slot of another provider or facility than the wanted one. */
export function refuseOtherSchedule(
  slot: Slot,
  wanted: { readonly providerId?: string | undefined; readonly facilityId?: string | undefined },
): Refusal | undefined {
  for (const field of ["providerId", "facilityId"] as const) {
    const expected = wanted[field];
    if (expected !== undefined && expected !== slot[field]) {
      return refuse("schedule_mismatch", { field, expected, actual: slot[field] });
    }
  }
  return undefined;
}

/** Refuses a list of slots that names one twice. */
export function refuseRepeated(ids: readonly string[], path = "alsoSlotIds"): Refusal | undefined {
  const repeated = ids.findIndex((id, index) => ids.indexOf(id) !== index);
  if (repeated === -1) return undefined;
  const message = `must not name the slot "${ids[repeated]}" twice`;
  return refuse("invalid_input", { issues: [{ path, code: "repeated", message }] });
}
