import type { EngineStorage } from "../engine-storage.ts";

/** Calls `notice` after each commit, so that those who follow the feed need not wait for the next poll. */
export function noticingStorage(storage: EngineStorage, notice: () => void): EngineStorage {
  return {
    ...storage,
    async commit(command, decided, until) {
      const outcome = await storage.commit(command, decided, until);
      if (outcome.status === "committed") notice();
      return outcome;
    },
  };
}
