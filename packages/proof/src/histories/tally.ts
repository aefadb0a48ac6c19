import { type History, intercepted } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { isStorageError } from "@slotwright/core/adapter";
import { notingFailures } from "./noted-failures.ts";

/** What a proof has observed. */
export interface Tally {
  histories: number;
  commands: number;
  /** Commits that found another caller had been faster. */
  conflicts: number;
  /** Commits that were tried again after the database reported "busy", or the connection was lost. */
  retries: number;
  /** How often faults took effect. */
  faults: number;
  /**
   * Commits whose connection was lost before the answer came, so that the engine had to find out what became of them,
   * and commands whose caller was killed.
   */
  unknown: number;
  /** Entries that a reader of the feed was given beside the callers of a fault. */
  read: number;
  /** Entries that relays have handed over beside them, and beside histories: each counts once. */
  handedOver: number;
}

export function emptyTally(): Tally {
  return { histories: 0, commands: 0, conflicts: 0, retries: 0, faults: 0, unknown: 0, read: 0, handedOver: 0 };
}

export function addTo(tally: Tally, more: Partial<Tally>): void {
  for (const [name, count] of Object.entries(more) as [keyof Tally, number][]) tally[name] += count;
}

export function countHistory(tally: Tally, { calls }: History): void {
  const commands = calls.filter(({ name }) => !/^(get|find)/.test(name));
  addTo(tally, { histories: 1, commands: commands.length });
}

/** The adapter, with conflicts and retries counted. */
export function countingAdapter(storage: StorageAdapter, tally: Tally): StorageAdapter {
  const note = (error: unknown) => addTo(tally, { retries: 1, unknown: isStorageError(error, "unknown") ? 1 : 0 });
  return intercepted(intercepted(storage, notingFailures(note)), (counting) => ({
    commit: async (...given) => {
      const outcomes = await counting.commit(...given);
      addTo(tally, { conflicts: outcomes.filter(({ status }) => status === "stale").length });
      return outcomes;
    },
  }));
}
