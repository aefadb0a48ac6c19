import { type StorageAdapter, StorageError } from "@slotwright/core";

/** Rejects every call with this message: creating an adapter, and `within`, never throw. */
export function refusingAdapter(message: string): StorageAdapter<never> {
  const refuse = async () => {
    throw new StorageError("unavailable", message);
  };
  return {
    contract: 1,
    load: refuse,
    findSlots: refuse,
    findAppointments: refuse,
    readJournal: refuse,
    commit: refuse,
    readSettings: refuse,
    storeSettings: refuse,
    readClock: refuse,
    migrate: refuse,
    within: () => refusingAdapter(message),
    close: async () => {},
  };
}
