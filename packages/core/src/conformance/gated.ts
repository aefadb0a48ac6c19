import type { StorageAdapter } from "../storage/adapter.ts";

/** The adapter with something awaited before each of its calls: a turn, a fault, a count. */
export function gatedAdapter(storage: StorageAdapter, gate: (call: string) => Promise<void>): StorageAdapter {
  return {
    contract: 1,
    load: (keys) => gate("load").then(() => storage.load(keys)),
    findSlots: (query) => gate("findSlots").then(() => storage.findSlots(query)),
    findAppointments: (query) => gate("findAppointments").then(() => storage.findAppointments(query)),
    readJournal: (query) => gate("readJournal").then(() => storage.readJournal(query)),
    commit: (transitions) => gate("commit").then(() => storage.commit(transitions)),
    begin: (call) => gate("begin").then(() => storage.begin(call)),
    within: (transaction) => gatedAdapter(storage.within(transaction), gate),
    migrate: () => storage.migrate(),
    close: () => storage.close(),
  };
}
