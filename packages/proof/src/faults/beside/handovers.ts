import { auditHandovers, type EntryName, type HandedOver } from "@slotwright/conformance";

/** One call of a relay's function. */
export interface Handover extends HandedOver {
  /** Whether the function has answered. */
  isDone: boolean;
}

/** How many different entries were handed over. */
export function countHandedOver(handovers: readonly Handover[]): number {
  return new Set(handovers.filter(({ isDone }) => isDone).map(nameOf)).size;
}

/**
 * Compares what relays of one name have handed over, in the order in which they began to, with what was committed.
 * Reports, as sentences, what is lost, out of order, or was never committed, and what leases exclude: that an entry is
 * handed over again although the lease has not moved, or is handed over by the holder before.
 */
export function auditRelay(handovers: readonly Handover[], committed: readonly EntryName[]): readonly string[] {
  return [...auditOfHolders(handovers, committed), ...lowerTokens(handovers)];
}

/** The same of relays that do not notice at once that their lease has moved: these may go on with what they have read. */
export function auditOfHolders(handovers: readonly Handover[], committed: readonly EntryName[]): readonly string[] {
  const answered = handovers.filter(({ isDone }) => isDone);
  return [...auditHandovers(answered, committed), ...repeats(handovers)];
}

const nameOf = ({ recordKind, recordId, version }: EntryName) => `${recordKind} ${recordId} version ${version}`;

function repeats(handovers: readonly Handover[]): readonly string[] {
  const seen = new Set<string>();
  return handovers.flatMap((one) => {
    const name = `${nameOf(one)} with the token ${one.token}`;
    if (seen.has(name)) return [`handed over again: ${name}`];
    seen.add(name);
    return [];
  });
}

function lowerTokens(handovers: readonly Handover[]): readonly string[] {
  let highest = 0;
  return handovers.flatMap((one) => {
    highest = Math.max(highest, one.token);
    const late = `handed over with the token ${one.token}, after ${highest} was given: ${nameOf(one)}`;
    return one.token < highest ? [late] : [];
  });
}
