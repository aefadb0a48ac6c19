import { setTimeout as sleep } from "node:timers/promises";
import { aroundCalls, intercepted } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { isStorageError, type StorageFailure } from "@slotwright/core/adapter";

/** In milliseconds. */
export const pauseMs = 100;
/** With the pause, longer than any node needs to come back, even on a machine that does much else. */
export const mostAttempts = 3_000;

const quietMs = 150;

/** What became of these is for the engine to find out. Anything else can be asked again. */
const changing: readonly string[] = ["commit", "storeRelay", "storeSettings"];

/**
 * Waits while the node is away. It reads the feed no more than some times a second where there is nothing new, because each
 * history has somebody who follows it.
 */
export function patient(storage: StorageAdapter): StorageAdapter {
  const insisting = aroundCalls(async (call, proceed) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await proceed();
      } catch (error) {
        if (!isStorageError(error) || isLeftOpen(call, error.failure) || attempt === mostAttempts) throw error;
        await sleep(pauseMs);
      }
    }
  });
  let isAtEnd = false;
  return intercepted(intercepted(storage, insisting), (target) => ({
    async readFeed(query, call) {
      if (isAtEnd) await sleep(quietMs);
      const page = await target.readFeed(query, call);
      isAtEnd = page.status === "read" && page.entries.length < query.limit;
      return page;
    },
  }));
}

/** PostgreSQL also answers so to one who looks a command up, if a standby may not have it. */
const isLeftOpen = (call: string, failure: StorageFailure): boolean => failure === "unknown" && changing.includes(call);
