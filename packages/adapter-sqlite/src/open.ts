import { StorageError } from "@slotwright/core";
import Database from "better-sqlite3";
import { type Connection, createConnection, type SqliteDatabase } from "./connection.ts";

/** Where the adapter's own connection comes from. Nothing is opened before the first call. */
export interface Source {
  readonly file: string;
  readonly connection: () => Connection;
  readonly close: () => void;
}

/** A file that the adapter opens on its first call, and closes. */
export function fileSource(filename: string): Source {
  let state: "open" | "closed" = "open";
  let connection: Connection | undefined;
  return {
    file: filename,
    connection: () => {
      if (state === "closed") throw closedError(filename);
      connection ??= createConnection(openFile(filename));
      return connection;
    },
    close: () => {
      state = "closed";
      connection?.database.close();
      connection = undefined;
    },
  };
}

/** The host's open database, which stays open. */
export function hostSource(database: SqliteDatabase): Source {
  let state: "open" | "closed" = "open";
  let connection: Connection | undefined;
  return {
    file: database.name,
    connection: () => {
      if (state === "closed") throw closedError(database.name);
      if (connection !== undefined) return connection;
      makeDurable(database);
      connection = createConnection(database);
      return connection;
    },
    close: () => {
      state = "closed";
      connection = undefined;
    },
  };
}

function openFile(filename: string): SqliteDatabase {
  // No busy timeout: SQLite's waiting would block the event loop. Whoever is refused tries again asynchronously.
  const database = new Database(filename, { timeout: 0 });
  try {
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = FULL");
    // Only macOS knows the difference: there, an ordinary sync leaves the data in the drive's cache.
    database.pragma("fullfsync = ON");
    database.pragma("foreign_keys = ON");
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

/**
 * better-sqlite3 lowers `synchronous` to NORMAL once it has read a file in WAL mode, unless it was set explicitly: what
 * was acknowledged last could vanish in a power cut. It is the only setting of the host's connection that is changed.
 * Foreign keys are not needed: triggers check the same.
 */
function makeDurable(database: SqliteDatabase): void {
  const full = 2;
  if (Number(database.pragma("synchronous", { simple: true })) <= full) database.pragma("synchronous = FULL");
}

function closedError(file: string): StorageError {
  return new StorageError("unavailable", `The adapter of the database ${file} was closed. Create a new one.`);
}
