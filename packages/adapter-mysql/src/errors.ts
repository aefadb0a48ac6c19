import { codeOf, columnNames, fieldOf, guardInText, isGuard, tableNames, textOf } from "@slotwright/adapter-sql";
import { type Guard, isStorageError, StorageError } from "@slotwright/core/adapter";
import { causeOf, type KnownError, saysReadOnly } from "./error-causes.ts";
import { replayedText, staleText } from "./steps.ts";

/** Where an error came from: it decides what the error means, and the message names the database. */
export interface ErrorContext {
  /** Host, port and database. */
  readonly name: string;
  readonly during: KnownError["during"];
}

/** What an operation that threw means, as the contract's only error. Errors that are of the contract already stay. */
export function toStorageError(error: unknown, { name, during }: ErrorContext): StorageError {
  if (isStorageError(error)) return error;
  if (during === "commit" && commitIsUncertain(error)) return uncertainCommit(error, name);
  if (during === "host" && endsTransaction(error)) return endedTransaction(error, name);
  const text = textOf(error);
  const isLost = during !== "connect" && isConnectionLost(error);
  const known = { errno: errnoOf(error), code: codeOf(error), text, during, isLost, isAnswer: isAnswer(error) };
  const cause = causeOf(known);
  if (cause !== undefined) return new StorageError(cause.failure, cause.says(name, text), error);
  return new StorageError("unavailable", `The database ${name} did not do what was asked: ${text}`, error);
}

/** True where the database refused a write for what is stored in it, rather than failed. */
export function isConflict(error: unknown): boolean {
  return isStale(error) || isReplay(error) || isDuplicateId(error) || guardOfCommit(error) !== undefined;
}

/** Of what a commit writes. Its texts are no longer than their columns: one that is, is for somebody else's table. */
export function guardOfCommit(error: unknown): Guard | undefined {
  return errnoOf(error) === tooLong ? undefined : refusingGuard(error);
}

/** True where a version no longer holds, or others have locked a row. */
export function isStale(error: unknown): boolean {
  return textOf(error).includes(staleText);
}

/** True where a command took effect before. */
export function isReplay(error: unknown): boolean {
  return textOf(error).includes(replayedText);
}

/** The only unique keys of ours are primary ones. */
function isDuplicateId(error: unknown): boolean {
  return errnoOf(error) === 1062 && primaryKeyIn(textOf(error)) !== undefined;
}

/** The table of ours whose primary key has the value already. MariaDB does not tell which it is: then it is empty. */
function primaryKeyIn(text: string): string | undefined {
  const [key, table = ""] = /'([^']*)'$/.exec(text)?.[1]?.split(".").toReversed() ?? [];
  if (key !== "PRIMARY") return undefined;
  return table === "" ? table : tableNames.find((name) => table.endsWith(name));
}

/** The guard of the database that refused, if it was one that did. */
export function refusingGuard(error: unknown): Guard | undefined {
  const [errno, text] = [errnoOf(error), textOf(error)];
  if (errno === signalled) return guardInText(text);
  const constraint = constraintIn(text);
  if (brokenConstraints.includes(errno)) return guardsByConstraint[constraint] ?? guardNamed(constraint);
  if (errno === stillReferred) return constraint === "" ? undefined : "appointment_keeps_slots";
  if (errno === 1062) return primaryKeyIn(text) === "journal" ? "journal_once_per_version" : undefined;
  return unfitValues.includes(errno) && namesColumn(text) ? "row_format" : undefined;
}

const signalled = 1644;
/** CHECKs of MySQL and of MariaDB, and rows that refer to nothing. */
const brokenConstraints: readonly number[] = [3819, 4025, 1452];
const stillReferred = 1451;
/** Null, too large, of another type, too long, or no JSON. */
const tooLong = 1406;
const unfitValues: readonly number[] = [1048, 1264, 1366, tooLong, 3140, 3141];

/** Constraints that are called otherwise than the guard that they are. */
const guardsByConstraint: Readonly<Record<string, Guard>> = { slot_has_schedule_row: "row_format" };

const guardNamed = (name: string): Guard | undefined => (isGuard(name) ? name : undefined);

/** What follows the table in the name of a CHECK or FOREIGN KEY of ours; empty where it is somebody else's. */
function constraintIn(text: string): string {
  const names = text.match(/\w+/g) ?? [];
  const ends = names.flatMap((name) => tableNames.map((table) => name.split(`${table}_`)[1] ?? ""));
  return ends.find((end) => isGuard(end) || end in guardsByConstraint) ?? "";
}

const columns: readonly string[] = Object.values(columnNames).flat();

