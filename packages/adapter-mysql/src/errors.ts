import { codeOf, columnNames, fieldOf, guardInText, isGuard, messageOf, tableNames } from "@slotwright/adapter-sql";
import { type Guard, isStorageError, StorageError } from "@slotwright/core/adapter";
import { causeOf, failedAtCommit, type KnownError, saysDeadlock, saysOutside, saysReadOnly } from "./error-causes.ts";
import { replayedText, staleText } from "./steps.ts";

/** Where an error came from. It decides what the error means, and the message names the database. */
export interface ErrorContext {
  /** Host, port and database. */
  readonly databaseName: string;
  readonly during: KnownError["during"];
}

/** Turns whatever an operation threw into the contract's only error. Errors of the contract stay as they are. */
export function toStorageError(error: unknown, { databaseName, during }: ErrorContext): StorageError {
  if (isStorageError(error)) return error;
  if (during === "commit" && commitIsUncertain(error)) return uncertainCommit(error, databaseName);
  if (during === "commit" && failedInGroup(error)) return leftGroup(error, databaseName);
  if (during === "host" && endsTransaction(error)) return endedTransaction(error, databaseName);
  const text = messageOf(error);
  const isLost = during !== "connect" && isConnectionLost(error);
  const known = { errno: errnoOf(error), code: codeOf(error), text, during, isLost, isAnswer: isAnswer(error) };
  const cause = causeOf(known);
  if (cause !== undefined) return new StorageError(cause.failure, cause.says(databaseName, text), error);
  return new StorageError("unavailable", `The database ${databaseName} did not do what was asked: ${text}`, error);
}

/** True if the database refused a write because of its data, rather than failed. */
export function isConflict(error: unknown): boolean {
  return isStale(error) || isReplay(error) || isDuplicateId(error) || guardOfCommit(error) !== undefined;
}

/**
 * The guard that refused a commit. A commit's texts are never longer than their columns: a text that is too long
 * belongs to another table.
 */
export function guardOfCommit(error: unknown): Guard | undefined {
  return errnoOf(error) === tooLong ? undefined : refusingGuard(error);
}

/** True if a version no longer holds, or others have locked a row. */
export function isStale(error: unknown): boolean {
  return messageOf(error).includes(staleText);
}

/** True if a command took effect before. */
export function isReplay(error: unknown): boolean {
  return messageOf(error).includes(replayedText);
}

/** Our only unique keys are primary keys. */
function isDuplicateId(error: unknown): boolean {
  return errnoOf(error) === 1062 && primaryKeyIn(messageOf(error)) !== undefined;
}

/** Our table whose primary key already has the value. MariaDB does not tell which key it is, and then this is empty. */
function primaryKeyIn(text: string): string | undefined {
  const [key, table = ""] = /'([^']*)'$/.exec(text)?.[1]?.split(".").toReversed() ?? [];
  if (key !== "PRIMARY") return undefined;
  return table === "" ? table : tableNames.find((name) => table.endsWith(name));
}

