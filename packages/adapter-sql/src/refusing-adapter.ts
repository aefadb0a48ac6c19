import type { StorageAdapter, StorageError } from "@slotwright/core/adapter";

/** An adapter that rejects every call with this error. Neither creating an adapter nor `within` ever throws. */
export function refusingAdapter(error: StorageError): StorageAdapter<never, never> {
  const refuse = async () => {
    throw error;
  };
  return {
    contract: 1,
    load: refuse,
    loadAround: refuse,
    findSlots: refuse,
    findOpen: refuse,
    findAppointments: refuse,
    readJournals: refuse,
    readFeed: refuse,
    commit: refuse,
    readSettings: refuse,
    storeSettings: refuse,
    readRelay: refuse,
    storeRelay: refuse,
    readClock: refuse,
    migrate: refuse,
    begin: refuse,
    within: () => refusingAdapter(error),
    close: async () => {},
  };
}
