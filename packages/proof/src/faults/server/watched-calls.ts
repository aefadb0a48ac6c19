import { aroundCalls, intercepted } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { isStorageError, type StorageFailure } from "@slotwright/core/adapter";

/** What the callers' storage observes of a fault. Faults use it to count how often they took effect. */
export interface WatchedCalls {
  /** Calls that have no answer yet. */
  readonly open: () => number;
  /** Calls that have failed so far: all of them, or those that failed in this way. */
  readonly failed: (failure?: StorageFailure) => number;
}

export function watchCalls(): WatchedCalls & {
  readonly watch: (storage: StorageAdapter<never>) => StorageAdapter<never>;
} {
  let open = 0;
  const failures: unknown[] = [];
  const watching = aroundCalls(async (_, proceed) => {
    open += 1;
    try {
      return await proceed();
    } catch (error) {
      failures.push(isStorageError(error) ? error.failure : error);
      throw error;
    } finally {
      open -= 1;
    }
  });
  return {
    open: () => open,
    failed: (failure) => failures.filter((one) => failure === undefined || one === failure).length,
    watch: (storage) => intercepted(storage, watching),
  };
}
