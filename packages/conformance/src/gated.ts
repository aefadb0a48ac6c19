import type { StorageAdapter } from "@slotwright/core";

/** The adapter with something awaited before each of its calls: a turn, a fault, a count. */
export function gatedAdapter(storage: StorageAdapter, gate: (call: string) => Promise<void>): StorageAdapter {
  return {
    contract: 1,
    load: (keys, call) => gate("load").then(() => storage.load(keys, call)),
    findSlots: (query, call) => gate("findSlots").then(() => storage.findSlots(query, call)),
    findAppointments: (query, call) => gate("findAppointments").then(() => storage.findAppointments(query, call)),
    readJournal: (query, call) => gate("readJournal").then(() => storage.readJournal(query, call)),
    commit: (transitions, call) => gate("commit").then(() => storage.commit(transitions, call)),
    readSettings: (call) => gate("readSettings").then(() => storage.readSettings(call)),
    storeSettings: (settings, call) => gate("storeSettings").then(() => storage.storeSettings(settings, call)),
    // Not a step of any play: no decision rests on it.
    readClock: (call) => storage.readClock(call),
    begin: (call) => gate("begin").then(() => storage.begin(call)),
    within: (transaction) => gatedAdapter(storage.within(transaction), gate),
    migrate: () => storage.migrate(),
    close: () => storage.close(),
  };
}
