import { brandAs, isBranded } from "../model/brand.ts";

/**
 * What a failed call to storage means for the command that made it:
 * `transient`: certainly not applied, may be retried; `unknown`: perhaps applied, the connection died around the
 * commit; `refused`: certainly not applied, because of what this call itself sends, such as a text that the database
 * cannot store or a change that a trigger of the host forbids; `misused`: certainly not applied, because the program
 * calls the adapter in a way that cannot work; the others: certainly not applied, and trying again at once is of no
 * use. Only `transient`, `refused` and `schema_outdated` may be about one call; the others concern all calls alike.
 */
export type StorageFailure =
  | "transient"
  | "unknown"
  | "unavailable"
  | "read_only"
  | "refused"
  | "misused"
  | "schema_outdated"
  | "schema_too_new";

/** The only error an adapter throws. `message` says what happened, why, and what an operator can do. */
export class StorageError extends Error {
  override readonly name = "StorageError";
  readonly failure: StorageFailure;
  /**
   * Set if no connection was available because all of them are in use: what is wrong, and what the program can do.
   * Callers see it, so it names no host. Nothing was sent, so it concerns all calls of a batch alike.
   */
  readonly poolProblem: string | undefined;

  static {
    brandAs("StorageError", StorageError.prototype);
  }

  constructor(failure: StorageFailure, message: string, cause?: unknown, poolProblem?: string) {
    super(message, cause === undefined ? undefined : { cause });
    this.failure = failure;
    this.poolProblem = poolProblem;
  }
}

/** Narrows an unknown error, optionally to one failure. True for errors of any copy of this package. */
export function isStorageError(error: unknown, failure?: StorageFailure): error is StorageError {
  return isBranded(error, "StorageError") && (failure === undefined || (error as StorageError).failure === failure);
}
