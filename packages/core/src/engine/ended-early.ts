import { BookingError, type ErrorCode, isBookingError } from "../errors/index.ts";
import type { DoneSoFar } from "../model/done-so-far.ts";
import { isStorageError } from "../storage/storage-error.ts";
import type { EngineSettings } from "./options.ts";

/**
 * Whether what a call has stored within the host's transaction is gone: a storage that fails there has ended that
 * transaction, unless the command alone may be repeated.
 */
export function isGone({ isHostTransaction }: EngineSettings, { cause, details }: BookingError): boolean {
  const { repeat } = details as { readonly repeat?: unknown };
  return isHostTransaction && isStorageError(cause) && repeat !== "command";
}

/** The error of a part of a call in terms of the whole call, which has no key, and with what exists. */
export function endedEarly(settings: EngineSettings, error: unknown, doneSoFar: DoneSoFar): unknown {
  if (!isBookingError(error) || isGone(settings, error)) return error;
  const { code, details, cause } = error;
  const hasKey = code === "outcome_unknown" || code === "storage_busy";
  const hasChanged = Object.values(doneSoFar.changed).some((count) => count > 0);
  const standing = hasChanged || code === "outcome_unknown" ? { doneSoFar } : {};
  const seen = { ...details, ...(hasKey && { idempotencyKey: null }), ...standing };
  return new BookingError<ErrorCode>(code, seen as BookingError["details"], cause);
}
