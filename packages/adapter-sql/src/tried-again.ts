import { type CommitOutcome, keyOf, type Transition } from "@slotwright/core/adapter";

/**
 * The outcome of a transition that was not written because its batch failed after others of the batch were committed.
 */
export function toBeTriedAgain({ put }: Transition): CommitOutcome {
  return { status: "busy", keys: put.map(keyOf) };
}
