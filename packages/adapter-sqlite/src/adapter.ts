import {
  defaultTablePrefix,
  migrationWithin,
  misuse,
  noTransactionOpen,
  notTransaction,
  problemWithOptions,
  type Release,
  refusingAdapter,
  type SqlStrategy,
  transactionWithin,
} from "@slotwright/adapter-sql";
import type {
  CallOptions,
  CommitOutcome,
  RecordKey,
  StorageAdapter,
  StoredSettings,
  Transition,
} from "@slotwright/core";
import type Database from "better-sqlite3";
import { commitBatch, commitInHost } from "./commit.ts";
import {
  type Connection,
  createConnection,
  inSnapshot,
  refuseInsideHostTransaction,
  type SqliteDatabase,
} from "./connection.ts";
import { type ErrorContext, toStorageError } from "./errors.ts";
import { applyMigrations, checkSchema, untilFree } from "./migrate.ts";
import { currentRelease, placed } from "./migrations.ts";
import { fileSource, hostSource } from "./open.ts";
import { atOnce, type InTurn } from "./open-transaction.ts";
import { isDatabase, optionRules } from "./options.ts";
import { findAppointments, findSlots, kindsOf, loadRecords, readJournal } from "./reads.ts";
import { readClock, readSettings, storeSettings, storeSettingsInHost } from "./settings.ts";
import { createStatements, type Statements } from "./statements.ts";
import { sqliteStrategy } from "./strategy.ts";
import { letOthersIn } from "./turn.ts";

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
       * An open `Database` of better-sqlite3 that stays the host's. Its settings are kept, with one exception:
       * `synchronous` is raised to FULL if it is lower, so that an acknowledged booking survives a power cut. Its busy
       * timeout applies, which blocks the event loop: 5 seconds unless the host chose another.
       */
      readonly database: SqliteDatabase;
      readonly filename?: never;
    }
);

/**
 * Stores bookings in SQLite. Creating the adapter touches no file and never throws: what is wrong with the file, the
 * database or the options, the first call says by rejecting with a `StorageError`.
 *
 * `within(transaction)` takes a `Database` of better-sqlite3 on which the host has run BEGIN (better IMMEDIATE: a
 * transaction that has read cannot write any more once another connection wrote); it need not be the adapter's own.
 * Its settings are the host's: without `synchronous=FULL`, what it commits may not survive a power cut.
 * Within a Kysely transaction, pass the database that its `SqliteDialect` uses.
 *
 * @example
 * const storage = sqliteAdapter({ filename: "bookings.sqlite" });
 * await storage.migrate();
 */
export function sqliteAdapter(options: SqliteAdapterOptions): StorageAdapter<SqliteDatabase, Database.Database> {
  return adapterOfRelease(currentRelease, options);
}

/** The adapter as it is in this version of the code, or in another one whose migrations are given. */
export function adapterOfRelease(
  release: Release,
  options: SqliteAdapterOptions,
): StorageAdapter<SqliteDatabase, Database.Database> {
  const problem = problemWithOptions(optionRules, options);
  if (problem !== undefined) return refusingAdapter(misuse(problem));
  const { tablePrefix = defaultTablePrefix } = options;
  const source = options.database === undefined ? fileSource(options.filename) : hostSource(options.database);
  const schema = lazySchema(tablePrefix, release);
  return {
    ...operations({ ...source, ...ownTransactions, schema }),
    within: (transaction) => withinTransaction(transaction, source.file, schema),
    begin: source.begin,
    migrate: () =>
      untilFree(() =>
        translated(
          source.file,
          () => applyMigrations(source.connection(), schema().strategy, schema().release),
          "migrate",
        ),
      ),
    close: async () => translated(source.file, source.close),
  };
}

interface Schema {
  readonly strategy: SqlStrategy;
  readonly release: Release;
  readonly statements: Statements;
  /** The connections of the host's that were passed to `within`, so that each prepares its statements once. */
  readonly hosts: WeakMap<SqliteDatabase, Connection>;
}

/** How the contract is kept on one connection. */
interface Session {
  readonly file: string;
  readonly connection: () => Connection;
  readonly schema: () => Schema;
  readonly reading: InTurn;
  readonly writing: InTurn;
  /** Not within a host's transaction: whatever ran meanwhile on the same connection would become part of it. */
  readonly letsOthersIn: boolean;
  readonly read: <T>(connection: Connection, work: () => T) => T;
  readonly load: <T>(connection: Connection, statements: Statements, keys: readonly RecordKey[], work: () => T) => T;
  readonly commit: (
    connection: Connection,
    statements: Statements,
    transitions: readonly Transition[],
  ) => readonly CommitOutcome[];
  readonly storeSettings: (connection: Connection, statements: Statements, settings: StoredSettings) => StoredSettings;
}

