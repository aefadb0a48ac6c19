import type { CommitOutcome, Transition } from "./adapter.ts";

/**
 * The outcome of a transition that rests on others of its batch, if one of these is not committed. Undefined if it may be
 * committed.
 *
 * @param isCommitted Whether the command is that of a transition which this call has committed.
 */
export function leftBehind(
  { restsOn = [] }: Pick<Transition, "restsOn">,
  isCommitted: (commandId: string) => boolean,
): CommitOutcome | undefined {
  const lost = restsOn.filter((id) => !isCommitted(id));
  return lost.length === 0 ? undefined : { status: "stale", keys: lost.map((id) => ({ kind: "command", id })) };
}

/** Commits a batch by committing one transition after the other. */
export function inTurn(
  batch: readonly Transition[],
  commitOne: (transition: Transition) => CommitOutcome,
): readonly CommitOutcome[] {
  const committed = new Set<string>();
  return batch.map((transition) => {
    const outcome = leftBehind(transition, (id) => committed.has(id)) ?? commitOne(transition);
    if (outcome.status === "committed") committed.add(transition.command.id);
    return outcome;
  });
}
