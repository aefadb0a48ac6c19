import { codeOf, guardInText, isGuard, messageOf, tableNames } from "@slotwright/adapter-sql";
import { type Guard, isStorageError, StorageError, type StorageFailure } from "@slotwright/core/adapter";

/** Where an error came from. It decides what the error means, and the message names the file. */
export interface ErrorContext {
  readonly databaseName: string;
  readonly during: "call" | "commit" | "migrate";
}

interface Cause {
  readonly failure: StorageFailure;
  /** `text` is the message of SQLite or the driver. */
  readonly says: (database: string, text: string) => string;
}

const causes: Readonly<Record<string, Cause>> = {
  SQLITE_BUSY: {
    failure: "transient",
    says: (database) =>
      `Another connection is writing to the database ${database}. Nothing was changed; try again in a moment.`,
  },
  SQLITE_BUSY_SNAPSHOT: {
    failure: "transient",
    says: (database) =>
      `The transaction read the database ${database} before another connection wrote to it, so it can no longer write. ` +
      "Nothing was changed; roll back and try again, with BEGIN IMMEDIATE.",
  },
  SQLITE_LOCKED: {
    failure: "transient",
    says: (database) =>
      `A table of the database ${database} is in use by another statement. Nothing was changed; try again.`,
  },
  SQLITE_READONLY: {
    failure: "read_only",
    says: (database) =>
      `The database ${database} was opened read-only, or the process may not write to the file or its directory. ` +
      "Grant write access to both, or open the database without the read-only option.",
  },
  SQLITE_CANTOPEN: {
    failure: "unavailable",
    says: (database) =>
      `The database ${database} cannot be opened. Check that its directory exists, that the path is not a directory, and that the process may read and write there.`,
  },
  SQLITE_NOTADB: {
    failure: "unavailable",
    says: (database) => `The file ${database} is not an SQLite database. The file was not changed; check the path.`,
  },
  SQLITE_CORRUPT: {
    failure: "unavailable",
    says: (database) =>
      `The database ${database} is damaged. Stop writing to it, and restore a backup or run "PRAGMA integrity_check".`,
  },
  SQLITE_FULL: {
    failure: "unavailable",
    says: (database) =>
      `The disk of the database ${database} is full, or its max_page_count is reached. Nothing was changed; make room.`,
  },
  SQLITE_IOERR: {
    failure: "unavailable",
    says: (database) => `The operating system could not read or write the database ${database}. Check the disk.`,
  },
  SQLITE_AUTH: {
    failure: "unavailable",
    says: (database) =>
      `The connection to the database ${database} is not authorised for this. Check what your program allows on it.`,
  },
};

/** Turns whatever an operation threw into the contract's only error. Errors of the contract stay as they are. */
export function toStorageError(error: unknown, context: ErrorContext): StorageError {
  if (isStorageError(error)) return error;
  const code = codeOf(error);
  if (context.during === "commit" && commitIsUncertain(code)) return uncertainCommit(error, context.databaseName);
  const cause = causes[code] ?? causes[primaryCode(code)] ?? causeByText(error) ?? unknownCause(code, context);
  return new StorageError(cause.failure, cause.says(context.databaseName, messageOf(error)), error);
}

/** Errors of the process or the library, rather than of a statement. */
const troubles = ["NOMEM", "INTERNAL", "PERM", "PROTOCOL", "NOLFS", "INTERRUPT", "MISUSE", "SCHEMA", "NOTFOUND"];

/**
 * SQLite runs in this process, so any other error is about one statement: a trigger's own error, an added constraint or
 * function, or a value that is too large.
 */
function unknownCause(code: string, { during }: ErrorContext): Cause {
  if (during === "migrate" || troubles.some((name) => primaryCode(code) === `SQLITE_${name}`)) {
    return {
      failure: "unavailable",
      says: (database, text) => `The database ${database} did not do what was asked: ${text}`,
    };
  }
  return {
    failure: "refused",
    says: (database, text) =>
      `The database ${database} refused a statement: ${text}. Nothing was changed. If the text comes from a trigger or a constraint that was added to the tables, that forbids this change.`,
  };
}

