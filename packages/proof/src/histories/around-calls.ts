import type { StorageAdapter } from "@slotwright/core";

/** The adapter with something around each call that a command makes. */
export function aroundCalls(
  storage: StorageAdapter<never>,
  around: <T>(call: Promise<T>) => Promise<T>,
): StorageAdapter<never> {
  return {
    ...storage,
    load: (...given) => around(storage.load(...given)),
    findSlots: (...given) => around(storage.findSlots(...given)),
    commit: (...given) => around(storage.commit(...given)),
    readSettings: (...given) => around(storage.readSettings(...given)),
    storeSettings: (...given) => around(storage.storeSettings(...given)),
  };
}
