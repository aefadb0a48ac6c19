import type { Appointment } from "../model/appointment.ts";
import type { Hold, Slot } from "../model/slot.ts";
import { scheduleFor } from "./create-slots.ts";
import { type Change, type Context, createSlot, type Seen, type SlotState } from "./decision.ts";
import { withdrawLapsed } from "./lapsed.ts";
import type { SlotToMake } from "./open-seat.ts";
import { renewedRules } from "./renewed-rules.ts";
import { availabilityKey } from "./set-availability.ts";

/** The slot of a computed opening, and what is written with it. */
export interface MadeForOpening {
  readonly slot: Change<Slot>;
  readonly beside: readonly Change[];
}

/** The slot of a computed opening, booked by an appointment. */
export const madeForOpening = (
  opening: SlotToMake,
  { id: appointmentId }: Pick<Appointment, "id">,
  seen: Seen,
  context: Context,
): MadeForOpening => madeAs({ status: "booked", appointmentId }, opening, seen, context);

/** The slot of a computed opening, held. */
export const heldOpening = (hold: Hold, opening: SlotToMake, seen: Seen, context: Context): MadeForOpening =>
  madeAs({ status: "held", hold }, opening, seen, context);

/**
 * It writes the schedule, as all do who add something to it, the hours if these have other rules of the zone than the time was
 * told by, and what lies there since a hold has ended.
 */
function madeAs(state: Partial<SlotState>, opening: SlotToMake, seen: Seen, context: Context): MadeForOpening {
  const slot = createSlot(opening, context, state);
  const availability = seen.availability(availabilityKey(opening).id);
  const schedule = scheduleFor({ ...opening, timeZone: availability?.timeZone }, seen, context);
  const lapsed = withdrawLapsed(seen.obstacles ?? [], [opening], context);
  return { slot, beside: [schedule, ...renewedRules(availability, opening, context), ...lapsed] };
}
