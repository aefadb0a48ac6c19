import { BookingError } from "../errors.ts";
import { isStorageError } from "../storage/storage-error.ts";
import { storageUntil, untilOf } from "./engine-storage.ts";
import { isQueueFull } from "./lanes.ts";
import type { EngineSettings } from "./options.ts";
import { asBookingError, asHostTransactionError } from "./storage-failures.ts";

/** One command's patience: pauses between attempts, until the budget is used up. */
export interface Patience {
  /** When the budget is used up, as `performance.now()` counts: no call waits for a connection beyond it. */
  readonly until: number;
  /** Waits a random while, longer with each attempt. @throws BookingError `storage_busy` at the end of the budget */
  readonly pause: (cause: unknown) => Promise<void>;
  /** Goes on without a pause. @throws BookingError `storage_busy` at the end of the budget */
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
      // To wait in a queue that is full would only make it longer.
      if (waited() >= retry.budgetMs || isQueueFull(cause)) throw busy(cause);
      attempt += 1;
      // Full jitter: callers that met once do not meet again.
      await clock.sleep(random() * Math.min(retry.maxPauseMs, 2 ** Math.min(attempt, 16)));
    },
  };
}

/** The program's own fault, which whoever reads the message can mend. */
function problemOf(cause: unknown): { readonly problem?: string } {
  const problem = isStorageError(cause) ? cause.poolProblem : undefined;
  return problem === undefined ? {} : { problem };
}

/** Runs a read, again as long as the database is merely busy. @throws BookingError */
export async function retryReads<T>(settings: EngineSettings, read: (until: number) => Promise<T>): Promise<T> {
  const patience = patienceOf(settings, null);
  for (;;) {
    try {
      const found = await read(patience.until);
      if (!settings.isHostTransaction) settings.noteAnswer();
      return found;
    } catch (error) {
      // A read whose connection died changed nothing: it is as good as not made.
      if (!isStorageError(error)) throw error;
      if (settings.isHostTransaction) throw asHostTransactionError(error);
      if (error.failure !== "transient" && error.failure !== "unknown") throw asBookingError(error);
      await patience.pause(error);
    }
  }
}

/** For reads that are several calls: they share what is left until then. */
export function settingsUntil(settings: EngineSettings, until: number): EngineSettings {
  return { ...settings, storage: storageUntil(settings.storage, until) };
}
