import { type Calls, isRequestError, type PendingCommand } from "@slotwright/client";
import { endOf } from "../patient/appointments/moves.ts";
import type { Wanted } from "./near.ts";
import type { Offer, OfferedTime } from "./notice-list.ts";

/**
 * What the refusal itself offers, if it was asked for that. Undefined if it offers nothing.
 *
 * @param takesTimes Whether a time will do of which no slot was made.
 */
export function offersIn(error: unknown, takesTimes: boolean): readonly (Offer | OfferedTime)[] | undefined {
  if (!isRequestError(error)) return undefined;
  const { alternatives = [] } = error.details as { readonly alternatives?: readonly (Offer | OfferedTime)[] };
  const offers = alternatives.filter(({ slotId }) => takesTimes || slotId !== null);
  return offers.length === 0 ? undefined : offers;
}

/** A command as it was kept: plain JSON. */
type Kept = Pick<PendingCommand, "name" | "input">;

interface Given {
  readonly slotId?: string;
  readonly appointmentId?: string;
  readonly providerId?: string;
  readonly facilityId?: string;
  readonly start?: string;
  readonly end?: string;
  readonly holdToken?: unknown;
}

/** The time that a booking or a move wanted. Undefined of other commands. */
export async function wantedBy(
  { name, input }: Kept,
  calls: Pick<Calls, "getSlot" | "getAppointment">,
): Promise<Wanted | undefined> {
  if (name !== "book" && name !== "reschedule") return undefined;
  const { slotId, appointmentId, providerId = "", facilityId = "", start, end } = input as Given;
  const times = start === undefined || end === undefined ? undefined : { start: new Date(start), end: new Date(end) };
  if (slotId !== undefined) return { ...placeAndTime(await calls.getSlot(slotId)), ...times, slotId };
  if (times === undefined) return undefined;
  if (name === "book") return { providerId, facilityId, ...times };
  return { ...placeAndTime(await calls.getAppointment(appointmentId ?? "")), ...times };
}

const placeAndTime = ({ providerId, facilityId, start, end }: Wanted) => ({ providerId, facilityId, start, end });

/** The input of the same command with what is offered. The hold was of the first time, and so was the id of a new appointment. */
export function inputWith({ name, input }: Kept, offer: Offer | OfferedTime, wanted: Wanted): object {
  const { holdToken, slotId: first, start: begins, end: ends, providerId, facilityId, ...rest } = input as Given;
  const slot = offer.slotId === null ? {} : { slotId: offer.slotId };
  const { start } = offer;
  // An appointment that is moved keeps its length, also in a longer slot.
  if (name === "reschedule") return { ...rest, ...slot, start, end: endOf(wanted, start) };
  const { appointmentId, ...asked } = rest;
  if (offer.slotId !== null) return { ...asked, ...slot };
  return { ...asked, providerId: wanted.providerId, facilityId: wanted.facilityId, start, end: offer.end };
}
