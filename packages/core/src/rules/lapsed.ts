import { isOccupying, type Slot, slotAsOf } from "../model/slot.ts";
import { overlaps, type TimeRange } from "../model/time-range.ts";
import { type Change, type Context, changeSlot } from "./decision.ts";

/** A time and the seat in which something is put there. */
interface Seat extends TimeRange {
  readonly seat: number;
}

/** Whether it counts as withdrawn, because it was made for a hold that has ended by the clock, and nobody has written that. */
const hasLapsed = (slot: Slot, now: Date): boolean =>
  slot.status === "held" && slotAsOf(slot, now).status === "withdrawn";

/**
 * Withdraws what was made for holds that have ended, where something is put in its place. It counts as withdrawn, but the
 * database knows no clock, and keeps others off its seat as long as it is stored as held.
 */
export function withdrawLapsed(
  stored: readonly Slot[],
  placed: readonly Seat[],
  context: Context,
): readonly Change<Slot>[] {
  if (placed.length === 0) return [];
  return stored
    .filter((slot) => hasLapsed(slot, context.now))
    .filter((slot) => placed.some((one) => one.seat === slot.seat && overlaps(one, slot)))
    .map((slot) => changeSlot(slot, { status: "withdrawn", hold: null }, context));
}

/** Those that keep others off their seat, as they count now. */
export const occupyingAmong = (stored: readonly Slot[], { now }: Context): readonly Slot[] =>
  stored.filter((slot) => isOccupying(slotAsOf(slot, now)));
