import { endedEarly, misuse } from "@slotwright/adapter-sql";
import { type CallOptions, type OpenTransaction, StorageError } from "@slotwright/core/adapter";
import type Database from "better-sqlite3";
import { refuseInsideHostTransaction, type SqliteDatabase } from "./connection.ts";
import { isReading, refusesCommit, toStorageError } from "./errors.ts";
import { createMutex } from "./mutex.ts";

/** How many milliseconds a transaction on its own connection may take. All other writers wait for it. */
const longestTransaction = 30_000;

/**
 * Where the connection of the adapter's transactions comes from. They run one after the other, because the file has one
 * write lock.
 */
export interface TransactionSource {
  readonly databaseName: string;
  /** Opens the connection if it is not open. */
  readonly database: () => SqliteDatabase;
  /**
   * Opens another connection next time. It exists if only transactions run on the connection, which may then be closed
   * in the middle of one.
   */
  readonly forget?: () => void;
}

/** Runs a call of the adapter when its turn comes. */
export type InTurn = <T>(call: CallOptions | undefined, work: () => Promise<T>) => Promise<T>;

export interface Transactions {
  readonly begin: (call?: CallOptions) => Promise<OpenTransaction<Database.Database>>;
  /**
   * For calls that cannot run beside a transaction. With retries alone, such a call might never meet the gap between
   * two transactions.
   */
  readonly between: InTurn;
}

export function createTransactions(source: TransactionSource): Transactions {
  const mutex = createMutex();
  const take = async ({ connectWithinMs = 10_000 }: CallOptions = {}) => {
    if (!(await mutex.take(connectWithinMs))) throw tooManyWait(source.databaseName);
  };
  const begin: Transactions["begin"] = async (call) => {
    await take(call);
    try {
      return openOn(beginOn(source), source, mutex.release);
    } catch (error) {
      mutex.release();
      throw toStorageError(error, { databaseName: source.databaseName, during: "call" });
    }
  };
  const between: InTurn = async (call, work) => {
    if (mutex.isFree()) return work();
    await take(call);
    try {
      return await work();
    } finally {
      mutex.release();
    }
  };
  return { begin, between };
}

export const atOnce: InTurn = (_call, work) => work();

function beginOn({ database: open }: TransactionSource): SqliteDatabase {
  const database = open();
  refuseInsideHostTransaction({ database });
  // A transaction that has read can no longer write once another connection has written.
  database.exec("begin immediate");
  return database;
}

function openOn(
  database: SqliteDatabase,
  { databaseName, forget }: TransactionSource,
  endTurn: () => void,
): OpenTransaction<Database.Database> {
  let isTooLong = false;
  const end = () => {
    isTooLong = true;
    giveUp(database);
    forget?.();
    endTurn();
  };
  const timer = forget && setTimeout(end, longestTransaction);
  const ending = (how: () => void) => async (): Promise<undefined> => {
    if (isTooLong) throw tookTooLong(databaseName);
    clearTimeout(timer);
    try {
      how();
    } finally {
      endTurn();
    }
  };
  return {
    transaction: database as SqliteDatabase & Database.Database,
    commit: ending(() => commit(database, databaseName)),
    rollback: ending(() => rollBack(database)),
  };
}

function commit(database: SqliteDatabase, databaseName: string): void {
  if (!database.inTransaction) throw endedEarly(databaseName);
  try {
    database.exec("commit");
  } catch (error) {
    rollBack(database);
    throw isReading(error) ? stillReading(databaseName) : commitError(error, databaseName);
  }
}

/** The host's next statement must fail, rather than run outside a transaction. So the connection is closed. */
function giveUp(database: SqliteDatabase): void {
  rollBack(database);
  try {
    database.close();
  } catch {
    // The connection cannot be closed while the host reads with iterate(), so it is made read-only.
    whileReading(database, "pragma query_only = on");
  }
}

function commitError(error: unknown, databaseName: string): StorageError {
  if (!refusesCommit(error)) return toStorageError(error, { databaseName, during: "commit" });
  const message = `A deferred constraint of the database ${databaseName} refused the transaction at COMMIT, and nothing of it was stored. The cause names the constraint.`;
  return new StorageError("refused", message, error);
}

/** An error of the rollback must not replace the original one. */
function rollBack(database: SqliteDatabase): void {
  if (!database.inTransaction) return;
  try {
    database.exec("rollback");
  } catch (error) {
    if (isReading(error)) whileReading(database, "rollback");
  }
}

/** Until iterate() ends, better-sqlite3 runs nothing else on the connection, except in this mode. */
function whileReading(database: SqliteDatabase, sql: string): void {
  database.unsafeMode?.(true);
  try {
    database.exec(sql);
  } catch {
  } finally {
    database.unsafeMode?.(false);
  }
}

function stillReading(databaseName: string): StorageError {
  return misuse(
    "The transaction was rolled back because its callback left an iterate() unfinished, and nothing can be committed meanwhile. Read it to its end, or leave its loop, before the callback returns.",
    databaseName,
  );
}

function tooManyWait(databaseName: string): StorageError {
  return new StorageError(
    "transient",
    `Other transactions of this adapter kept the database ${databaseName} busy. Nothing was changed; try again, or make the transactions shorter: they run one after the other.`,
    undefined,
    "Transactions of this program keep the database busy: they run one after the other. In the callback of transaction(), call the engine that it was given, which works in that transaction; any other engine waits for it. Otherwise, make the transactions shorter.",
  );
}

function tookTooLong(databaseName: string): StorageError {
  return misuse(
    `The transaction was rolled back because its callback took longer than ${longestTransaction / 1000} seconds. On SQLite, all other writers wait for it. Do not wait for people or other services in the callback.`,
    databaseName,
  );
}
