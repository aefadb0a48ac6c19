import type { Clock, StorageAdapter } from "@slotwright/core";
import type fc from "fast-check";
import { gatedAdapter } from "./gated.ts";

/** The adapter, whose calls all wait until the scheduler lets them go. Each order of calls can be played. */
export function scheduledAdapter(storage: StorageAdapter, scheduler: fc.Scheduler): StorageAdapter {
  return gatedAdapter(storage, (call) => scheduler.schedule(Promise.resolve(), call));
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
