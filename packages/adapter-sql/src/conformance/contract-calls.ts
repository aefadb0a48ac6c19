import type { StorageAdapter } from "@slotwright/core/adapter";

/** Every call of the contract that reads or writes records, with trivial arguments. */
export const contractCalls: readonly ((storage: StorageAdapter) => Promise<unknown>)[] = [
  (storage) => storage.load([{ kind: "slot", id: "x" }]),
  (storage) =>
    storage.loadAround(
      [{ kind: "slot", id: "x" }],
      [
        { of: "provider", slotId: "x", beforeMs: 0, afterMs: 0 },
        { of: "subject", subjectId: "x", from: new Date(0), to: new Date(1) },
      ],
    ),
  (storage) => storage.findSlots({ asOf: new Date(), limit: 1 }),
  (storage) => storage.findOpen({ asOf: new Date(), limit: 1 }),
  (storage) => storage.findAppointments({ limit: 1 }),
  (storage) => storage.readJournals({ pages: [{ record: { kind: "slot", id: "x" }, limit: 1 }] }),
  (storage) => storage.commit([]),
];
