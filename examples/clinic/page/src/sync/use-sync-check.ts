import { useClient } from "@slotwright/client/react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useNotices } from "../notices/notices.tsx";
import { useDirectory } from "../person.ts";
import { createSyncCheck, type SyncState } from "./sync-check.ts";
import { repairedOf } from "./sync-words.ts";

export interface ShownSync extends SyncState {
  readonly checkAgain: () => void;
  readonly repairAll: () => void;
}

/** The sync check of this view, which begins when the view is opened. */
export function useSyncCheck(): ShownSync {
  const { calls } = useClient();
  const { searchableDays } = useDirectory();
  const { told, refused } = useNotices();
  const [sync] = useState(() => createSyncCheck(calls, searchableDays));
  const state = useSyncExternalStore(sync.subscribe, sync.get);
  useEffect(() => void sync.check(), [sync]);
  // A repair goes on when the view is left, so the notices tell what became of it.
  const repairAll = () =>
    void sync
      .repair()
      .then((run) => told(`${repairedOf(run)}.`))
      .catch((error: unknown) => refused(error, { what: "The repair did not come to its end." }));
  return { ...state, checkAgain: () => void sync.check(), repairAll };
}
