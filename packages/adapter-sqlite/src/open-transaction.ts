import { endedEarly, misuse } from "@slotwright/adapter-sql";
import { type CallOptions, type OpenTransaction, StorageError } from "@slotwright/core/adapter";
import type Database from "better-sqlite3";
import { refuseInsideHostTransaction, type SqliteDatabase } from "./connection.ts";
import { isReading, refusesCommit, toStorageError } from "./errors.ts";
import { createTurns } from "./turns.ts";

/** Milliseconds that a transaction on a connection of its own may take, since all other writers wait for it. */
export const longestTransaction = 30_000;

/** Where the transactions of an adapter run: one after the other, for the file has one write lock. */
export interface TransactionPlace {
  readonly file: string;
  /** Opens the connection if it is not open. */
  readonly database: () => SqliteDatabase;
  /** Opens another one next time. Where nothing but transactions runs on it, so that it may be closed amid one. */
  readonly forget?: () => void;
}

/** Runs a call of the adapter, when it is its turn. */
export type InTurn = <T>(call: CallOptions | undefined, work: () => Promise<T>) => Promise<T>;

export interface Transactions {
  readonly begin: (call?: CallOptions) => Promise<OpenTransaction<Database.Database>>;
  /** For what cannot run beside a transaction: were it only tried again and again, it might never meet the gap between two. */
  readonly between: InTurn;
}

export function createTransactions(place: TransactionPlace): Transactions {
  const turns = createTurns();
  const take = async ({ connectWithinMs = 10_000 }: CallOptions = {}) => {
    if (!(await turns.take(connectWithinMs))) throw tooManyWait(place.file);
  };
  const begin: Transactions["begin"] = async (call) => {
    await take(call);
    try {
      return openOn(beginOn(place), place, turns.end);
    } catch (error) {
      turns.end();
      throw toStorageError(error, { file: place.file, during: "call" });
    }
  };
  const between: InTurn = async (call, work) => {
    if (turns.isFree()) return work();
    await take(call);
    try {
      return await work();
    } finally {
      turns.end();
    }
  };
  return { begin, between };
}

export const atOnce: InTurn = (_call, work) => work();

function beginOn({ database: open }: TransactionPlace): SqliteDatabase {
  const database = open();
  refuseInsideHostTransaction({ database });
  // A transaction that has read cannot write any more once another connection wrote.
  database.exec("begin immediate");
  return database;
}

function openOn(
  database: SqliteDatabase,
  { file, forget }: TransactionPlace,
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
    if (isTooLong) throw tookTooLong(file);
    clearTimeout(timer);
    try {
      how();
    } finally {
      endTurn();
    }
  };
  return {
    transaction: database as SqliteDatabase & Database.Database,
    commit: ending(() => commit(database, file)),
    rollback: ending(() => rollBack(database)),
  };
}

function commit(database: SqliteDatabase, file: string): void {
  if (!database.inTransaction) throw endedEarly(file);
  try {
    database.exec("commit");
  } catch (error) {
    rollBack(database);
    throw isReading(error) ? stillReading(file) : commitError(error, file);
  }
}

/** The host's next statement must fail, rather than run in no transaction: so the connection is closed. */
function giveUp(database: SqliteDatabase): void {
  rollBack(database);
  try {
    database.close();
  } catch {
    // While the host reads with iterate(), it cannot be closed: then it may only read.
    whileReading(database, "pragma query_only = on");
  }
}

function commitError(error: unknown, file: string): StorageError {
  if (!refusesCommit(error)) return toStorageError(error, { file, during: "commit" });
  const message = `A deferred constraint of the database ${file} refused the transaction at COMMIT, and nothing of it was stored. The cause names it.`;
  return new StorageError("refused", message, error);
}

/** An error of the rollback must not replace the one that led here. */
function rollBack(database: SqliteDatabase): void {
  if (!database.inTransaction) return;
  try {
    database.exec("rollback");
  } catch (error) {
    if (isReading(error)) whileReading(database, "rollback");
  }
}

/** better-sqlite3 runs nothing else on a connection while iterate() has not come to its end, except in this mode. */
function whileReading(database: SqliteDatabase, sql: string): void {
  database.unsafeMode?.(true);
  try {
    database.exec(sql);
  } catch {
  } finally {
    database.unsafeMode?.(false);
  }
}

function stillReading(file: string): StorageError {
  return misuse(
    "The transaction was rolled back, since its callback has left an iterate() unfinished, and nothing can be committed meanwhile. Read it to its end, or leave its loop, before the callback returns.",
    file,
  );
}

function tooManyWait(file: string): StorageError {
  return new StorageError(
    "transient",
    `Other transactions of this adapter kept the database ${file} busy. Nothing was changed; try again, or make them shorter: they run one after the other.`,
    undefined,
    "Transactions of this program keep the database busy: they run one after the other. In the callback of transaction(), call the engine that it was given, which works in that transaction; any other one waits for it. Otherwise make them shorter.",
  );
}

function tookTooLong(file: string): StorageError {
  return misuse(
    `The transaction was rolled back, since its callback took longer than ${longestTransaction / 1000} seconds. On SQLite, everybody who writes waits for it: leave out of the callback what waits for people or for other services.`,
    file,
  );
}
