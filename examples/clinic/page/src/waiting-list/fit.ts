import type { ShownAppointment, ShownSlot } from "@slotwright/client";
import type { Names } from "../directory/names.ts";
import { formatRange, formatShortDay } from "../time/format.ts";

type Slot = Pick<ShownSlot, "status" | "providerId" | "facilityId" | "start" | "end"> &
  Partial<Pick<ShownSlot, "id" | "hold">>;
type Appointment = Pick<ShownAppointment, "providerId" | "facilityId" | "start" | "end"> &
  Partial<Pick<ShownAppointment, "request">>;

const taken: Readonly<Record<ShownSlot["status"], string | null>> = {
  available: null,
  held: "Somebody is about to book this slot.",
  booked: "This slot is booked.",
  withdrawn: "This slot is no longer offered",
  blocked: "This slot is blocked.",
};

/** Why an appointment that waits does not fit into a slot, as a sentence. Null if it does. */
export function whyNotInto(slot: Slot, appointment: Appointment, names: Names): string | null {
  const { providerId, facilityId, start, end } = appointment;
  if (slot.providerId !== providerId) return `It was asked for with ${names.provider(providerId)}.`;
  if (slot.facilityId !== facilityId) return `It was asked for at ${names.facility(facilityId)}.`;
  if (!isWish(slot, appointment) && (slot.start > start || slot.end < end)) {
    const zone = names.zone(facilityId);
    return `It was asked for at ${formatShortDay(start, zone)}, ${formatRange(start, end, zone)}.`;
  }
  return isKeptFor(slot, appointment) ? null : taken[slot.status];
}

/** Whether the slot is one of those that were asked for. */
export const isWish = ({ id }: Pick<Slot, "id">, { request }: Pick<Appointment, "request">): boolean =>
  request?.wishes.some(({ slotId }) => slotId === id) === true;

/** Whether it is held for this appointment: its hold ends when the request says, or an offer of it. */
function isKeptFor(slot: Slot, appointment: Appointment): boolean {
  const { heldUntil = null, offer = null } = appointment.request ?? {};
  const ends = [heldUntil, offer !== null && offer.slotId === slot.id ? offer.expiresAt : null];
  return (
    slot.status === "held" &&
    isWish(slot, appointment) &&
    ends.some((end) => end !== null && end.getTime() === slot.hold?.expiresAt.getTime())
  );
}
