import type { BusyInterval, Engine, ImportBusyInput, ImportedBusy, Slot, StorageAdapter } from "@slotwright/core";
import { engineOn, manualClock, minutes, place, provider } from "../fixtures.ts";
import { intercepted } from "../intercepted.ts";

export const day = 24 * 60;
const window = { actor: provider, ...place, source: "hospital", from: minutes(-60), until: minutes(3 * day) };

export const busy = (start: number, end: number): BusyInterval => ({ start: minutes(start), end: minutes(end) });

export const importing = (
  engine: Engine,
  intervals: readonly BusyInterval[],
  more: Partial<ImportBusyInput> = {},
): Promise<ImportedBusy> => engine.importBusy({ ...window, intervals, ...more });

export const countsOf = ({ created, kept, withdrawn, blocked, freed, takenCount }: ImportedBusy): readonly number[] => [
  created,
  kept,
  withdrawn,
  blocked,
  freed,
  takenCount,
];

export const statusesOf = async (engine: Engine, slots: readonly Pick<Slot, "id">[]): Promise<string> =>
  (await Promise.all(slots.map(async ({ id }) => (await engine.getSlot(id)).status))).join(" ");

export const listed = async (engine: Engine): Promise<readonly Slot[]> =>
  (await engine.listSlots({ from: minutes(-day), to: minutes(60 * day), limit: 500 })).items;

export const busyStage = (storage: StorageAdapter): Engine => engineOn(storage, { clock: manualClock() });

/** An engine whose commits are counted. */
export function countedStage(storage: StorageAdapter): {
  readonly engine: Engine;
  readonly counts: { commits: number };
} {
  const counts = { commits: 0 };
  const counted = intercepted(storage, (calls) => ({
    commit(transitions, call) {
      counts.commits += transitions.length;
      return calls.commit(transitions, call);
    },
  }));
  return { engine: busyStage(counted), counts };
}