type OwnOrHost = Pick<Session, "letsOthersIn" | "read" | "load" | "commit" | "storeSettings">;

const ownTransactions: OwnOrHost = {
  letsOthersIn: true,
  read: (connection, work) => {
    refuseInsideHostTransaction(connection);
    return work();
  },
  // One statement is a snapshot by itself.
  load: (connection, _statements, keys, work) =>
    kindsOf(keys).length > 1 ? inSnapshot(connection, work) : ownTransactions.read(connection, work),
  commit: commitBatch,
  storeSettings,
};

const hostTransaction: OwnOrHost = {
  letsOthersIn: false,
  read: (_connection, work) => work(),
  // SQLite locks no rows: whoever has the write lock has them all.
  load: (connection, statements, _keys, work) => {
    connection.run(statements.lock);
    return work();
  },
  commit: commitInHost,
  storeSettings: storeSettingsInHost,
};

type Operations = Omit<StorageAdapter<SqliteDatabase>, "within" | "begin" | "migrate" | "close">;

function operations(session: Session): Operations {
  async function call<T>(work: (connection: Connection, statements: Statements) => T): Promise<T> {
    if (session.letsOthersIn) await letOthersIn();
    return translated(session.file, () => {
      const { statements, release } = session.schema();
      const connection = session.connection();
      // At every call: another process may have migrated the file since.
      checkSchema(connection, statements.readSchemaVersion, release.version);
      return work(connection, statements);
    });
  }
  const inTurn =
    (turn: InTurn) =>
    <T>(options: CallOptions | undefined, work: (connection: Connection, statements: Statements) => T): Promise<T> =>
      turn(options, () => call(work));
  const [reading, writing] = [inTurn(session.reading), inTurn(session.writing)];
  return {
    contract: 1,
    load: (keys, options) =>
      reading(options, (connection, statements) =>
        session.load(connection, statements, keys, () => loadRecords(connection, statements, keys)),
      ),
    findSlots: (query, options) =>
      reading(options, (connection, statements) =>
        session.read(connection, () => findSlots(connection, statements, query)),
      ),
    findAppointments: (query, options) =>
      reading(options, (connection, statements) =>
        session.read(connection, () => findAppointments(connection, statements, query)),
      ),
    readJournal: (query, options) =>
      reading(options, (connection, statements) =>
        session.read(connection, () => readJournal(connection, statements, query)),
      ),
    commit: (transitions, options) =>
      writing(options, (connection, statements) => session.commit(connection, statements, transitions)),
    readSettings: (options) =>
      reading(options, (connection, statements) =>
        session.read(connection, () => readSettings(connection, statements)),
      ),
    storeSettings: (settings, options) =>
      writing(options, (connection, statements) => session.storeSettings(connection, statements, settings)),
    readClock: (options) => reading(options, readClock),
  };
}

function withinTransaction(
  database: SqliteDatabase,
  file: string,
  schema: () => Schema,
): StorageAdapter<SqliteDatabase> {
  if (!isDatabase(database)) {
    return refusingAdapter(
      notTransaction(database, "a Database of better-sqlite3 on which BEGIN IMMEDIATE was run", file),
    );
  }
  const session: Session = {
    ...hostTransaction,
    reading: atOnce,
    writing: atOnce,
    schema,
    file: database.name,
    connection: () => {
      if (!database.inTransaction) throw noTransactionOpen("BEGIN IMMEDIATE", database.name);
      const { hosts } = schema();
      const connection = hosts.get(database) ?? createConnection(database);
      hosts.set(database, connection);
      return connection;
    },
  };
  return {
    ...operations(session),
    within: (other) => withinTransaction(other, file, schema),
    migrate: async () => {
      throw migrationWithin(database.name);
    },
    begin: async () => {
      throw transactionWithin(database.name);
    },
    close: async () => {},
  };
}

/** Compiled on the first call, which is also where a bad prefix is refused. */
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
      release: placed(release, prefix),
      statements: createStatements(strategy),
      hosts: new WeakMap(),
    };
    return schema;
  };
}

function translated<T>(file: string, work: () => T, during: ErrorContext["during"] = "call"): T {
  try {
    return work();
  } catch (error) {
    throw toStorageError(error, { file, during });
  }
}
