import type { StorageAdapter, StorageError } from "@slotwright/core/adapter";

/** Rejects every call with this error: creating an adapter, and `within`, never throw. */
export function refusingAdapter(error: StorageError): StorageAdapter<never, never> {
  const refuse = async () => {
    throw error;
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
    begin: refuse,
    within: () => refusingAdapter(error),
    close: async () => {},
  };
}
