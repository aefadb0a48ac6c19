import {
  defaultTablePrefix,
  migrationWithin,
  misuse,
  problemWithOptions,
  type Release,
  refusingAdapter,
  type SqlStrategy,
  sayTooNew,
  transactionWithin,
} from "@slotwright/adapter-sql";
import type { CallOptions, RecordKey, StorageAdapter, StoredSettings, Transition } from "@slotwright/core";
import type { PoolClient } from "pg";
import { commitBatch } from "./commit.ts";
import { type Names, type PostgresPool, poolRunner, type Runner, type Source } from "./connection.ts";
import { hostSession, type PostgresTransaction } from "./host-transaction.ts";
import { applyMigrations, checkSchema } from "./migrate.ts";
import { currentRelease, defaultSchema, placed } from "./migrations.ts";
import { hostSource, ownSource } from "./open.ts";
import { openTransaction } from "./open-transaction.ts";
import { optionRules } from "./options.ts";
import { findAppointments, findSlots, loadRecords, readJournal } from "./reads.ts";
import { readClock, readSettings, storeSettings } from "./settings.ts";
import { createStatements, type LoadStatement, type Statements } from "./statements.ts";
import { type Place, postgresStrategy, requireNames } from "./strategy.ts";

export type PostgresAdapterOptions = {
  /** The schema of the tables; `migrate()` creates it if it is missing. Default `public`. */
  readonly schema?: string;
  /** Prefix of tables, indexes, triggers and functions: a letter, then letters, digits and underscores. Default `slotwright_`. */
  readonly tablePrefix?: string;
  /**
   * Whether each connection prepares each statement once, under a name. Default true. False for PgBouncer in
   * transaction mode, unless it is of version 1.21 or later with `max_prepared_statements`.
   */
  readonly preparedStatements?: boolean;
} & (
  | {
      /** Where to connect, as pg takes it. The pool of connections is the adapter's, and `close` ends it. */
      readonly connectionString: string;
      readonly pool?: never;
    }
  | {
      /** A `Pool` of pg that stays the host's. None of its settings matters here, and none of them is changed. */
      readonly pool: PostgresPool;
      readonly connectionString?: never;
    }
);

/**
 * Stores bookings in PostgreSQL. It is tested on 18, was run once on 15, is written for 14 or later, and refuses older
 * servers. Creating the adapter connects to nothing and never throws: what is wrong with the server or the options, the
 * first call says by rejecting with a `StorageError`.
 *
 * `within(transaction)` takes a client of pg on which the host has run BEGIN, or a `Transaction` of Kysely.
 *
 * @example
 * const storage = postgresAdapter({ pool: new Pool({ connectionString: process.env.DATABASE_URL }) });
 * await storage.migrate();
 */
export function postgresAdapter(options: PostgresAdapterOptions): StorageAdapter<PostgresTransaction, PoolClient> {
  return adapterOfRelease(currentRelease, options);
}

/** The adapter as it is in this version of the code, or in another one whose migrations are given. */
export function adapterOfRelease(
  release: Release,
  options: PostgresAdapterOptions,
): StorageAdapter<PostgresTransaction, PoolClient> {
  const problem = problemWithOptions(optionRules, options);
  if (problem !== undefined) return refusingAdapter(misuse(problem));
  const { schema = defaultSchema, tablePrefix = defaultTablePrefix, preparedStatements = true } = options;
  const names: Names = { areSent: preparedStatements };
  const source = options.pool === undefined ? ownSource(options.connectionString) : hostSource(options.pool);
  const database = lazyDatabase({ schema, prefix: tablePrefix }, { source, names, release });
  const run = (call: CallOptions | undefined) => poolRunner(source, { names, call });
  return {
    ...operations({ place: () => source.place, run, load: ({ load }) => load, waits: false, database }),
    within: (transaction) => withinTransaction(transaction, database),
    begin: (call) => openTransaction(source, call),
    migrate: async () => {
      return applyMigrations(run(undefined), database());
    },
    close: source.close,
  };
}

/** What all calls of an adapter share, on its pool and within transactions. */
interface Database {
  readonly source: Source;
  readonly place: Place;
  readonly names: Names;
  readonly release: Release;
  readonly strategy: SqlStrategy;
  readonly statements: Statements;
  /** Whether the tables were found to be such as this version can go on with. */
  isChecked: boolean;
}

/** How the contract is kept on one pool, or in one transaction. */
interface Session {
  readonly place: () => string;
  readonly run: (call: CallOptions | undefined) => Runner;
  readonly load: (statements: Statements) => LoadStatement;
  /** Whether a commit waits for rows that others have locked. */
  readonly waits: boolean;
  readonly database: () => Database;
}

type Operations = Omit<StorageAdapter<PostgresTransaction>, "within" | "begin" | "migrate" | "close">;

function operations({ place, run: runOf, load, waits, database: open }: Session): Operations {
  async function ready(run: Runner): Promise<Statements> {
    const database = open();
    if (!database.isChecked) await checkSchema(run, place(), database);
    database.isChecked = true;
    return database.statements;
  }
  const withRunner =
    <Asked, Answer>(work: (run: Runner, statements: Statements, asked: Asked) => Promise<Answer>) =>
    async (asked: Asked, call?: CallOptions): Promise<Answer> => {
      const run = runOf(call);
      try {
        return await work(run, await ready(run), asked);
      } catch (error) {
        return sayTooNew(error, () => checkSchema(run, place(), open()));
      }
    };
  return {
    contract: 1,
    load: withRunner((run, statements, keys: readonly RecordKey[]) => loadRecords(run, load(statements), keys)),
    findSlots: withRunner(findSlots),
    findAppointments: withRunner(findAppointments),
    readJournal: withRunner(readJournal),
    commit: withRunner((run, { commit: statement }, transitions: readonly Transition[]) =>
      commitBatch({ run, statement, waits }, transitions),
    ),
    readSettings: (call) => withRunner((run, statements) => readSettings(run, statements))(undefined, call),
    storeSettings: withRunner((run, statements, settings: StoredSettings) =>
      storeSettings(run, statements, waits ? statements.storeSetting : statements.storeSettingSoon, settings),
    ),
    readClock: (call) => withRunner((run, statements) => readClock(run, statements))(undefined, call),
  };
}

function withinTransaction(
  transaction: PostgresTransaction,
  database: () => Database,
): StorageAdapter<PostgresTransaction> {
  // On the first call, for it must not throw here either.
  let known: ReturnType<typeof hostSession> | undefined;
  const session = () => {
    const { source, names } = database();
    known ??= hostSession(transaction, source.place, names);
    return known;
  };
  return {
    ...operations({
      place: () => session().place,
      run: (call) => async (statement, parameters) => session().run(call)(statement, parameters),
      load: ({ loadAndLock }) => loadAndLock,
      waits: true,
      database,
    }),
    within: (other) => withinTransaction(other, database),
    migrate: async () => {
      throw migrationWithin(session().place);
    },
    begin: async () => {
      throw transactionWithin(session().place);
    },
    close: async () => {},
  };
}

/** Compiled on the first call, which is also where bad names are refused. */
function lazyDatabase(place: Place, given: Pick<Database, "source" | "names" | "release">): () => Database {
  let database: Database | undefined;
  return () => {
    if (database !== undefined) return database;
    requireNames(place);
    const strategy = postgresStrategy(place);
    const statements = createStatements(strategy, place, given.release.routines);
    database = { ...given, release: placed(given.release, place), place, strategy, statements, isChecked: false };
    return database;
  };
}
