import type fc from "fast-check";
import type { Clock } from "../engine/clock.ts";
import type { StorageAdapter } from "../storage/adapter.ts";

/** The adapter with every call waiting until the scheduler lets it go: each order of calls can be played. */
export function scheduledAdapter(storage: StorageAdapter, scheduler: fc.Scheduler): StorageAdapter {
  const turn = (label: string) => scheduler.schedule(Promise.resolve(), label);
  return {
    contract: 1,
    load: (keys) => turn("load").then(() => storage.load(keys)),
    findSlots: (query) => turn("findSlots").then(() => storage.findSlots(query)),
    findAppointments: (query) => turn("findAppointments").then(() => storage.findAppointments(query)),
    readJournal: (query) => turn("readJournal").then(() => storage.readJournal(query)),
    commit: (transitions) => turn("commit").then(() => storage.commit(transitions)),
    within: (transaction) => scheduledAdapter(storage.within(transaction), scheduler),
    migrate: () => storage.migrate(),
    close: () => storage.close(),
  };
}

/** A clock that moves when a command waits for its next attempt, and lets the scheduler choose who goes on. */
export function scheduledClock(scheduler: fc.Scheduler): Clock {
  let now = Date.UTC(2026, 2, 1);
  return {
    now: () => new Date(now),
    sleep: async (ms) => {
      now += ms;
      await scheduler.schedule(Promise.resolve(), "sleep");
    },
  };
}