/** The guard that refused, or undefined if none did. */
export function refusingGuard(error: unknown): Guard | undefined {
  const [errno, text] = [errnoOf(error), messageOf(error)];
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
/** Null, too large, of another type, too long, or not JSON. */
const tooLong = 1406;
const unfitValues: readonly number[] = [1048, 1264, 1366, tooLong, 3140, 3141];

/** Constraints whose name differs from that of their guard. */
const guardsByConstraint: Readonly<Record<string, Guard>> = { slot_has_schedule_row: "row_format" };

const guardNamed = (name: string): Guard | undefined => (isGuard(name) ? name : undefined);

/** What follows the table in the name of one of our CHECKs or FOREIGN KEYs. Empty if the constraint is not ours. */
function constraintIn(text: string): string {
  const names = text.match(/\w+/g) ?? [];
  const ends = names.flatMap((name) => tableNames.map((table) => name.split(`${table}_`)[1] ?? ""));
  return ends.find((end) => isGuard(end) || end in guardsByConstraint) ?? "";
}

const columns: readonly string[] = Object.values(columnNames).flat();

/** Whether the value was for one of our columns, rather than for a table that a host's trigger writes. */
function namesColumn(text: string): boolean {
  const [column] = /column (\S+)/i.exec(text)?.slice(1) ?? [];
  return columns.includes(column?.match(/\w+/g)?.at(-1) ?? "");
}

/** A foreign record has the same key, because none of ours was found to exist. */
export function strayDuplicate(error: unknown): StorageError {
  const message = `The database refused the change: a row with the same key exists, and it does not belong to Slotwright (${messageOf(error)}). Nothing was changed; look for a trigger or an index that was added to Slotwright's tables.`;
  return new StorageError("refused", message, error);
}

/** The connection no longer answers. The last statement may have taken effect. */
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

/** The connection and the server no longer agree on what is prepared. Only a new connection is certain to help. */
export function isUnprepared(error: unknown): boolean {
  return [1243, 1615].includes(errnoOf(error));
}

/** The server has reached its limit of prepared statements. This statement did not run. */
export function keepsNoMoreStatements(error: unknown): boolean {
  return errnoOf(error) === 1461;
}

/** The session may only read, for example because its server is no longer the primary. Nothing was written. */
export function isReadOnlySession(error: unknown): boolean {
  return [1792, 1836].includes(errnoOf(error)) || (errnoOf(error) === 1290 && saysReadOnly(messageOf(error)));
}

/**
 * The server is not in its cluster, or not yet, or no longer: it refuses most statements on all sessions. Nothing was
 * written, except perhaps by a commit, which {@link leftGroup} is about. Another server may do what is asked.
 */
export function isOutOfCluster(error: unknown): boolean {
  if (saysOutside(errnoOf(error), messageOf(error))) return true;
  return [1047, 3032, 3100, 3782, 3783, 3796, 3797, 3799, 6400, 6401].includes(errnoOf(error));
}

/** The pool's own error, not a server's, when all connections are in use. */
export function isPoolExhausted(error: unknown): boolean {
  return errnoOf(error) === 0 && /Queue limit reached|No connections available/.test(messageOf(error));
}

/** The program has ended the pool. */
export function isPoolEnded(error: unknown): boolean {
  return errnoOf(error) === 0 && /Pool is closed/.test(messageOf(error));
}

/** A transaction that the host or an earlier user of the connection left open. SET TRANSACTION then refuses. */
export function isTransactionLeftOpen(error: unknown): boolean {
  return errnoOf(error) === 1568;
}

/** The variable cannot be set while a transaction is open. */
export function isVariableFixed(error: unknown): boolean {
  return errnoOf(error) === 1766;
}

/** The table or the database does not exist. */
export function isMissingTable(error: unknown): boolean {
  return errnoOf(error) === 1146;
}

/** The server has no variable of this name. */
export function isUnknownVariable(error: unknown): boolean {
  return errnoOf(error) === 1193;
}

/** For a lock, or for a node of a cluster that has to catch up. */
export function hasWaitedInVain(error: unknown): boolean {
  return errnoOf(error) === 1205;
}

/** Errors of DDL that say that it is already done, by a run that ended before it could record it. */
export function isDoneAlready(error: unknown): boolean {
  // Table, column, index, procedure, trigger, in this order.
  return [1050, 1060, 1061, 1304, 1359].includes(errnoOf(error));
}

/** A trigger or a procedure does not exist, whatever the user may see. */
export function isMissingRoutine(error: unknown): boolean {
  return [1305, 1360].includes(errnoOf(error));
}

/** These errors may follow a COMMIT that took effect all the same. A procedure's handlers do not run then. */
const interruptions: readonly number[] = [1053, 1317, 1927, 1969, 3169, 4031];

/** The connection keeps the unfinished state of a procedure. */
export function isInterrupted(error: unknown): boolean {
  return interruptions.includes(errnoOf(error));
}

function commitIsUncertain(error: unknown): boolean {
  // The command was never sent.
  if (!isAnswer(error) && /closed state/.test(messageOf(error))) return false;
  const errno = errnoOf(error);
  if (errno === failedAtCommit) return !saysDeadlock(errno, messageOf(error));
  return isConnectionLost(error) || interruptions.includes(errno);
}

/** The node is not part of its cluster. It refuses statements, and those of a procedure's handlers as well. */
export function isUnreadyNode(error: unknown): boolean {
  return errnoOf(error) === 1047;
}

export function uncertainCommit(error: unknown, databaseName: string): StorageError {
  const what =
    errnoOf(error) === failedAtCommit || isUnreadyNode(error)
      ? `The server of the database ${databaseName} failed during a commit`
      : `The connection to the database ${databaseName} was lost during a commit`;
  const message = `${what} (${messageOf(error)}), so it is unknown whether the transaction was applied. Look the command up before trying again.`;
  return new StorageError("unknown", message, error);
}

/** A group rolled the transaction back at its COMMIT. It may have done so because the server has left the group. */
export function isRolledBackByGroup(error: unknown): boolean {
  return errnoOf(error) === 3101;
}

/** A commit could not be sent to the group, or the group's answer did not come. */
function failedInGroup(error: unknown): boolean {
  return errnoOf(error) === 3100;
}

/** The server was not, or no longer, in its group when it should have committed. */
export function leftGroup(error: unknown, databaseName: string): StorageError {
  const message = `The server of the database ${databaseName} left its group during a commit, or was not in it (${messageOf(error)}), so it is unknown whether the other members have the transaction. Look the command up before trying again.`;
  return new StorageError("unknown", message, error);
}

/** With innodb_snapshot_isolation, a transaction that locks a row which has changed since its snapshot. */
const oldSnapshot = 1020;

/** These have rolled back everything: a deadlock, an old snapshot, a group's refusal and the end of the connection. */
export function endsTransaction(error: unknown): boolean {
  const errno = errnoOf(error);
  if ([1213, oldSnapshot, 1047, 3100, 3101].includes(errno) || saysDeadlock(errno, messageOf(error))) return true;
  return interruptions.includes(errno) || isConnectionLost(error);
}

/** The host's transaction is over, and this error is the reason. */
export function endedTransaction(error: unknown, databaseName: string): StorageError {
  const again = errnoOf(error) === oldSnapshot ? "begin it again, at READ COMMITTED" : "begin it again";
  const message = `Your transaction on the database ${databaseName} has ended, and everything done in it was undone (${messageOf(error)}). Roll back, and ${again}.`;
  return new StorageError("transient", message, error);
}

/** True for an answer of the server, rather than an error of the driver or the network. */
function isAnswer(error: unknown): boolean {
  return errnoOf(error) > 0 && fieldOf(error, "sqlState") !== undefined;
}

/** The server's number for the error. Numbers of the operating system are negative. */
function errnoOf(error: unknown): number {
  const errno = fieldOf(error, "errno");
  return typeof errno === "number" ? errno : 0;
}

/** No answer came in time: to a new connection, or to a statement of ours that has a limit. */
export function hasTimedOut(error: unknown): boolean {
  return ["ETIMEDOUT", "PROTOCOL_SEQUENCE_TIMEOUT"].includes(codeOf(error));
}

/** Whether it was a server that said so, also before it has opened a session. */
export function isOfServer(error: unknown): boolean {
  return errnoOf(error) > 0;
}

function isFatal(error: unknown): boolean {
  return fieldOf(error, "fatal") === true;
}
