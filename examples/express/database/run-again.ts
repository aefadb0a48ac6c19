import { setTimeout as sleep } from "node:timers/promises";
import { BookingError, isBookingError } from "@slotwright/core";
import type { Meaning } from "./strategy.ts";

const longestPauseMs = 50;

export interface Attempts {
  /** All commands of the transaction carry it, so running it again after a lost answer to COMMIT books nothing twice. */
  readonly idempotencyKey: string;
  readonly meaningOf: (error: unknown) => Meaning;
  /** After so many milliseconds without an answer there is no further attempt. Default 10 000. */
  readonly budgetMs?: number;
}

/**
 * Runs a transaction again whose COMMIT was not answered: `engine.transaction` cannot do that by itself, since it does not
 * know that the commands in it carry keys. And one whose connection was lost while it was opened, which may be the last
 * of a server that restarts. Everything else that is worth another attempt, the engine has tried already.
 */
export async function runAgain<Result>(attempts: Attempts, transaction: () => Promise<Result>): Promise<Result> {
  const { idempotencyKey, meaningOf, budgetMs = 10_000 } = attempts;
  const started = performance.now();
  let mayHaveCommitted = false;
  for (;;) {
    try {
      return await transaction();
    } catch (error) {
      mayHaveCommitted ||= isBookingError(error, "outcome_unknown");
      const isBusy = mayHaveCommitted && isBookingError(error, "storage_busy");
      const isWorthIt = isBusy || isBookingError(error, "outcome_unknown") || wasLostAtOnce(error, meaningOf);
      if (!isWorthIt || performance.now() - started >= budgetMs)
        throw mayHaveCommitted ? lastWord(error, idempotencyKey) : error;
    }
    await sleep(Math.random() * longestPauseMs);
  }
}

function wasLostAtOnce(error: unknown, meaningOf: Attempts["meaningOf"]): boolean {
  return (
    isBookingError(error, "storage_unavailable") && meaningOf((error.cause as Error | undefined)?.cause) === "transient"
  );
}

/** "Nothing was changed" is said only where that is certain, and a refusal is an answer. */
function lastWord(error: unknown, idempotencyKey: string): unknown {
  const isRefusal = isBookingError(error) && !error.transient;
  return isRefusal ? error : new BookingError("outcome_unknown", { idempotencyKey }, error);
}
