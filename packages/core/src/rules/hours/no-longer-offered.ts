import type { Availability } from "../../model/availability.ts";
import { publishedSlotId } from "../../model/schedule.ts";
import type { Slot } from "../../model/slot.ts";
import { isPublished } from "./computed.ts";
import { publishedTimes } from "./published-times.ts";

/**
 * Whether a slot was published of these hours, and publishing would withdraw it now if it were free.
 * @param all All slots that lie across it, withdrawn ones included
 */
export function isNoLongerOffered(availability: Availability, slot: Slot, all: readonly Slot[]): boolean {
  return wasPublished(availability, slot, all) && !isOffered(availability, slot);
}

/** Its id tells. Slots of the same time and seat were published before it, if they are withdrawn. */
function wasPublished({ id }: Availability, { id: slotId, start, seat }: Slot, all: readonly Slot[]): boolean {
  const most = all.filter((other) => other.seat === seat && other.start.getTime() === start.getTime()).length;
  for (let again = 0; again < most; again += 1) {
    if (publishedSlotId(id, start, seat, again) === slotId) return true;
  }
  return false;
}

function isOffered(availability: Availability, { start, end, seat }: Slot): boolean {
  if (!isPublished(availability)) return false;
  const from = start.getTime();
  return [...publishedTimes(availability, from, from + 1)].some(
    (opening) => opening.start === from && opening.end === end.getTime() && seat < opening.capacity,
  );
}
