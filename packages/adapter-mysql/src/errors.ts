import { guardInText, isGuard, tableNames } from "@slotwright/adapter-sql";
import { type Guard, StorageError, type StorageFailure } from "@slotwright/core";
import { replayedText, staleText } from "./procedures.ts";

/** Where an error came from: it decides what the error means, and the message names the database. */
export interface ErrorContext {
  /** Host, port and database. */
  readonly name: string;
  readonly during: "connect" | "call" | "commit" | "host";
}

/** What an operation that threw means, as the contract's only error. Errors that are of the contract already stay. */
export function toStorageError(error: unknown, { name, during }: ErrorContext): StorageError {
  if (error instanceof StorageError) return error;
  if (during === "commit" && commitIsUncertain(error)) return uncertainCommit(error, name);
  const unanswered = during === "connect" && codeOf(error) === "ETIMEDOUT" ? noAnswer : undefined;
  const cause = unanswered ?? causes[errnoOf(error)] ?? causes[codeOf(error)] ?? causeByText(error);
  if (during === "host" && endsTransaction(error)) return endedTransaction(error, name);
  if (cause !== undefined) return new StorageError(cause.failure, cause.says(name, textOf(error)), error);
  return new StorageError("unavailable", `The database ${name} did not do what was asked: ${textOf(error)}`, error);
}

/** True where the database refused a write for what is stored in it, rather than failed. */
export function isConflict(error: unknown): boolean {
  const isStale = textOf(error).includes(staleText) || errnoOf(error) === duplicateKey;
  return isStale || isReplay(error) || refusingGuard(error) !== undefined;
}

/** True where a command took effect before. */
export function isReplay(error: unknown): boolean {
  return textOf(error).includes(replayedText);
}

const duplicateKey = 1062;

/** The guard of the database that refused, if it was one that did. */
export function refusingGuard(error: unknown): Guard | undefined {
  const text = textOf(error);
  switch (errnoOf(error)) {
    case 1644:
      return guardInText(text);
    case 3819:
    case 4025:
      return guardOfConstraint(text) ?? "row_format";
    case 1452:
    case 1216:
      return guardOfConstraint(text) ?? "row_format";
    case 1451:
    case 1217:
      return "appointment_keeps_slots";
    case duplicateKey:
      return text.includes("journal_once_per_version") ? "journal_once_per_version" : undefined;
    case 1048:
    case 1264:
    case 1366:
    case 1406:
    case 3140:
    case 3141:
    case 3156:
    case 4037:
    case 4038:
      return "row_format";
    default:
      return undefined;
  }
}

/** A CHECK or FOREIGN KEY is called after its table and the guard that it is. */
function guardOfConstraint(text: string): Guard | undefined {
  const names = text.match(/\w+/g) ?? [];
  const guards = names.flatMap((name) => tableNames.map((table) => name.split(`${table}_`)[1] ?? ""));
  return guards.find(isGuard);
}

