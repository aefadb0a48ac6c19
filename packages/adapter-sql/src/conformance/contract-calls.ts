import type { StorageAdapter } from "@slotwright/core/adapter";

/** Every call of the contract that reads or writes records, with trivial arguments. */
export const contractCalls: readonly ((storage: StorageAdapter) => Promise<unknown>)[] = [
  (storage) => storage.load([{ kind: "slot", id: "x" }]),
  (storage) => storage.findSlots({ asOf: new Date(), limit: 1 }),
  (storage) => storage.findOpen({ asOf: new Date(), limit: 1 }),
  (storage) => storage.findAppointments({ limit: 1 }),
  (storage) => storage.readJournal({ record: { kind: "slot", id: "x" }, limit: 1 }),
  (storage) => storage.commit([]),
];
