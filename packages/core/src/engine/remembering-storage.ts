import { isStorageError } from "../storage/storage-error.ts";
import type { Clock } from "./clock.ts";
import type { EngineStorage } from "./engine-storage.ts";
import { isQueueFull } from "./lanes.ts";
import type { RecentSlots } from "./recent-slots.ts";

/** Notes what is read and written, so that booking a recently seen slot needs no read. */
export function rememberingStorage(storage: EngineStorage, recent: RecentSlots, clock: Clock): EngineStorage {
  /**
   * After a lost connection, another database may have taken its place: a replica, or a copy of an earlier day. A call
   * that was refused for its own input says nothing about that, and neither does a pool without a free connection.
   */
  function forgetIfLost(error: unknown): never {
    const isStarved = isStorageError(error) && error.poolProblem !== undefined;
    if (!isStarved && !isQueueFull(error) && !isStorageError(error, "refused")) recent.forgetAll();
    throw error;
  }

  const noting =
    <Query, Found extends Parameters<RecentSlots["note"]>[0]>(read: (query: Query, until?: number) => Promise<Found>) =>
    async (query: Query, until?: number): Promise<Found> => {
      const at = clock.now();
      const found = await read(query, until).catch(forgetIfLost);
      recent.note(found, at);
      return found;
    };

  return {
    ...storage,
    load: noting(storage.load),
    async loadAround(keys, around, until) {
      const at = clock.now();
      const found = await storage.loadAround(keys, around, until).catch(forgetIfLost);
      recent.note(found.records, at);
      return found;
    },
    findSlots: noting(storage.findSlots),
    async commit(command, proposed, until) {
      // The host's clock is asked first. If it throws, nothing has happened yet.
      const at = clock.now();
      const settled = await storage.commit(command, proposed, until).catch(forgetIfLost);
      const { outcome, decided } = settled;
      if (outcome.status === "committed") recent.note(decided.put, at);
      else recent.forget(decided.expect.map(({ key }) => key));
      return settled;
    },
  };
}
