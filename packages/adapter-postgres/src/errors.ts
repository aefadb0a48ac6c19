import { codeOf, isGuard, messageOf, namesOurs, textField } from "@slotwright/adapter-sql";
import { type Guard, isStorageError, StorageError } from "@slotwright/core/adapter";
import {
  type Cause,
  causes,
  completionUnknown,
  forgottenStatement,
  lacksPrivilege,
  poolEnded,
  poolerError,
} from "./error-causes.ts";

/**
 * The kind of call. It decides what the end of a connection means. `host` is any call within a host's transaction,
 * which only the host can have committed.
 */
export type During = "connect" | "read" | "commit" | "migrate" | "host";

export interface ErrorContext {
  /** Host, port and database. */
  readonly databaseName: string;
  readonly during: During;
}

/** Turns whatever an operation threw into the contract's only error. Errors of the contract stay as they are. */
export function toStorageError(error: unknown, context: ErrorContext): StorageError {
  if (isStorageError(error)) return error;
  const { databaseName, during } = context;
  if ((during === "commit" || during === "migrate") && mayHaveCommitted(error)) return uncertainCommit(error, context);
  const cause =
    knownCause(error, during) ?? (endsConnection(error) ? lostConnection(during) : unknownCause(error, during));
  const advice = during === "host" && cause.failure === "transient" ? ` ${repeatTransaction}` : "";
  return new StorageError(cause.failure, cause.says(databaseName, messageOf(error)) + advice, error);
}

/**
 * If the server answers, it refused this one statement: a trigger may raise any error. Errors of the driver mean
 * something else.
 */
function unknownCause(error: unknown, during: During): Cause {
  if (during === "connect" || during === "migrate" || !isAnswer(error)) {
    return {
      failure: "unavailable",
      says: (databaseName, text) => `The database ${databaseName} did not do what was asked: ${text}`,
    };
  }
  return {
    failure: "refused",
    says: (databaseName, text) =>
      `The database ${databaseName} refused a statement: ${text}. Nothing was changed. If the text comes from a trigger or a constraint that was added to the tables, that forbids this change.`,
  };
}

const repeatTransaction = "This has ended your transaction: roll it back, and repeat all of it.";

/** Errors of the network, and pg's own errors for them. */
function endsConnection(error: unknown): boolean {
  if (isAnswer(error)) return false;
  return /^E[A-Z_]+$/.test(codeOf(error)) || /connection|terminated|timeout|queryable/i.test(messageOf(error));
}

/** True if the connection is no longer usable, or the driver's idea of it is wrong. */
export function breaksConnection(error: unknown): boolean {
  if (isStorageError(error)) return false;
  if (!isAnswer(error) || endsSession(error)) return true;
  return codeOf(error) === "42P05";
}

/** True if a check at COMMIT refused it: a deferred constraint or trigger. */
export function refusesCommit(error: unknown): boolean {
  return isAnswer(error) && /^(2[23]|P0)/.test(codeOf(error));
}

/** True if the session does not know a statement that the driver considers prepared. The statement did not run. */
export function isForgottenStatement(error: unknown): boolean {
  return codeOf(error) === forgottenStatement;
}

/** True if pg already knows another text under the statement's name. The statement was not sent. */
export function isRefusedName(error: unknown): boolean {
  return !isAnswer(error) && /must be unique/.test(messageOf(error));
}

/** True if the session may only read, for example because its server is no longer the primary. Nothing was written. */
export function isReadOnlySession(error: unknown): boolean {
  return isAnswer(error) && !isRaised(error) && codeOf(error) === "25006";
}

/** True if pg has given a statement up, as its `query_timeout` says. */
export function hasTimedOut(error: unknown): boolean {
  return !isAnswer(error) && /read timeout/.test(messageOf(error));
}

/** A server did not answer in time, to a statement or to a new session. */
export function isSilence(error: unknown): boolean {
  if (isAnswer(error)) return false;
  return hasTimedOut(error) || codeOf(error) === "ETIMEDOUT" || /timeout expired/.test(messageOf(error));
}

/** The pool's own error, not a server's, when all connections are in use. */
export function isPoolExhausted(error: unknown): boolean {
  return !isAnswer(error) && /timeout exceeded when trying to connect/.test(messageOf(error));
}

/** The pool's own error, when the host or the adapter has closed it. */
export function isPoolEnded(error: unknown): boolean {
  return !isAnswer(error) && poolEnded.test(messageOf(error));
}

/** Ends of a session that a server reports before it has read the statement, or while its transaction is still open. */
const endsBeforeCommit = ["25P03", "25P04", "57P03", "57P04", "57P05", "53300"];
/**
 * A server that shuts down, or that restarts after a crash of another process, may report these after it has committed.
 */
const endsAtAnyTime = ["57P01", "57P02"];

/**
 * The severity would tell, but it is in the server's language. Class 08 is the network, and errors that poolers report.
 */
