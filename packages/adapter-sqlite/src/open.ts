import { adapterClosed } from "@slotwright/adapter-sql";
import Database from "better-sqlite3";
import { type Connection, createConnection, type SqliteDatabase } from "./connection.ts";
import { atOnce, createTransactions, type InTurn, type Transactions } from "./open-transaction.ts";

/** Where the adapter's own connection comes from. Nothing is opened before the first call. */
export interface Source {
  readonly databaseName: string;
  readonly connection: () => Connection;
  readonly begin: Transactions["begin"];
  /** When reads and writes may run. */
  readonly reading: InTurn;
  readonly writing: InTurn;
  readonly close: () => void;
}

/** A file that the adapter opens on its first call, and closes. */
export function fileSource(filename: string): Source {
  let state: "open" | "closed" = "open";
  let connection: Connection | undefined;
  let second: SqliteDatabase | undefined;
  const first = () => {
    if (state === "closed") throw adapterClosed(filename);
    connection ??= createConnection(openFile(filename));
    return connection;
  };
  const forTransactions = () => {
    const { database } = first();
    if (isOnlyInMemory(filename)) return database;
    // The host may have closed it.
    if (second?.open !== true) second = openFile(filename);
    return second;
  };
  const isOwn = !isOnlyInMemory(filename);
  const forget = () => {
    second = undefined;
  };
  const transactionSource = { databaseName: filename, database: forTransactions, ...(isOwn && { forget }) };
  const { begin, between } = createTransactions(transactionSource);
  return {
    databaseName: filename,
    connection: first,
    begin,
    writing: between,
    // In WAL mode, one connection reads the previous state while another one writes.
    reading: isOwn ? atOnce : between,
    close: () => {
      state = "closed";
      connection?.database.close();
      second?.close();
      connection = undefined;
      second = undefined;
    },
  };
}

/** Such a database belongs to its connection: another connection would get another database. */
function isOnlyInMemory(filename: string): boolean {
  return filename.trim() === ":memory:";
}

/** Uses the host's open database and leaves it open. */
export function hostSource(database: SqliteDatabase): Source {
  let state: "open" | "closed" = "open";
  let connection: Connection | undefined;
  const only = () => {
    if (state === "closed") throw adapterClosed(database.name);
    if (connection !== undefined) return connection;
    makeDurable(database);
    connection = createConnection(database);
    return connection;
  };
  const transactionSource = { databaseName: database.name, database: () => only().database };
  const { begin, between } = createTransactions(transactionSource);
  return {
    databaseName: database.name,
    connection: only,
    begin,
    reading: between,
    writing: between,
    close: () => {
      state = "closed";
      connection = undefined;
    },
  };
}

function openFile(filename: string): SqliteDatabase {
  // No busy timeout: SQLite's wait would block the event loop. Refused calls try again asynchronously.
  const database = new Database(filename, { timeout: 0 });
  try {
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = FULL");
    // This only matters on macOS, where an ordinary sync leaves the data in the drive's cache.
    database.pragma("fullfsync = ON");
    database.pragma("foreign_keys = ON");
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

/**
 * better-sqlite3 lowers `synchronous` to NORMAL once it has read a file in WAL mode, unless it was set explicitly. The
 * last acknowledged commits could then vanish in a power cut. No other setting of a host's connection is changed.
 * Foreign keys are not needed, because triggers check the same.
 */
function makeDurable(database: SqliteDatabase): void {
  const full = 2;
  if (Number(database.pragma("synchronous", { simple: true })) <= full) database.pragma("synchronous = FULL");
}
