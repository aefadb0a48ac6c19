import { type CommitOutcome, keyOf, type Transition } from "@slotwright/core/adapter";

/** The outcome of a transition of which nothing was written, since the batch failed when others of it were committed. */
export function toBeTriedAgain({ put }: Transition): CommitOutcome {
  return { status: "busy", keys: put.map(keyOf) };
}
