import type { Appointment } from "../model/appointment.ts";
import { isComputedId } from "../model/computed-id.ts";
import type { Slot } from "../model/slot.ts";
import { contains, type TimeRange } from "../model/time-range.ts";
import type { Seen } from "./decision.ts";

/**
 * The slot of an appointment that still contains it at another time, so that it can stay there. One that was made for it, of a
 * computed opening, is as long as the appointment, and is kept only at the same time.
 */
export function keptSlot(
  { id, providerId, facilityId, slotIds }: Appointment,
  time: TimeRange,
  seen: Pick<Seen, "slot">,
): Slot | undefined {
  return slotIds
    .flatMap((slotId) => seen.slot(slotId) ?? [])
    .find(
      (slot) =>
        slot.appointmentId === id &&
        slot.providerId === providerId &&
        slot.facilityId === facilityId &&
        contains(slot, time) &&
        (!isComputedId(slot.id) || contains(time, slot)),
    );
}
