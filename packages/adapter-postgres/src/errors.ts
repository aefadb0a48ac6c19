import { codeOf, isGuard, namesOurs, textField, textOf } from "@slotwright/adapter-sql";
import { type Guard, isStorageError, StorageError } from "@slotwright/core/adapter";
import { type Cause, causes, completionUnknown, forgottenStatement, lacksPrivilege } from "./error-causes.ts";

/**
 * What was going on: it decides what the end of a connection means. `host` is any call within a host's transaction,
 * which nobody but the host can have committed.
 */
export type During = "connect" | "read" | "commit" | "migrate" | "host";

export interface ErrorContext {
  /** Host, port and database. */
  readonly place: string;
  readonly during: During;
}

/** What an operation that threw means, as the contract's only error. Errors that are of the contract already stay. */
export function toStorageError(error: unknown, context: ErrorContext): StorageError {
  if (isStorageError(error)) return error;
  const { place, during } = context;
  if ((during === "commit" || during === "migrate") && mayHaveCommitted(error)) return uncertainCommit(error, place);
  const cause =
    knownCause(error, during) ?? (endsConnection(error) ? lostConnection(during) : unknownCause(error, during));
  const advice = during === "host" && cause.failure === "transient" ? ` ${repeatTransaction}` : "";
  return new StorageError(cause.failure, cause.says(place, textOf(error)) + advice, error);
}

/** A server that answers refuses this one statement: a trigger may raise whatever it likes. The driver says nothing of that. */
function unknownCause(error: unknown, during: During): Cause {
  if (during === "connect" || during === "migrate" || !isAnswer(error)) {
    return {
      failure: "unavailable",
      says: (place, text) => `The database ${place} did not do what was asked: ${text}`,
    };
  }
  return {
    failure: "refused",
    says: (place, text) =>
      `The database ${place} refused a statement: ${text}. Nothing was changed. If this is the text of a trigger or a constraint that was added to the tables, it forbids this change.`,
  };
}

const repeatTransaction = "The host's transaction has ended with this: roll it back, and repeat all of it.";

/** The network's errors, and what pg makes of them. */
function endsConnection(error: unknown): boolean {
  if (isAnswer(error)) return false;
  return /^E[A-Z_]+$/.test(codeOf(error)) || /connection|terminated|timeout|queryable/i.test(textOf(error));
}

/** True if the connection can't be used any more, or the driver's idea of it is wrong. */
export function breaksConnection(error: unknown): boolean {
  if (isStorageError(error)) return false;
  if (!isAnswer(error) || endsSession(error)) return true;
  return codeOf(error) === "42P05";
}

/** True where COMMIT was refused by what it checks at last: deferred constraints, and triggers. */
export function refusesCommit(error: unknown): boolean {
  return isAnswer(error) && /^(2[23]|P0)/.test(codeOf(error));
}

/** True if the session does not know a statement that the driver believes to be prepared there. It was not run. */
export function isForgottenStatement(error: unknown): boolean {
  return codeOf(error) === forgottenStatement;
}

/** True if pg knows another text under the statement's name already. It was not sent. */
export function isRefusedName(error: unknown): boolean {
  return !isAnswer(error) && /must be unique/.test(textOf(error));
}

/** True if the session may only read, perhaps since its server is no longer the primary. Nothing was written. */
export function isReadOnlySession(error: unknown): boolean {
  return isAnswer(error) && !isRaised(error) && codeOf(error) === "25006";
}

/** What the pool says, and no server, where connections are all in use. */
export function isPoolExhausted(error: unknown): boolean {
  return !isAnswer(error) && /timeout exceeded when trying to connect/.test(textOf(error));
}

/** Ends of a session that a server tells before it has read the statement, or while its transaction is still open. */
const endsBeforeCommit = ["25P03", "25P04", "57P03", "57P04", "57P05", "53300"];
/** A server that shuts down, or that ends after a crash of its neighbour, may say so when it has committed. */
const endsAtAnyTime = ["57P01", "57P02"];

