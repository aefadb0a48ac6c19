import { isGuard } from "@slotwright/adapter-sql";
import { type Guard, StorageError } from "@slotwright/core";
import { type Cause, causes } from "./error-causes.ts";

/**
 * What was going on: it decides what the end of a connection means. `host` is any call within a host's transaction,
 * which nobody but the host can have committed.
 */
export type During = "connect" | "read" | "commit" | "host";

export interface ErrorContext {
  /** Host, port and database. */
  readonly place: string;
  readonly during: During;
}

/** What an operation that threw means, as the contract's only error. Errors that are of the contract already stay. */
export function toStorageError(error: unknown, context: ErrorContext): StorageError {
  if (error instanceof StorageError) return error;
  const { place, during } = context;
  if (during === "commit" && mayHaveCommitted(error)) return uncertainCommit(error, place);
  const cause = causeOf(error) ?? (endsConnection(error) ? lostConnection(during) : undefined);
  if (cause === undefined) {
    return new StorageError("unavailable", `The database ${place} did not do what was asked: ${textOf(error)}`, error);
  }
  const advice = during === "host" && cause.failure === "transient" ? ` ${repeatTransaction}` : "";
  return new StorageError(cause.failure, cause.says(place, textOf(error)) + advice, error);
}

const repeatTransaction = "The host's transaction has ended with this: roll it back, and repeat all of it.";

/** The network's errors, and what pg makes of them. */
function endsConnection(error: unknown): boolean {
  if (isAnswer(error)) return false;
  return /^E[A-Z_]+$/.test(codeOf(error)) || /connection|terminated|timeout|queryable/i.test(textOf(error));
}

/** True if the connection can't be used any more, or the driver's idea of it is wrong. */
export function breaksConnection(error: unknown): boolean {
  if (error instanceof StorageError) return false;
  if (!isAnswer(error) || severityOf(error) === "FATAL") return true;
  return ["26000", "42P05"].includes(codeOf(error));
}

/** The guard of the database that refused, if it was one that did. */
export function refusingGuard(error: { readonly code?: unknown; readonly constraint?: unknown }): Guard | undefined {
  const code = codeOf(error);
  const constraint = typeof error.constraint === "string" ? error.constraint : "";
  if (["23514", "23505", "23P01"].includes(code)) return guardNamed(constraint);
  if (code === "23503") return constraint === "slot_has_appointment_row" ? constraint : "row_format";
  return /^2[23]/.test(code) ? "row_format" : undefined;
}

/** Constraints with an index carry the prefix of the tables, for their names must be unique in a schema. */
function guardNamed(constraint: string): Guard {
  const known = [constraint, ...guardsWithIndex.filter((guard) => constraint.endsWith(guard))].find(isGuard);
  return known ?? "row_format";
}

const guardsWithIndex: readonly Guard[] = ["no_overlap", "journal_once_per_version"];

function property(error: unknown, name: string): string {
  const value = typeof error === "object" && error !== null ? (error as Record<string, unknown>)[name] : undefined;
  return typeof value === "string" ? value : "";
}

const codeOf = (error: unknown): string => property(error, "code");

/** In English in `severity` only where the server speaks English, and elsewhere known by its kind of error. */
const severityOf = (error: unknown): string => property(error, "severity");

function textOf(error: unknown): string {
  // The error of several addresses that all refused has no message.
  return property(error, "message") || codeOf(error) || String(error);
}

/** True if the server said it: then the connection was alive. Errors of the driver and the network have no SQLSTATE. */
function isAnswer(error: unknown): boolean {
  return /^[0-9A-Z]{5}$/.test(codeOf(error)) && severityOf(error) !== "";
}

/**
 * An answer of the server means that it rolled back. But one that shuts down, or a pooler that does, may say so after
 * the commit; and a connection that is lost says nothing. What the driver refused to send cannot have arrived.
 */
function mayHaveCommitted(error: unknown): boolean {
  if (isAnswer(error)) return ["57P01", "57P02", "57P03"].includes(codeOf(error)) || codeOf(error).startsWith("08");
  return !/is not queryable|must be unique|must be an array/.test(textOf(error));
}

function uncertainCommit(error: unknown, place: string): StorageError {
  const message = `The connection to the database ${place} was lost while a transaction was committed (${textOf(error)}), so it is not known whether it was applied. Look the command up before trying again.`;
  return new StorageError("unknown", message, error);
}

function causeOf(error: unknown): Cause | undefined {
  const [code, text] = [codeOf(error), textOf(error)];
  return causes.find(
    (cause) => cause.codes?.includes(code) || cause.classes?.includes(code.slice(0, 2)) || cause.text?.test(text),
  );
}

function lostConnection(during: During): Cause {
  return during === "connect"
    ? {
        failure: "unavailable",
        says: (place, text) =>
          `The database ${place} cannot be reached: ${text}. Check that it is running, and its address.`,
      }
    : {
        failure: "transient",
        says: (place, text) =>
          `The connection to the database ${place} was lost (${text}). Nothing was changed; try again.`,
      };
}