/** The guard that refused, or undefined if it was not one of ours. */
export function refusingGuard(error: unknown): Guard | undefined {
  const text = messageOf(error);
  switch (codeOf(error)) {
    case "SQLITE_CONSTRAINT_CHECK": {
      const name = text.replace("CHECK constraint failed: ", "");
      return isGuard(name) ? name : undefined;
    }
    case "SQLITE_CONSTRAINT_TRIGGER":
      return guardInText(text);
    case "SQLITE_CONSTRAINT_FOREIGNKEY":
      return "slot_has_appointment_row";
    case "SQLITE_CONSTRAINT_UNIQUE":
      return ownJournalKey.test(text) ? "journal_once_per_version" : undefined;
    case "SQLITE_CONSTRAINT_PRIMARYKEY":
    case "SQLITE_CONSTRAINT_NOTNULL":
    case "SQLITE_CONSTRAINT_DATATYPE":
      return ownColumn.test(text) ? "row_format" : undefined;
    default:
      return undefined;
  }
}

const ownJournalKey = /journal\.record_id, \S*journal\.record_kind, \S*journal\.version$/;
const ownColumn = new RegExp(`(${tableNames.join("|")})\\.`);

/** True if a check at COMMIT refused it: a deferred foreign key. */
export function refusesCommit(error: unknown): boolean {
  return primaryCode(codeOf(error)) === "SQLITE_CONSTRAINT";
}

/** True while the host reads from the same connection with iterate(). The driver then runs nothing else. */
export function isReading(error: unknown): boolean {
  return codeOf(error) === "" && readingText.test(messageOf(error));
}

const readingText = /connection is busy/;

/** True if another connection was in the way, and the same call may work in a moment. */
export function isTransient(error: unknown): boolean {
  return isStorageError(error, "transient");
}

/** Turns SQLITE_IOERR_FSYNC into SQLITE_IOERR. */
function primaryCode(code: string): string {
  return code.split("_").slice(0, 2).join("_");
}

/**
 * If the sync of the write-ahead log fails, the commit's frames may still be in the file. If the process died before
 * they are overwritten, recovery would find them. The other failures come before the last frame is written.
 */
function commitIsUncertain(code: string): boolean {
  // Without a code, the driver itself refused the statement.
  return !["", "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_READONLY", "SQLITE_CONSTRAINT"].includes(
    primaryCode(code),
  );
}

function uncertainCommit(error: unknown, database: string): StorageError {
  const message = `The database ${database} failed during a commit (${messageOf(error)}), so it is unknown whether the transaction was applied. Look the command up before trying again.`;
  return new StorageError("unknown", message, error);
}

/** Errors without a code of their own: better-sqlite3 throws TypeErrors, and SQLite a plain SQLITE_ERROR. */
function causeByText(error: unknown): Cause | undefined {
  // An error that a trigger raises has a code.
  if (!["", "SQLITE_ERROR"].includes(codeOf(error))) return undefined;
  const text = messageOf(error);
  const known = causesByText.find(({ pattern }) => pattern.test(text));
  return known?.cause(text);
}

const causesByText: readonly { readonly pattern: RegExp; readonly cause: (text: string) => Cause }[] = [
  {
    pattern: /^no such (table|column|index)|has no column named/,
    cause: (text) => ({
      failure: "schema_outdated",
      says: (database) =>
        `The database ${database} lacks what this version of Slotwright needs (${text}). Run migrate().`,
    }),
  },
  {
    pattern: /connection is not open/,
    cause: () => ({
      failure: "misused",
      says: () => "The program closed the connection to the database. Open it again, and create the adapter again.",
    }),
  },
  {
    pattern: readingText,
    cause: () => ({
      failure: "transient",
      says: (database) =>
        `Your program is reading from the same connection to the database ${database} with iterate(). Nothing was changed; finish reading first.`,
    }),
  },
  {
    pattern: /directory does not exist/,
    cause: () => ({
      failure: "unavailable",
      says: (database) =>
        `The database ${database} cannot be opened: its directory does not exist. Create it, or correct the path.`,
    }),
  },
];
