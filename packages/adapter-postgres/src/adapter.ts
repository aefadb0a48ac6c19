import {
  defaultTablePrefix,
  type HostAccess,
  misuse,
  problemWithOptions,
  type Release,
  type RunCall,
  refusingAdapter,
  type SqlStrategy,
  sayTooNew,
  sqlAdapter,
  type TableCalls,
} from "@slotwright/adapter-sql";
import type { CallOptions, StorageAdapter } from "@slotwright/core/adapter";
import type { PoolClient } from "pg";
import { hostCalls, type On, ownCalls } from "./calls.ts";
import { type PostgresPool, poolRunner, type Runner, type Source, type StatementNames } from "./connection.ts";
import { hostRunner, type PostgresTransaction } from "./host-transaction.ts";
import { applyMigrations, checkSchema } from "./migrate.ts";
import { currentRelease, defaultSchema, inNamespace } from "./migrations.ts";
import { hostSource, ownSource } from "./open.ts";
import { openTransaction } from "./open-transaction.ts";
import { optionRules } from "./options.ts";
import { problemWithServers } from "./servers.ts";
import { createStatements, type Statements } from "./statements.ts";
import { type Namespace, postgresStrategy, requireNames } from "./strategy.ts";

export type PostgresAdapterOptions = {
  /** The schema of the tables. `migrate()` creates it if it is missing. Default `public`. */
  readonly schema?: string;
  /**
   * Prefix of tables, indexes, triggers and functions: a letter, then letters, digits and underscores. Default
   * `slotwright_`.
   */
  readonly tablePrefix?: string;
  /**
   * Whether each connection prepares each statement once, under a name. Default true. Use false with PgBouncer in
   * transaction mode, unless it is version 1.21 or later with `max_prepared_statements`.
   */
  readonly preparedStatements?: boolean;
} & (
  | {
      /**
       * Where to connect, in pg's format. The adapter opens its own pool, and `close` ends it. The URL may name several
       * servers, as libpq's may: `postgres://user@a:5432,b:5432/clinic?target_session_attrs=read-write`. Each session
       * is then opened on the one that takes writes, also after a failover.
       */
      readonly connectionString: string;
      readonly pool?: never;
    }
  | {
      /** Uses your `Pool` of pg; `close()` leaves it open. Its settings neither matter nor change. */
      readonly pool: PostgresPool;
      readonly connectionString?: never;
    }
);

/**
 * Stores bookings in PostgreSQL. It is tested on 18, and the suite for adapters was run on 14 to 18. It refuses older
 * servers. Creating the adapter connects to nothing and never throws. If the server or the options are wrong, the first
 * call rejects with a `StorageError`.
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

/** The adapter of this version of the code, or of a given release. */
export function adapterOfRelease(
  release: Release,
  options: PostgresAdapterOptions,
): StorageAdapter<PostgresTransaction, PoolClient> {
  const problem = problemWithOptions(optionRules, options) ?? problemWithServers(options.connectionString ?? "");
  if (problem !== undefined) return refusingAdapter(misuse(problem));
  const { schema = defaultSchema, tablePrefix = defaultTablePrefix, preparedStatements = true } = options;
  const names: StatementNames = { areSent: preparedStatements };
  const source = options.pool === undefined ? ownSource(options.connectionString) : hostSource(options.pool);
  const database = lazySchema({ schema, prefix: tablePrefix }, { source, names, release });
  const runOn = (call: CallOptions | undefined) => poolRunner(source, { names, call });
  return sqlAdapter({
    own: session(database, ownCalls, { databaseName: () => source.databaseName, runOn, isHostTransaction: false }),
    host: (transaction: PostgresTransaction) => hostTransaction(transaction, database),
    begin: (call) => openTransaction(source, call),
    migrate: async () => applyMigrations(runOn(undefined), database()),
    close: source.close,
  });
}

/** What all calls of an adapter share, on its pool and within transactions. */
interface Schema {
  readonly source: Source;
  readonly namespace: Namespace;
  readonly names: StatementNames;
  readonly release: Release;
  readonly strategy: SqlStrategy;
  readonly statements: Statements;
  /** Whether this version can use the tables that were found. */
  isChecked: boolean;
}

/** How statements reach the database. */
interface Way extends Pick<On, "isHostTransaction"> {
  readonly databaseName: () => string;
  readonly runOn: (call: CallOptions | undefined) => Runner;
}

function session(
  open: () => Schema,
  calls: TableCalls<On>,
  { databaseName, runOn, isHostTransaction }: Way,
): HostAccess<On> {
  async function ready(run: Runner): Promise<Statements> {
    const database = open();
    if (!database.isChecked) await checkSchema(run, databaseName(), database);
    database.isChecked = true;
    return database.statements;
  }
  const read: RunCall<On> = async (call, work) => {
    const run = runOn(call);
    try {
      return await work({ run, statements: await ready(run), isHostTransaction });
    } catch (error) {
      return sayTooNew(error, () => checkSchema(run, databaseName(), open()));
    }
  };
  return { databaseName, read, write: read, calls };
}

function hostTransaction(transaction: PostgresTransaction, database: () => Schema): HostAccess<On> {
  // On the first call, because creating it must not throw either.
  let known: ReturnType<typeof hostRunner> | undefined;
  const runner = () => {
    const { source, names } = database();
    known ??= hostRunner(transaction, source.databaseName, names);
    return known;
  };
  return session(database, hostCalls, {
    isHostTransaction: true,
    databaseName: () => runner().databaseName,
    runOn: (call) => async (statement, parameters) => runner().run(call)(statement, parameters),
  });
}

/** Compiled on the first call, which also refuses bad names. */
function lazySchema(namespace: Namespace, given: Pick<Schema, "source" | "names" | "release">): () => Schema {
  let database: Schema | undefined;
  return () => {
    if (database !== undefined) return database;
    requireNames(namespace);
    const strategy = postgresStrategy(namespace);
    const statements = createStatements(strategy, namespace, given.release.routines);
    database = {
      ...given,
      release: inNamespace(given.release, namespace),
      namespace,
      strategy,
      statements,
      isChecked: false,
    };
    return database;
  };
}