/** The severity tells, but in the server's language; class 08 is the network, and what poolers say of themselves. */
function endsSession(error: unknown): boolean {
  if (isRaised(error)) return false;
  const code = codeOf(error);
  if (["FATAL", "PANIC"].includes(severityOf(error)) || code.startsWith("08")) return true;
  return endsBeforeCommit.includes(code) || endsAtAnyTime.includes(code);
}

/** The guard of the database that refused, if it was one of ours. */
export function refusingGuard(error: { readonly code?: unknown; readonly constraint?: unknown }): Guard | undefined {
  const code = codeOf(error);
  const constraint = typeof error.constraint === "string" ? error.constraint : "";
  if (["23514", "23505", "23P01", "23503"].includes(code)) return guardNamed(constraint);
  return /^2[23]/.test(code) ? "row_format" : undefined;
}

/** Constraints with an index carry the prefix of the tables, for their names must be unique in a schema. */
function guardNamed(constraint: string): Guard | undefined {
  const known = [constraint, ...guardsWithIndex.filter((guard) => constraint.endsWith(guard))].find(isGuard);
  return known ?? (ownKeys.test(constraint) ? "row_format" : undefined);
}

const guardsWithIndex: readonly Guard[] = ["no_overlap", "journal_once_per_version"];

const ownKeys = /^slot_has_schedule_row$|(schedules|slots|appointments|commands|journal)_pkey$/;

/** In English only where the server speaks English. */
const severityOf = (error: unknown): string => textField(error, "severity");

/** True if the server said it: then the connection was alive. Errors of the driver and the network have no SQLSTATE. */
function isAnswer(error: unknown): boolean {
  return /^[0-9A-Z]{5}$/.test(codeOf(error)) && severityOf(error) !== "";
}

/**
 * An answer of the server means that it rolled back. But where the session has ended with it, the commit may have been
 * before: the server was shut down or gave up, or a pooler lost it. A connection that is lost says nothing. What the driver
 * refused to send cannot have arrived.
 */
function mayHaveCommitted(error: unknown): boolean {
  if (!isAnswer(error)) return !/is not queryable|must be unique|must be an array/.test(textOf(error));
  const code = codeOf(error);
  if (code === completionUnknown) return true;
  // No session was opened: credentials, and the name of the database.
  return endsSession(error) && !endsBeforeCommit.includes(code) && !/^(28|3D)/.test(code);
}

function uncertainCommit(error: unknown, place: string): StorageError {
  const message = `The connection to the database ${place} was lost, or the server lost track, while a transaction was committed (${textOf(error)}), so it is not known whether it was applied. Look the command up before trying again.`;
  return new StorageError("unknown", message, error);
}

/** What is known of an error. What a host's rule raises, under whatever code, is about the one change that it forbids. */
function knownCause(error: unknown, during: During): Cause | undefined {
  const cause = causeOf(error);
  if (cause === undefined) return undefined;
  if (isRaised(error)) return asksToRepeat.includes(codeOf(error)) ? cause : undefined;
  // The host's trigger may be what needs the privilege, and not every change sets it off.
  const isOfOne = codeOf(error) === lacksPrivilege && during === "commit" && !namesOurs(textOf(error));
  return isOfOne ? { ...cause, failure: "refused" } : cause;
}

/** What our own functions raise as well: the same may succeed if it is tried again. */
const asksToRepeat = ["40001", "40P01", "55P03"];

/** A server's words are its own, or a trigger's: only its code tells. The driver has no code. */
function causeOf(error: unknown): Cause | undefined {
  const [code, text] = [codeOf(error), isAnswer(error) ? "" : textOf(error)];
  return causes.find(
    (cause) => cause.codes?.includes(code) || cause.classes?.includes(code.slice(0, 2)) || cause.text?.test(text),
  );
}

/** By RAISE in a function, or by a policy of row-level security: the server names what of it has spoken. */
function isRaised(error: unknown): boolean {
  return ["exec_stmt_raise", "ExecWithCheckOptions"].includes(textField(error, "routine"));
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