/** Whether the value was for a column of ours, rather than for one of a table that a host's trigger writes. */
function namesColumn(text: string): boolean {
  const [column] = /column (\S+)/i.exec(text)?.slice(1) ?? [];
  return columns.includes(column?.match(/\w+/g)?.at(-1) ?? "");
}

/** A record that is not ours has the same key, for none of ours was found to be there already. */
export function strayDuplicate(error: unknown): StorageError {
  const message = `The database refused the change: a row with the same key exists, and it is not Slotwright's (${textOf(error)}). Nothing was changed; look for a trigger or an index that was added to its tables.`;
  return new StorageError("refused", message, error);
}

/** The connection answers no more. What was sent last may have been done. */
export function isConnectionLost(error: unknown): boolean {
  return lostCodes.includes(codeOf(error)) || (isFatal(error) && errnoOf(error) <= 0);
}

const lostCodes: readonly string[] = [
  "PROTOCOL_CONNECTION_LOST",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ERR_STREAM_WRITE_AFTER_END",
  "ERR_STREAM_DESTROYED",
];

/** The connection and the server no longer agree on what is prepared: nothing but a new connection helps for certain. */
export function isUnprepared(error: unknown): boolean {
  return [1243, 1615].includes(errnoOf(error));
}

/** The server has as many prepared statements as it may. This one was not run. */
export function keepsNoMoreStatements(error: unknown): boolean {
  return errnoOf(error) === 1461;
}

/** The session may only read, perhaps since its server is no longer the primary. Nothing was written. */
export function isReadOnlySession(error: unknown): boolean {
  return [1792, 1836].includes(errnoOf(error)) || (errnoOf(error) === 1290 && saysReadOnly(textOf(error)));
}

/** What the pool says, and no server, where connections are all in use. */
export function isPoolExhausted(error: unknown): boolean {
  return errnoOf(error) === 0 && /Queue limit reached|No connections available/.test(textOf(error));
}

/** A transaction that the host or a user of the connection before left open: SET TRANSACTION refuses then. */
export function isTransactionLeftOpen(error: unknown): boolean {
  return errnoOf(error) === 1568;
}

/** The table is not there, or the database. */
export function isMissingTable(error: unknown): boolean {
  return errnoOf(error) === 1146;
}

/** Errors of DDL that say that it was done already, by a run that did not live to record it. */
export function isDoneAlready(error: unknown): boolean {
  // Table, column, index, procedure, trigger, in this order.
  return [1050, 1060, 1061, 1304, 1359].includes(errnoOf(error));
}

/** A trigger or a procedure is not there, whatever the user may see. */
export function isMissingRoutine(error: unknown): boolean {
  return [1305, 1360].includes(errnoOf(error));
}

/** These may be said of a COMMIT that took effect all the same. No handler of a procedure runs then. */
const interruptions: readonly number[] = [1053, 1317, 1927, 1969, 3169, 4031];

/** What a procedure was in the midst of stays behind on the connection. */
export function isInterrupted(error: unknown): boolean {
  return interruptions.includes(errnoOf(error));
}

function commitIsUncertain(error: unknown): boolean {
  // The command was not sent at all.
  if (!isAnswer(error) && /closed state/.test(textOf(error))) return false;
  return isConnectionLost(error) || interruptions.includes(errnoOf(error));
}

function uncertainCommit(error: unknown, name: string): StorageError {
  const message = `The connection to the database ${name} was lost while a transaction was committed (${textOf(error)}), so it is not known whether it was applied. Look the command up before trying again.`;
  return new StorageError("unknown", message, error);
}

/** A deadlock has rolled back everything, and so has whoever closed the connection. */
export function endsTransaction(error: unknown): boolean {
  return (
    [1213, 1020, 1047].includes(errnoOf(error)) || interruptions.includes(errnoOf(error)) || isConnectionLost(error)
  );
}

/** The transaction of the host is over, and this is why. */
export function endedTransaction(error: unknown, name: string): StorageError {
  const message = `The host's transaction on the database ${name} has ended with all that was done in it (${textOf(error)}). Roll back, and begin it again.`;
  return new StorageError("transient", message, error);
}

/** What a server has answered, rather than what the driver or the network says. */
function isAnswer(error: unknown): boolean {
  return errnoOf(error) > 0 && fieldOf(error, "sqlState") !== undefined;
}

/** The server's number for the error; those of the operating system are negative. */
function errnoOf(error: unknown): number {
  const errno = fieldOf(error, "errno");
  return typeof errno === "number" ? errno : 0;
}

function isFatal(error: unknown): boolean {
  return fieldOf(error, "fatal") === true;
}
