import { BookingError } from "../errors/index.ts";
import { isStorageError, type StorageError, type StorageFailure } from "../storage/storage-error.ts";

/** A failure within the host's transaction has ended that transaction. Nothing of it was applied. */
export function asHostTransactionError(error: StorageError): BookingError {
  if (error.failure !== "transient") return asBookingError(error);
  return new BookingError("storage_busy", { idempotencyKey: null, waitedMs: 0, repeat: "transaction" }, error);
}

/** The error for a caller if storage failed for good. Busy and unknown are not here: those are retried first. */
export function asBookingError(error: StorageError): BookingError {
  switch (error.failure) {
    case "read_only":
      return new BookingError("storage_read_only", {}, error);
    case "refused":
      return new BookingError("refused_by_database", {}, error);
    case "misused":
      return new BookingError("storage_misused", { problem: error.message }, error);
    case "schema_outdated":
      return new BookingError("schema_outdated", {}, error);
    case "schema_too_new":
      return new BookingError("schema_too_new", {}, error);
    default:
      return new BookingError("storage_unavailable", {}, error);
  }
}

/** What waiting mends. After a failover, a pool has read-only sessions for a while. */
const passing: readonly StorageFailure[] = ["transient", "unknown", "unavailable", "read_only"];

export function passesByItself(error: unknown): boolean {
  return isStorageError(error) && passing.includes(error.failure);
}
