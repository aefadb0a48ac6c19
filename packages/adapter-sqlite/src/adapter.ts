import {
  defaultTablePrefix,
  type HostAccess,
  misuse,
  noTransactionOpen,
  notTransaction,
  problemWithOptions,
  type Release,
  type RunCall,
  refusingAdapter,
  type SqlStrategy,
  sqlAdapter,
} from "@slotwright/adapter-sql";
import type { StorageAdapter, StorageError } from "@slotwright/core/adapter";
import type Database from "better-sqlite3";
import { hostCalls, type On, ownCalls } from "./calls.ts";
import { type Connection, createConnection, type SqliteDatabase } from "./connection.ts";
import { type ErrorContext, toStorageError } from "./errors.ts";
import { letOthersIn } from "./event-loop.ts";
import { applyMigrations, checkSchema, untilFree } from "./migrate.ts";
import { currentRelease, inNamespace } from "./migrations.ts";
import { fileSource, hostSource } from "./open.ts";
import type { InTurn } from "./open-transaction.ts";
import { isDatabase, optionRules } from "./options.ts";
import { createStatements, type Statements } from "./statements.ts";
import { sqliteStrategy } from "./strategy.ts";

export type SqliteAdapterOptions = {
  /** Prefix of tables, indexes and triggers: a letter, then letters, digits and underscores. Default `slotwright_`. */
  readonly tablePrefix?: string;
} & (
  | {
      /** A file that the adapter opens (in WAL mode, with `synchronous=FULL`) and closes. */
      readonly filename: string;
      readonly database?: never;
    }
  | {
      /**
       * Uses your open `Database` of better-sqlite3; `close()` leaves it open. Its settings are kept, with one
       * exception: `synchronous` is raised to FULL if it is lower, so that an acknowledged booking survives a power
       * cut. Its busy timeout applies and blocks the event loop. It is 5 seconds unless you chose another.
       */
      readonly database: SqliteDatabase;
      readonly filename?: never;
    }
);

/**
 * Stores bookings in SQLite. Creating the adapter touches no file and never throws. If the file, the database or the
 * options are wrong, the first call rejects with a `StorageError`.
 *
 * `within(transaction)` takes a `Database` of better-sqlite3 on which the host has run BEGIN. Prefer BEGIN IMMEDIATE: a
 * transaction that has read can no longer write once another connection has written. The database need not be the
 * adapter's own. Its settings are the host's: without `synchronous=FULL`, what it commits may not survive a power cut.
 * Within a Kysely transaction, pass the database that its `SqliteDialect` uses.
 *
 * @example
 * const storage = sqliteAdapter({ filename: "bookings.sqlite" });
 * await storage.migrate();
 */
export function sqliteAdapter(options: SqliteAdapterOptions): StorageAdapter<SqliteDatabase, Database.Database> {
  return adapterOfRelease(currentRelease, options);
}

/** The adapter of this version of the code, or of a given release. */
export function adapterOfRelease(
  release: Release,
  options: SqliteAdapterOptions,
): StorageAdapter<SqliteDatabase, Database.Database> {
  const problem = problemWithOptions(optionRules, options);
  if (problem !== undefined) return refusingAdapter(misuse(problem));
  const { tablePrefix = defaultTablePrefix } = options;
  const source = options.database === undefined ? fileSource(options.filename) : hostSource(options.database);
  const schema = lazySchema(tablePrefix, release);
  const { databaseName, reading, writing } = source;
  const inTurn =
    (turn: InTurn): RunCall<On> =>
    (call, work) =>
      turn(call, async () => {
        // Not within a host's transaction: statements that ran meanwhile on the same connection would become part of
        // it.
        await letOthersIn();
        return onTables(schema(), databaseName, source.connection, work);
      });
  return sqlAdapter({
    own: { read: inTurn(reading), write: inTurn(writing), calls: ownCalls },
    host: (transaction: SqliteDatabase) => hostTransaction(transaction, databaseName, schema),
    begin: source.begin,
    migrate: () =>
      untilFree(() =>
        translated(
          databaseName,
          () => applyMigrations(source.connection(), schema().strategy, schema().release),
          "migrate",
        ),
      ),
    close: async () => translated(databaseName, source.close),
  });
}

interface Schema {
  readonly strategy: SqlStrategy;
  readonly release: Release;
  readonly statements: Statements;
  /** The host's connections that were passed to `within`, so that each prepares its statements once. */
  readonly hosts: WeakMap<SqliteDatabase, Connection>;
}

function onTables<T>(
  { statements, release }: Schema,
  databaseName: string,
  connect: () => Connection,
  work: (on: On) => T,
): T {
  return translated(databaseName, () => {
    const connection = connect();
    // At every call, because another process may have migrated the file since.
    checkSchema(connection, statements.readSchemaVersion, release.version);
    return work({ connection, statements });
  });
}

function hostTransaction(
  database: SqliteDatabase,
  databaseName: string,
  schema: () => Schema,
): HostAccess<On> | StorageError {
  if (!isDatabase(database)) {
    return notTransaction(database, "a Database of better-sqlite3 on which BEGIN IMMEDIATE was run", databaseName);
  }
  const connect = () => {
    if (!database.inTransaction) throw noTransactionOpen("BEGIN IMMEDIATE", database.name);
    const { hosts } = schema();
    const connection = hosts.get(database) ?? createConnection(database);
    hosts.set(database, connection);
    return connection;
  };
  const run: RunCall<On> = async (_call, work) => onTables(schema(), database.name, connect, work);
  return { databaseName: () => database.name, read: run, write: run, calls: hostCalls };
}

/** Compiled on the first call, which also refuses a bad prefix. */
function lazySchema(prefix: string, release: Release): () => Schema {
  let schema: Schema | undefined;
  return () => {
    if (schema !== undefined) return schema;
    if (!/^([A-Za-z]\w*)?$/.test(prefix)) {
      throw misuse(`"${prefix}" cannot be used as tablePrefix. Use a letter, then letters, digits and underscores.`);
    }
    const strategy = sqliteStrategy(prefix);
    schema = {
      strategy,
      release: inNamespace(release, prefix),
      statements: createStatements(strategy),
      hosts: new WeakMap(),
    };
    return schema;
  };
}

function translated<T>(databaseName: string, work: () => T, during: ErrorContext["during"] = "call"): T {
  try {
    return work();
  } catch (error) {
    throw toStorageError(error, { databaseName, during });
  }
}
