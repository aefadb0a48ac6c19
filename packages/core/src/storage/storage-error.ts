/**
 * What a failed call to storage means for the command that made it:
 * `transient`: certainly not applied, may be retried; `unknown`: perhaps applied, the connection died around the
 * commit; the others: certainly not applied, and trying again at once is of no use.
 */
export type StorageFailure =
  | "transient"
  | "unknown"
  | "unavailable"
  | "read_only"
  | "schema_outdated"
  | "schema_too_new";

/** The only error an adapter throws. `message` says what happened, why, and what an operator can do. */
export class StorageError extends Error {
  override readonly name = "StorageError";
  readonly failure: StorageFailure;

  constructor(failure: StorageFailure, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.failure = failure;
  }
}
