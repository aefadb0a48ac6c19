import type { JournaledKind } from "./model/journal.ts";
import { dropRejection } from "./model/promise.ts";

/** What each warning carries in `details`. */
export interface WarningDetails {
  /** The engine's clock and the database's tell different times. `aheadMs` is negative where the engine is behind. */
  clock_skew: { readonly aheadMs: number };
  /** `authorize` gave an answer about a read, a list or a history that does not count, so the record was hidden. */
  access_answer_ignored: { readonly action: string };
  /** `audienceOf` gave an answer that is no audience, so the actor counted as self-service. */
  audience_answer_ignored: { readonly actorKind: string };
  /** A relay hands over nothing new, because it has parked as many records as it may. */
  relay_stopped: { readonly name: string; readonly parked: number };
  /** A relay has lost its lease before it could renew it, so what was under way is handed over again. */
  relay_lease_lost: { readonly name: string };
  /** A relay gives up entries that were parked, because somebody has deleted them from the journal. */
  relay_entries_deleted: {
    readonly name: string;
    readonly recordKind: JournaledKind;
    readonly recordId: string;
    readonly fromVersion: number;
    readonly lastVersion: number;
  };
  /** A call waits for a connection of the pool, and all of them are in use. */
  connections_exhausted: { readonly inUse: number | null; readonly waiting: number | null; readonly waitedMs: number };
  /** Something changes the text of statements on their way. They are sent without names from now on. */
  statement_names_refused: Record<string, never>;
  /** Live slots have reached their `maxSlots`. Further slots are left out, and answers say that they are stale. */
  live_slots_full: { readonly maxSlots: number };
}

export type WarningCode = keyof WarningDetails;

/** What an operator should know, even though every call was answered as it should be. */
export type Warning = {
  [C in WarningCode]: {
    readonly code: C;
    /** What was noticed, what follows from it, and what can be done. */
    readonly message: string;
    readonly details: WarningDetails[C];
  };
}[WarningCode];

export type OnWarning = (warning: Warning) => void;

/** A host's listener cannot do harm: what it throws or rejects with is dropped. */
export function harmless(listener: OnWarning | undefined): OnWarning {
  if (listener === undefined) return () => {};
  return (warning) => {
    try {
      dropRejection(listener(warning));
    } catch {}
  };
}
