import type { Appointment } from "../model/appointment.ts";
import type { Slot } from "../model/slot.ts";
import { scheduleFor } from "./create-slots.ts";
import { type Change, type Context, createSlot, type Seen } from "./decision.ts";
import type { SlotToMake } from "./open-seat.ts";
import { renewedRules } from "./renewed-rules.ts";
import { availabilityKey } from "./set-availability.ts";

/** The slot of a computed opening, and what is written with it. */
export interface MadeForOpening {
  readonly slot: Change<Slot>;
  readonly beside: readonly Change[];
}

/**
 * The slot of a computed opening, booked by an appointment. It writes the schedule, as all do who add something to it, and the hours
 * if these have other rules of the zone than the time was told by.
 */
export function madeForOpening(
  opening: SlotToMake,
  { id: appointmentId }: Pick<Appointment, "id">,
  seen: Seen,
  context: Context,
): MadeForOpening {
  const slot = createSlot(opening, context, { status: "booked", appointmentId });
  const availability = seen.availability(availabilityKey(opening).id);
  const schedule = scheduleFor({ ...opening, timeZone: availability?.timeZone }, seen, context);
  return { slot, beside: [schedule, ...renewedRules(availability, opening, context)] };
}
