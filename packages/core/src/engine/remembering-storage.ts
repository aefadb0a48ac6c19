import type { EngineStorage } from "./engine-storage.ts";
import type { RecentSlots } from "./recent-slots.ts";
import { isStorageError } from "./retry.ts";

/** Notes what is read and written, so that a booking of a slot that was seen a short while ago need not read it again. */
export function rememberingStorage(storage: EngineStorage, recent: RecentSlots): EngineStorage {
  /** After the database was away, another one may have taken its place: a replica, or the copy of an earlier day. */
  function forgetIfAway(error: unknown): never {
    if (!isStorageError(error, "transient")) recent.forgetAll();
    throw error;
  }

  const noting =
    <Query, Found extends Parameters<RecentSlots["note"]>[0]>(read: (query: Query) => Promise<Found>) =>
    async (query: Query): Promise<Found> => {
      const found = await read(query).catch(forgetIfAway);
      recent.note(found);
      return found;
    };

  return {
    ...storage,
    load: noting(storage.load),
    findSlots: noting(storage.findSlots),
    recall: recent.recall,
    async commit(pending) {
      const outcome = await storage.commit(pending).catch(forgetIfAway);
      if (outcome.status === "committed") recent.note(pending.put);
      else recent.forget(pending.expect.map(({ key }) => key));
      return outcome;
    },
  };
}
