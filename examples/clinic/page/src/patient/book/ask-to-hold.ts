import { type Calls, isRequestError, newId } from "@slotwright/client";

/** With these the slot may be held all the same. */
const unknownCodes: readonly string[] = ["no_answer", "not_an_answer", "outcome_unknown"];

/** A hold of the person's own. */
export interface OwnHold {
  readonly token: string;
  /** The version of the slot since it is held. */
  readonly version: number;
}

/**
 * Holds a slot. If the answer is lost, it is asked for once more, with the same key: without its token, a hold of the
 * person's own would keep them from booking.
 */
export async function askToHold(calls: Pick<Calls, "hold">, slotId: string, seconds: number): Promise<OwnHold> {
  const input = { slotId, seconds, idempotencyKey: newId() };
  const { holdToken, slot } = await calls.hold(input).catch((error: unknown) => {
    if (isRequestError(error) && unknownCodes.includes(error.code)) return calls.hold(input);
    throw error;
  });
  return { token: holdToken, version: slot.version };
}
