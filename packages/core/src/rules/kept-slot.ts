import type { Appointment } from "../model/appointment.ts";
import { isComputedId } from "../model/computed-id.ts";
import type { Slot } from "../model/slot.ts";
import { contains, type TimeRange } from "../model/time-range.ts";
import type { Seen } from "./decision.ts";
import { tokensIn, type WithTokens } from "./slot-for-time.ts";

/**
 * The slot of an appointment that still contains it at another time, so that it can stay there. A token means another one, which it holds. One that was made for it, of a
 * computed opening, is as long as the appointment, and is kept only at the same time.
 */
export function keptSlot(
  { id, providerId, facilityId, slotIds }: Appointment,
  time: TimeRange & WithTokens,
  seen: Pick<Seen, "slot">,
): Slot | undefined {
  if (tokensIn(time).length > 0) return undefined;
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