function endsSession(error: unknown): boolean {
  if (isRaised(error)) return false;
  const code = codeOf(error);
  if (["FATAL", "PANIC"].includes(severityOf(error)) || code.startsWith("08")) return true;
  return endsBeforeCommit.includes(code) || endsAtAnyTime.includes(code);
}

/** The guard that refused, or undefined if it was not one of ours. */
export function refusingGuard(error: { readonly code?: unknown; readonly constraint?: unknown }): Guard | undefined {
  const code = codeOf(error);
  const constraint = typeof error.constraint === "string" ? error.constraint : "";
  if (["23514", "23505", "23P01", "23503"].includes(code)) return guardNamed(constraint);
  return /^2[23]/.test(code) ? "row_format" : undefined;
}

/** Constraints with an index carry the prefix of the tables, because their names must be unique in a schema. */
function guardNamed(constraint: string): Guard | undefined {
  const known = [constraint, ...guardsWithIndex.filter((guard) => constraint.endsWith(guard))].find(isGuard);
  return known ?? (ownKeys.test(constraint) ? "row_format" : undefined);
}

const guardsWithIndex: readonly Guard[] = ["no_overlap", "journal_once_per_version"];

const ownKeys = /^slot_has_schedule_row$|(schedules|availabilities|slots|appointments|commands|journal)_pkey$/;

/** In English only if the server's messages are. */
const severityOf = (error: unknown): string => textField(error, "severity");

/**
 * True if the error comes from the server, so the connection was alive. Errors of the driver and the network have no
 * SQLSTATE.
 */
function isAnswer(error: unknown): boolean {
  return /^[0-9A-Z]{5}$/.test(codeOf(error)) && severityOf(error) !== "";
}

/**
 * An answer of the server means that it rolled back. But if the answer also ends the session, the commit may have come
 * first: the server shut down or gave up, or a pooler lost it. A lost connection leaves the outcome open. What the
 * driver refused to send cannot have arrived.
 */
function mayHaveCommitted(error: unknown): boolean {
  if (!isAnswer(error)) return !/is not queryable|must be unique|must be an array/.test(messageOf(error));
  const code = codeOf(error);
  if (code === completionUnknown) return true;
  // No session was opened: the credentials or the database name were wrong.
  return endsSession(error) && !endsBeforeCommit.includes(code) && !/^(28|3D)/.test(code);
}

function uncertainCommit(error: unknown, { databaseName, during }: ErrorContext): StorageError {
  const what = during === "migrate" ? "a migration" : "a commit";
  const message = `The connection to the database ${databaseName} was lost, or the server lost track, during ${what} (${messageOf(error)}), so it is unknown whether the transaction was applied. ${adviceIfUnknown(during)}`;
  return new StorageError("unknown", message, error);
}

/** What to do if it is unknown whether something was committed. */
export function adviceIfUnknown(during: During): string {
  if (during === "migrate") return "Call migrate() again: it applies what is missing.";
  return "Look the command up before trying again.";
}

/**
 * The known cause of an error. An error that a host's rule raises, under any code, concerns only the change that it
 * forbids.
 */
function knownCause(error: unknown, during: During): Cause | undefined {
  const cause = causeOf(error);
  if (cause === undefined) return undefined;
  if (isRaised(error)) return asksToRepeat.includes(codeOf(error)) ? cause : undefined;
  // The host's trigger may be what needs the privilege, and not every change fires it.
  const isOfOne = codeOf(error) === lacksPrivilege && during === "commit" && !namesOurs(messageOf(error));
  return isOfOne ? { ...cause, failure: "refused" } : cause;
}

/** Codes that our own functions raise as well. The same command may succeed if it is tried again. */
const asksToRepeat = ["40001", "40P01", "55P03"];

/** A server's message may be a trigger's, so only its code counts. The driver's errors have no code. */
function causeOf(error: unknown): Cause | undefined {
  const [code, message] = [codeOf(error), messageOf(error)];
  const [text, poolerText] = [isAnswer(error) ? "" : message, code === poolerError ? message : ""];
  return causes.find(
    (cause) =>
      cause.codes?.includes(code) ||
      cause.classes?.includes(code.slice(0, 2)) ||
      cause.text?.test(text) ||
      cause.poolerText?.test(poolerText),
  );
}

/** Raised by RAISE in a function, or by a policy of row-level security: the server names the routine that raised it. */
function isRaised(error: unknown): boolean {
  return ["exec_stmt_raise", "ExecWithCheckOptions"].includes(textField(error, "routine"));
}

function lostConnection(during: During): Cause {
  return during === "connect"
    ? {
        failure: "unavailable",
        says: (databaseName, text) =>
          `The database ${databaseName} cannot be reached: ${text}. Check that it is running, and check its address.`,
      }
    : {
        failure: "transient",
        says: (databaseName, text) =>
          `The connection to the database ${databaseName} was lost (${text}). Nothing was changed; try again.`,
      };
}
