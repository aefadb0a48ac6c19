import { checkFeed, type Performance, providersOfWorld } from "@slotwright/conformance";
import type { JournalEntry } from "@slotwright/core";
import type { Handover } from "../faults/beside/handovers.ts";

/** An entry that a relay beside histories has handed over. */
export type Handed = Handover & { readonly entry: JournalEntry };

export function handedOver(entry: JournalEntry, token: number): Handed {
  const { recordKind, recordId, version } = entry;
  return { recordKind, recordId, version, token, entry, isDone: false };
}

/**
 * What is wrong, as sentences, with what was handed over of one history: an acknowledged command without an entry, a
 * refused one with an entry, and what `audit` finds.
 */
export function problemsOfHanded(
  handed: readonly Handed[],
  { world, history }: Performance,
  audit: (ofWorld: readonly Handed[]) => readonly string[],
): readonly string[] {
  const providerIds = providersOfWorld(world);
  const ofWorld = handed.filter(({ entry }) => entry.providerIds.some((id) => providerIds.includes(id)));
  const answered = ofWorld.filter(({ isDone }) => isDone).map(({ entry }) => entry);
  return [...audit(ofWorld), ...checkFeed(history, answered)].map((problem) => `The relay: ${problem}`);
}
