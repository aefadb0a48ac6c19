import { type CommitOutcome, leftBehind, type Transition } from "@slotwright/core/adapter";

/**
 * Those that may be committed next: all but the ones that rest on one which is not committed, and will not be. Adds the
 * outcomes of these.
 */
export function withoutThoseBehind(
  transitions: readonly Transition[],
  outcomes: Map<Transition, CommitOutcome>,
): readonly Transition[] {
  if (transitions.every(({ restsOn = [] }) => restsOn.length === 0)) return transitions;
  const committed = [...outcomes].filter(([, { status }]) => status === "committed");
  const going = new Set(committed.map(([{ command }]) => command.id));
  return transitions.filter((transition) => {
    const outcome = leftBehind(transition, (id) => going.has(id));
    if (outcome === undefined) going.add(transition.command.id);
    else outcomes.set(transition, outcome);
    return outcome === undefined;
  });
}
