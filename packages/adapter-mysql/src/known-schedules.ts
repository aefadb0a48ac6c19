import type { CommitOutcome, RecordKey, Slot, SlotQuery, SlotStatus } from "@slotwright/core";

/**
 * What a host's transaction has learned of schedules. Its own view may be old, and whether a row exists *now*, InnoDB can
 * say at REPEATABLE READ only by locking the gap where the row would be: transactions that add the first slots of new
 * schedules at once would lock each other out, and deadlock. So a schedule is locked only if the view shows it, and its
 * slots are found in the view as well, and then locked by their keys. That is as good as a look at what is stored now, for
 * whoever adds slots to a schedule changes its version: where the version is another one by now, or a commit meets a
 * schedule that the view does not show, the transaction looks at what is stored, gaps and all. SERIALIZABLE locks gaps
 * even for the view; there only running the transaction again helps.
 */
export interface KnownSchedules {
  /** True if the schedule exists for certain, so that looking for it locks no gap. */
  readonly exists: (id: string) => boolean;
  /** True if the view is enough to find all slots that this query is for. */
  readonly viewShows: (query: SlotQuery) => boolean;
  /** Notes that the schedule is being loaded: if it exists in the view, it is locked from here on. */
  readonly learnLoaded: (id: string) => void;
  readonly learnSlots: (slots: readonly Slot[]) => void;
  readonly learnChanged: (id: string) => void;
  readonly learnStale: (outcomes: readonly CommitOutcome[]) => void;
}

/** For reads that take no locks: there is nothing to be careful about. */
export const anySchedules: KnownSchedules = {
  exists: () => true,
  viewShows: () => false,
  learnLoaded: () => {},
  learnSlots: () => {},
  learnChanged: () => {},
  learnStale: () => {},
};

/** Changes of the transaction's own make the view's version that of now, so this is kept as long as the transaction is. */
const changedIn = new WeakMap<object, Set<string>>();

export function knownSchedules(transaction: object): KnownSchedules {
  const changed = changedIn.get(transaction) ?? new Set();
  changedIn.set(transaction, changed);
  const existing = new Set<string>();
  const loaded = new Set<string>();
  return {
    exists: (id) => existing.has(id) || changed.has(id),
    viewShows: ({ scheduleId, statuses }) =>
      scheduleId !== undefined && loaded.has(scheduleId) && !changed.has(scheduleId) && areVersioned(statuses),
    learnLoaded: (id) => {
      loaded.add(id);
    },
    learnSlots: (slots) => {
      for (const { scheduleId } of slots) existing.add(scheduleId);
    },
    learnChanged: (id) => {
      changed.add(id);
    },
    learnStale: (outcomes) => {
      for (const { kind, id } of outcomes.flatMap(staleKeys)) if (kind === "schedule") changed.add(id);
    },
  };
}

/** Slots come to these states from the others, taken together, only along with a change of the schedule. */
function areVersioned(statuses: SlotQuery["statuses"]): boolean {
  const together: readonly SlotStatus[] = ["available", "held", "booked"];
  return statuses === undefined || together.every((status) => statuses.includes(status));
}

function staleKeys(outcome: CommitOutcome): readonly RecordKey[] {
  return outcome.status === "stale" ? outcome.keys : [];
}
