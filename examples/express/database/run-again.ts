import { setTimeout as sleep } from "node:timers/promises";
import { BookingError, isBookingError, StorageError } from "@slotwright/core";
import type { Meaning } from "./strategy.ts";
import { OutcomeUnknown } from "./transaction.ts";

const longestPauseMs = 50;

export interface Attempts {
  /** All commands of the transaction carry it, so running it again after a lost answer to COMMIT books nothing twice. */
  readonly idempotencyKey: string;
  readonly meaningOf: (error: unknown) => Meaning;
  /** After so many milliseconds of meeting others there is no further attempt. Default 10 000. */
  readonly budgetMs?: number;
}

/**
 * Runs a whole transaction of the host's, again from its inputs where others were in the way. A deadlock or a lost
 * connection has ended the transaction with everything in it, so nothing less than all of it can be repeated. Refusals
 * are answers and are never repeated.
 */
export async function runAgain<Result>(attempts: Attempts, transaction: () => Promise<Result>): Promise<Result> {
  const { budgetMs = 10_000 } = attempts;
  const started = performance.now();
  let mayHaveCommitted = false;
  for (let pause = 2; ; pause = Math.min(pause * 2, longestPauseMs)) {
    try {
      return await transaction();
    } catch (error) {
      mayHaveCommitted ||= error instanceof OutcomeUnknown;
      const waitedMs = Math.round(performance.now() - started);
      if (!mayRepeat(error, attempts) || waitedMs >= budgetMs)
        throw lastWord(error, attempts, mayHaveCommitted, waitedMs);
    }
    await sleep(Math.random() * pause);
  }
}

function mayRepeat(error: unknown, { meaningOf }: Attempts): boolean {
  if (error instanceof OutcomeUnknown) return true;
  if (!isBookingError(error)) return meaningOf(error) === "transient";
  // Before COMMIT, `unknown` is a lost connection like any other: its transaction is gone.
  return error.cause instanceof StorageError && ["transient", "unknown"].includes(error.cause.failure);
}

/** What the caller is told. "Nothing was changed" only where that is certain. */
function lastWord(error: unknown, attempts: Attempts, mayHaveCommitted: boolean, waitedMs: number): unknown {
  const { idempotencyKey, meaningOf } = attempts;
  const isRefusal = isBookingError(error) && !error.transient;
  if (mayHaveCommitted && !isRefusal) return new BookingError("outcome_unknown", { idempotencyKey }, error);
  const isBusy = !isBookingError(error) && meaningOf(error) === "transient";
  return isBusy ? new BookingError("storage_busy", { idempotencyKey, waitedMs, repeat: "command" }, error) : error;
}
