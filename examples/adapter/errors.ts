import { isStorageError, StorageError, type StorageFailure } from "@slotwright/core/adapter";

interface Cause {
  /** SQLSTATEs, or the classes that are their first two characters. */
  readonly codes: readonly string[];
  readonly failure: StorageFailure;
  readonly advice: string;
}

const causes: readonly Cause[] = [
  { codes: ["25006"], failure: "read_only", advice: "Connect to the primary, with a session that may write." },
  { codes: ["42P01", "42703", "3F000"], failure: "schema_outdated", advice: "Run migrate()." },
  // Deadlock, serialization failure, lock and statement timeout, too many connections, a server that restarts.
  { codes: ["40", "55P03", "57", "53300", "08"], failure: "transient", advice: "Nothing was changed; try again." },
];

/** What an error means for the call that met it, unless a commit was in progress. */
export function storageError(error: unknown): StorageError {
  if (isStorageError(error)) return error;
  const code = sqlState(error);
  // Errors of the network and the driver have no SQLSTATE. What they lost before COMMIT was sent was not committed.
  if (code === undefined) return failure("transient", error, "The connection was lost before a commit; try again.");
  const cause = causes.find(({ codes }) => codes.includes(code) || codes.includes(code.slice(0, 2)));
  if (cause === undefined) return failure("unavailable", error, "Look into the server's log.");
  return failure(cause.failure, error, cause.advice);
}

/**
 * What an error means that came instead of COMMIT's answer. Only a server that keeps running can say that it rolled
 * back.
 */
export function commitError(error: unknown): StorageError {
  const code = sqlState(error);
  // 40003: the server itself does not know.
  const isEnding = code === undefined || code === "40003" || code.startsWith("08") || code.startsWith("57P");
  return isEnding ? unknownOutcome(error) : storageError(error);
}

export function unknownOutcome(error: unknown): StorageError {
  return failure("unknown", error, "Whether it was committed is not known: look the command up.");
}

/** What an error means that came instead of a connection. */
export function connectionError(error: unknown): StorageError {
  if (sqlState(error) !== undefined) return storageError(error);
  return failure("unavailable", error, "Check that the server is running, and its address.");
}

function failure(kind: StorageFailure, error: unknown, advice: string): StorageError {
  const { message } = (error ?? {}) as { readonly message?: unknown };
  const text = typeof message === "string" && message !== "" ? message : String(error);
  return new StorageError(kind, `The database did not do what was asked: ${text}. ${advice}`, error);
}

function sqlState(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}
