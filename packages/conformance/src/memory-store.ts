import type { StoredRecord } from "@slotwright/core/adapter";
import { createMemoryDatabase, type MemoryTransaction, memoryAdapter } from "@slotwright/core/memory";
import type { ConformanceStore } from "./harness.ts";

/** A fresh memory store with two adapters on it, for the conformance suite. */
export async function openMemoryStore(): Promise<ConformanceStore<MemoryTransaction>> {
  const database = createMemoryDatabase();
  const storage = memoryAdapter({ database });
  const key = ({ kind, id }: { kind: string; id: string }) => `${kind}:${id}`;
  return {
    storage,
    second: memoryAdapter({ database }),
    beginHostTransaction: () => storage.begin(),
    async corrupt({ put = [], remove = [] }) {
      const { records } = database.tables;
      const versioned = put.filter(
        (record): record is Exclude<StoredRecord, { kind: "command" }> => record.kind !== "command",
      );
      for (const record of versioned) records.set(key(record), record);
      for (const one of remove) records.delete(key(one));
    },
    close: async () => {},
  };
}

/** It has no guards of its own, because nobody writes to it by hand. */
export const memoryGaps: readonly string[] = [
  "contract.commit-names-guard",
  "contract.commit-neighbours-of-refused",
  "contract.commit-over-booked-by-hand",
];
