import { type Calls, isRequestError, newId } from "@slotwright/client";
import type { FreeTime } from "@slotwright/core";

/** With these the slot may be held all the same. */
const unknownCodes: readonly string[] = ["no_answer", "not_an_answer", "outcome_unknown"];

/** A hold of the person's own. */
export interface OwnHold {
  /** That of the offer, or the one that was made for the hold. */
  readonly slotId: string;
  readonly token: string;
  /** The version of the slot since it is held. */
  readonly version: number;
  /** By the clock of the device, counted from before the request: never later than the server's end. */
  readonly endsAt: number;
  /** The same, counted from after the answer: never earlier than the server's end. */
  readonly freeAt: number;
}

/**
 * Holds a slot, or a time that the hours offer and that no slot has been made of. If the answer is lost, it is asked for
 * once more, with the same key: without its token, a hold of the person's own would keep them from booking.
 */
export async function askToHold(
  calls: Pick<Calls, "hold">,
  { slotId, providerId, facilityId, start, end }: FreeTime,
  seconds: number,
): Promise<OwnHold> {
  const wanted = slotId === null ? { providerId, facilityId, start, end } : { slotId };
  const input = { ...wanted, seconds, idempotencyKey: newId() };
  const endsAt = Date.now() + seconds * 1000;
  const { holdToken, slot } = await calls.hold(input).catch((error: unknown) => {
    if (isRequestError(error) && unknownCodes.includes(error.code)) return calls.hold(input);
    throw error;
  });
  return { slotId: slot.id, token: holdToken, version: slot.version, endsAt, freeAt: Date.now() + seconds * 1000 };
}
