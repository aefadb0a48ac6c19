import { StorageError } from "@slotwright/core/adapter";
import { toStorageError } from "./errors.ts";

/** The part of a prepared statement of better-sqlite3 that is used. */
export interface SqliteStatement {
  run(...parameters: unknown[]): { readonly changes: number };
  get(...parameters: unknown[]): unknown;
  all(...parameters: unknown[]): unknown[];
  safeIntegers(on: boolean): unknown;
}

/** The part of better-sqlite3's `Database` that is used. */
export interface SqliteDatabase {
  readonly name: string;
  readonly open: boolean;
  readonly inTransaction: boolean;
  prepare(sql: string): SqliteStatement;
  exec(sql: string): unknown;
  pragma(sql: string, options?: { simple?: boolean }): unknown;
  close(): unknown;
  unsafeMode?(on: boolean): unknown;
}

/** A database with its statements, each prepared once. Everything is synchronous: nothing else runs in between. */
export interface Connection {
  readonly database: SqliteDatabase;
  run(sql: string, parameters?: readonly unknown[]): number;
  get<Row>(sql: string, parameters?: readonly unknown[]): Row | undefined;
  all<Row>(sql: string, parameters?: readonly unknown[]): readonly Row[];
}

/** Enough for all writes and the shapes of reads that one host uses. The oldest statement is dropped first. */
const statementLimit = 200;

export function createConnection(database: SqliteDatabase): Connection {
  const statements = new Map<string, SqliteStatement>();

  function statement(sql: string): SqliteStatement {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const prepared = database.prepare(sql);
    // The host may have set `defaultSafeIntegers(true)`, which would turn every version and instant into a bigint.
    prepared.safeIntegers(false);
    const oldest = statements.size < statementLimit ? undefined : statements.keys().next().value;
    if (oldest !== undefined) statements.delete(oldest);
    statements.set(sql, prepared);
    return prepared;
  }

  return {
    database,
    run: (sql, parameters = []) => statement(sql).run(...parameters).changes,
    get: <Row>(sql: string, parameters: readonly unknown[] = []) =>
      statement(sql).get(...parameters) as Row | undefined,
    all: <Row>(sql: string, parameters: readonly unknown[] = []) => statement(sql).all(...parameters) as readonly Row[],
  };
}

/**
 * Runs work in our own transaction, which nothing else on this connection can enter, and commits it if the work says
 * so. It is IMMEDIATE, because a transaction that reads before it writes may find that it can no longer write.
 */
export function inTransaction<T>(
  connection: Connection,
  work: () => { readonly keep: boolean; readonly result: T },
): T {
  refuseInsideHostTransaction(connection);
  connection.run("begin immediate");
  let done: { readonly keep: boolean; readonly result: T };
  try {
    done = work();
  } catch (error) {
    rollBack(connection);
    throw error;
  }
  if (done.keep) commit(connection);
  else rollBack(connection);
  return done.result;
}

/** Runs reads on one snapshot. */
export function inSnapshot<T>(connection: Connection, work: () => T): T {
  refuseInsideHostTransaction(connection);
  connection.run("begin");
  try {
    return work();
  } finally {
    rollBack(connection);
  }
}

/**
 * Keeps or undoes a part of a transaction. Without this savepoint, a refused transition would undo its neighbours as
 * well.
 */
export function inSavepoint<T>(connection: Connection, work: () => { readonly keep: boolean; readonly result: T }): T {
  connection.run("savepoint slotwright");
  let done: { readonly keep: boolean; readonly result: T };
  try {
    done = work();
  } catch (error) {
    undoSavepoint(connection);
    throw error;
  }
  if (done.keep) connection.run("release slotwright");
  else undoSavepoint(connection);
  return done.result;
}

/** A host that shares its connection may be in a transaction of its own, which ours must neither join nor end. */
export function refuseInsideHostTransaction({ database }: Pick<Connection, "database">): void {
  if (!database.inTransaction) return;
  throw new StorageError(
    "transient",
    `The connection to the database ${database.name} is inside a transaction that your program began. Nothing was changed; try again after it has ended, or use within() to join it.`,
  );
}

function commit(connection: Connection): void {
  try {
    connection.run("commit");
  } catch (error) {
    rollBack(connection);
    throw toStorageError(error, { databaseName: connection.database.name, during: "commit" });
  }
}

// Some errors, such as a full disk, have already rolled back. An error of the rollback itself must not replace the
// original one, and nothing is left to do about it.
function rollBack(connection: Connection): void {
  if (!connection.database.inTransaction) return;
  try {
    connection.run("rollback");
  } catch {}
}

function undoSavepoint(connection: Connection): void {
  if (!connection.database.inTransaction) return;
  try {
    connection.run("rollback to slotwright");
    connection.run("release slotwright");
  } catch {}
}
