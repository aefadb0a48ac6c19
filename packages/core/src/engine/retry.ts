import { BookingError } from "../errors/index.ts";
import { isStorageError } from "../storage/storage-error.ts";
import { storageUntil, untilOf } from "./engine-storage.ts";
import { isQueueFull } from "./lanes.ts";
import type { EngineSettings } from "./options.ts";
import { asBookingError, asHostTransactionError } from "./storage-failures.ts";

/** The pauses between the attempts of one command, until the budget is used up. */
export interface Patience {
  /** When the budget is used up, as `performance.now()` counts. No call waits for a connection longer than that. */
  readonly until: number;
  /** Waits for a random time, longer with each attempt. @throws BookingError `storage_busy` at the end of the budget */
  readonly pause: (cause: unknown) => Promise<void>;
  /** Continues without a pause. @throws BookingError `storage_busy` at the end of the budget */
  readonly check: (cause: () => unknown) => void;
}

export function patienceOf(
  { clock, random, retry }: Pick<EngineSettings, "clock" | "random" | "retry">,
  idempotencyKey: string | null,
): Patience {
  const started = clock.now().getTime();
  let attempt = 0;
  const waited = () => clock.now().getTime() - started;
  const busy = (cause: unknown) => {
    const details = { idempotencyKey, waitedMs: waited(), repeat: "command" as const, ...problemOf(cause) };
    return new BookingError("storage_busy", details, cause);
  };
  return {
    until: untilOf(retry.budgetMs),
    check(cause) {
      if (waited() >= retry.budgetMs) throw busy(cause());
    },
    async pause(cause) {
      // Waiting in a full queue would only make it longer.
      if (waited() >= retry.budgetMs || isQueueFull(cause)) throw busy(cause);
      attempt += 1;
      // Full jitter: callers that met once do not meet again.
      await clock.sleep(random() * Math.min(retry.maxPauseMs, 2 ** Math.min(attempt, 16)));
    },
  };
}

/** A mistake in the program, which the reader of the message can fix. */
function problemOf(cause: unknown): { readonly problem?: string } {
  const problem = isStorageError(cause) ? cause.poolProblem : undefined;
  return problem === undefined ? {} : { problem };
}

/** Runs a read, and repeats it while the database is merely busy. @throws BookingError */
export async function retryReads<T>(settings: EngineSettings, read: (until: number) => Promise<T>): Promise<T> {
  const patience = patienceOf(settings, null);
  for (;;) {
    try {
      const found = await read(patience.until);
      if (!settings.isHostTransaction) settings.noteAnswer();
      return found;
    } catch (error) {
      // A read whose connection died changed nothing, so it can be made again.
      if (!isStorageError(error)) throw error;
      if (settings.isHostTransaction) throw asHostTransactionError(error);
      if (error.failure !== "transient" && error.failure !== "unknown") throw asBookingError(error);
      await patience.pause(error);
    }
  }
}

/** For reads that take several calls: these share the time that is left. */
export function settingsUntil(settings: EngineSettings, until: number): EngineSettings {
  return { ...settings, storage: storageUntil(settings.storage, until) };
}