/** The transition was refused for something that was gone when it was looked for. */
export function strayConflict(error: unknown): StorageError {
  return new StorageError("transient", `Another transaction was in the way: ${textOf(error)}. Try again.`, error);
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

/** These may be said of a COMMIT that took effect all the same. */
const interruptions: readonly number[] = [1053, 1317, 1927, 3169, 4031];

function commitIsUncertain(error: unknown): boolean {
  // The command was not sent at all.
  if (/closed state/.test(textOf(error))) return false;
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

interface Cause {
  readonly failure: StorageFailure;
  readonly says: (name: string, text: string) => string;
}

const again = (what: string): Cause => ({
  failure: "transient",
  says: (name, text) => `${what} on the database ${name} (${text}). Nothing was changed; try again.`,
});
const lost: Cause = {
  failure: "transient",
  says: (name, text) => `The connection to the database ${name} was lost (${text}). Nothing was changed; try again.`,
};
const readOnly: Cause = {
  failure: "read_only",
  says: (name, text) =>
    `The database ${name} takes no writes (${text}). Connect to the primary server, or turn its read_only off.`,
};
const full: Cause = {
  failure: "unavailable",
  says: (name, text) => `The database ${name} has no room left (${text}). Nothing was changed; free or add disk space.`,
};
const denied: Cause = {
  failure: "unavailable",
  says: (name, text) => `The database ${name} refused the credentials (${text}). Check user, password and host.`,
};
const forbidden: Cause = {
  failure: "unavailable",
  says: (name, text) =>
    `The user of the database ${name} lacks a privilege (${text}). Grant SELECT, INSERT, UPDATE and EXECUTE on it.`,
};
const outdated: Cause = {
  failure: "schema_outdated",
  says: (name, text) => `The database ${name} lacks what this version of Slotwright needs (${text}). Run migrate().`,
};
const tooMany: Cause = {
  failure: "transient",
  says: (name, text) =>
    `The database ${name} takes no more connections (${text}). Nothing was changed; try again, or use smaller pools.`,
};
const noAnswer: Cause = {
  failure: "transient",
  says: (name, text) =>
    `The server of the database ${name} did not answer in time (${text}). Nothing was changed; try again, and check that it runs and is not overloaded, or allow it more time by connectTimeout.`,
};
const unprepared: Cause = {
  failure: "transient",
  says: (name, text) =>
    `The server of the database ${name} no longer knows a prepared statement (${text}). Nothing was changed; try again.`,
};
const unreachable: Cause = {
  failure: "unavailable",
  says: (name, text) =>
    `The database ${name} cannot be reached (${text}). Check that the server runs, and host and port.`,
};
const noTrigger: Cause = {
  failure: "unavailable",
  says: (name, text) =>
    `The user of the database ${name} may not create triggers or procedures (${text}). With binary logging on, that takes more than the TRIGGER privilege: set log_bin_trust_function_creators, or let an administrator apply the output of migrationSql().`,
};

const causes: Readonly<Record<string | number, Cause>> = {
  1020: again("The transaction's snapshot was too old"),
  1205: again("Another transaction held a lock for too long"),
  1213: again("A deadlock was resolved at this transaction's cost"),
  1047: again("The node is not part of its cluster"),
  1412: again("A table was created or changed after the transaction had begun"),
  1568: again("The connection was inside a transaction"),
  3024: again("The statement took too long"),
  1969: again("The statement took too long"),
  3572: again("A row was locked"),
  1040: tooMany,
  1203: tooMany,
  1226: tooMany,
  1053: lost,
  1317: lost,
  1927: lost,
  3169: lost,
  4031: lost,
  1290: readOnly,
  1792: readOnly,
  1836: readOnly,
  3989: readOnly,
  1243: unprepared,
  1615: unprepared,
  1461: {
    failure: "unavailable",
    says: (name, text) =>
      `The server of the database ${name} keeps no more prepared statements (${text}). Nothing was changed; raise max_prepared_stmt_count on the server, or lower maxPreparedStatements or connectionLimit of its pools.`,
  },
  1021: full,
  1026: full,
  1114: full,
  1030: full,
  1045: denied,
  1130: denied,
  1698: denied,
  1044: forbidden,
  1142: forbidden,
  1143: forbidden,
  1370: forbidden,
  1227: noTrigger,
  1419: noTrigger,
  1449: {
    failure: "unavailable",
    says: (name, text) =>
      `The user who created the triggers of the database ${name} is gone (${text}). Create that user again, or drop the triggers and apply the output of migrationSql().`,
  },
  1049: {
    failure: "unavailable",
    says: (name, text) => `The database ${name} does not exist (${text}). Create it, or correct the name.`,
  },
  1046: {
    failure: "unavailable",
    says: (name) =>
      `No database was chosen on ${name}. Name it in the pool's options, the URI, or the option "database".`,
  },
  1054: outdated,
  1146: outdated,
  1305: outdated,
  1318: outdated,
  1665: {
    failure: "unavailable",
    says: (name, text) =>
      `The binary log of the database ${name} has the wrong format (${text}). Set binlog_format to ROW or MIXED.`,
  },
  PROTOCOL_CONNECTION_LOST: lost,
  ECONNRESET: lost,
  EPIPE: lost,
  ETIMEDOUT: lost,
  ECONNREFUSED: unreachable,
  ENOTFOUND: unreachable,
  EAI_AGAIN: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
};

/** What mysql2 says itself, without a code. */
function causeByText(error: unknown): Cause | undefined {
  const text = textOf(error);
  if (/Queue limit reached|No connections available/.test(text)) return tooMany;
  if (/closed state/.test(text)) return lost;
  if (/Pool is closed/.test(text)) {
    return { failure: "unavailable", says: (name) => `The pool of the database ${name} was closed. Create a new one.` };
  }
  return undefined;
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}

/** The server's number for the error; those of the operating system are negative. */
function errnoOf(error: unknown): number {
  const errno = error instanceof Error && "errno" in error ? error.errno : undefined;
  return typeof errno === "number" ? errno : 0;
}

function isFatal(error: unknown): boolean {
  return error instanceof Error && "fatal" in error && error.fatal === true;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message || codeOf(error) : String(error);
}
