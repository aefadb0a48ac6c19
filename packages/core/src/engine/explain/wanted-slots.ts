import { BookingError, type Refusal, refuse } from "../../errors/index.ts";
import { availabilityIdOf } from "../../model/availability.ts";
import type { Slot } from "../../model/slot.ts";
import type { PlaceInTime, TimeRange } from "../../model/time-range.ts";
import type { Seen } from "../../rules/decision.ts";
import { slotKey } from "../../rules/find.ts";
import { refuseRange } from "../../rules/time.ts";
import { imaginedSlot } from "../free-times/candidates.ts";
import { type PreviewReason, reasonInItsZone } from "../preview/preview.ts";
import { shownAmong } from "../slots-at-time.ts";
import type { Asking } from "./asking.ts";
import { reasonsAgainstBooking } from "./opening.ts";

/** @throws BookingError `invalid_time_range` */
export function refuseTime({ start, end }: PlaceInTime): void {
  const refusal = refuseRange({ start, end });
  if (refusal !== undefined) throw new BookingError(refusal.refused, refusal.details);
}

export async function slotWithId({ settings, until }: Asking, slotId: string): Promise<readonly Slot[]> {
  const [slot] = await settings.storage.loadToShow([slotKey(slotId)], until);
  return slot?.kind === "slot" ? [slot] : [];
}

/**
 * Nobody has published a slot for the time. If others lie partly there, nobody could. `authorize` and the policies are asked as if
 * there were one.
 */
export async function reasonsWithoutSlot(
  asking: Asking,
  time: PlaceInTime,
  across: readonly Slot[],
): Promise<readonly PreviewReason[]> {
  const { settings, until } = asking;
  const { providerId, facilityId, start, end } = time;
  const missing = imaginedSlot(settings, time, { id: availabilityIdOf(providerId, facilityId) }, 0);
  const booking = await reasonsAgainstBooking(asking, time, missing, (around) => ({ ...unseen, around }));
  const [first] = booking;
  if (first?.error.code === "forbidden") return booking;
  const refusals = [
    refuse("no_slot_available", { providerId, facilityId, start, end }),
    ...(await shownAmong(asking, across)).map((slot) => inTheWay(slot, { start, end })),
  ];
  const about = { name: "book" as const, command: { providerId, facilityId }, seen: unseen };
  const reasons = await Promise.all(refusals.map((refusal) => reasonInItsZone(settings, refusal, about, until)));
  return [...reasons, ...booking.filter((reason) => reason !== first)];
}

const none = () => undefined;
const unseen: Seen = { slot: none, schedule: none, appointment: none, availability: none, found: [] };

function inTheWay({ id, version, status, seat, start, end }: Slot, wanted: TimeRange): Refusal {
  if (status === "blocked") return refuse("slot_blocked", { slotId: id, version });
  const conflict = { conflictingSlotId: id, conflictingStart: start, conflictingEnd: end };
  return refuse("slot_overlap", { start: wanted.start, end: wanted.end, seat, ...conflict });
}
