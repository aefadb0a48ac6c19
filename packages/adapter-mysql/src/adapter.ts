import {
  defaultTablePrefix,
  type HostAccess,
  misuse,
  notTransaction,
  problemWithOptions,
  type RunCall,
  refusingAdapter,
  sqlAdapter,
} from "@slotwright/adapter-sql";
import { type StorageAdapter, StorageError } from "@slotwright/core/adapter";
import type { PoolConnection } from "mysql2/promise";
import { hostCalls, ownCalls } from "./calls.ts";
import { alone, type NodeRules, rulesFor } from "./cluster.ts";
import {
  type Connection,
  isTransaction,
  type MysqlCallbacks,
  type MysqlPool,
  type MysqlTransaction,
} from "./connection.ts";
import { type ErrorContext, isMissingRoutine, toStorageError } from "./errors.ts";
import { membershipQuestion } from "./group-commit.ts";
import { createHostStatements, type HostStatements, type InHost, knownSchedules } from "./host-reads.ts";
import { hostConnection, inTurn, taken } from "./host-transaction.ts";
import { applyMigrations, checkSchema, type MigrationPlan } from "./migrate.ts";
import { currentReleases, inNamespace, type Releases } from "./migrations.ts";
import { poolSource, uriSource } from "./open.ts";
import { openTransaction } from "./open-transaction.ts";
import { optionRules } from "./options.ts";
import type { On } from "./reads.ts";
import { createStatements, type Statements } from "./statements.ts";
import { mysqlStrategy, type Namespace, serverOf, tooOld } from "./strategy.ts";
import { newSending, type Sending } from "./text-protocol.ts";

export type MysqlAdapterOptions = {
  /**
   * Prefix of tables, triggers and procedures: a letter, then letters, digits and underscores. Default `slotwright_`.
   */
  readonly tablePrefix?: string;
  /** The database of the tables. Default: the one that the connections use. */
  readonly database?: string;
  /**
   * Whether each connection prepares each statement once. Default true. Use false if something changes the text of
   * statements on their way, such as a tracer that appends a comment to each.
   */
  readonly preparedStatements?: boolean;
  /**
   * What reads on a node of a cluster show. With `cluster`, they wait until the node has applied all that was
   * acknowledged on any node. With `node`, they do not wait, and may be older. Default `cluster`. On a server that is
   * not a node, the two are the same. Galera on MariaDB is recognised, and Group Replication on MySQL where each member
   * takes writes. Your own transaction waits only where it begins: `engine.transaction` does so.
   */
  readonly readConsistency?: "cluster" | "node";
} & (
  | {
      /**
       * Where to connect: `mysql://user:password@host:3306/bookings`. The adapter opens its own pool, and `close` ends
       * it. The URI may name several servers: `mysql://app@db-1:3306,db-2:3306/bookings`. Each session is then opened
       * on one that takes writes, also after a failover.
       */
      readonly uri: string;
      readonly pool?: never;
    }
  | {
      /**
       * Uses your pool of "mysql2/promise" or "mysql2"; `close()` leaves it open. Its settings neither matter nor
       * change.
       */
      readonly pool: MysqlPool | MysqlCallbacks<MysqlPool>;
      readonly uri?: never;
    }
);

/**
 * Stores bookings in MySQL or MariaDB. It is tested on MySQL 9.7 and MariaDB 10.11, and the suite for adapters was run
 * on MariaDB 11.8. It refuses servers older than MySQL 8.0.17 and MariaDB 10.6, which lack what its tables need;
 * other versions were not run. Creating the adapter opens nothing and never throws. If the server, the pool or the
 * options are wrong, the first call rejects with a `StorageError`. A commit survives a power cut if the server has its
 * default `innodb_flush_log_at_trx_commit = 1`.
 *
 * `within(transaction)` takes a connection of mysql2 on which the host has begun a transaction, or a `Transaction` of
 * Kysely. There, `load` and `findSlots` lock the rows they return, unless those are only shown.
 *
 * @example
 * const storage = mysqlAdapter({ uri: "mysql://app:secret@localhost:3306/bookings" });
 * await storage.migrate();
 */
export function mysqlAdapter(options: MysqlAdapterOptions): StorageAdapter<MysqlTransaction, PoolConnection> {
  return adapterOfRelease(currentReleases, options);
}

/** The adapter of this version of the code, or of given releases. */
export function adapterOfRelease(
  releases: Releases,
  options: MysqlAdapterOptions,
): StorageAdapter<MysqlTransaction, PoolConnection> {
  const problem = problemWithOptions(optionRules, options);
  if (problem !== undefined) return refusingAdapter(misuse(problem));
  const { tablePrefix: prefix = defaultTablePrefix, database, preparedStatements = true, pool, uri } = options;
  const waits = options.readConsistency !== "node";
  const reads = (connection: Connection, { caughtUp: on }: NodeRules): Omit<On, "statements"> => {
    const caughtUp = on(connection);
    return { connection: waits ? caughtUp : connection, caughtUp };
  };
  const sending = newSending(preparedStatements);
  const source = pool === undefined ? uriSource(uri, database) : poolSource(pool, database);
  const planOn = lazyPlan({ prefix, database }, releases);
  const withSchema = lazySchema(planOn);
  const { databaseName } = source;
  const askMembership = membershipQuestion(mysqlStrategy({ prefix, database }, "mysql"));
  const own: RunCall<On> = (call, work) =>
    translated(databaseName, () =>
      source.use({ sending, call }, (connection) =>
        withSchema(connection, async ({ own, node }) => work({ ...reads(connection, node), statements: own })),
      ),
    );
  return sqlAdapter({
    own: { read: own, write: own, calls: ownCalls },
    host: (transaction: MysqlTransaction) => hostTransaction(transaction, databaseName, withSchema, sending),
    begin: (call) =>
      openTransaction(
        source,
        { sending, call },
        {
          askMembership,
          rulesOn: async (on) => (waits ? (await planOn(on)).node : alone),
        },
      ),
    migrate: () =>
      translated(
        databaseName,
        () =>
          source.use({ sending, call: undefined }, async (connection) =>
            applyMigrations(connection, await planOn(connection)),
          ),
        "migrate",
      ),
    close: () => translated(databaseName, source.close),
  });
}

/** The statements for the server that answered. */
interface Schema extends Pick<MigrationPlan, "node"> {
  readonly own: Statements;
  readonly host: HostStatements;
}

function hostTransaction(
  transaction: MysqlTransaction,
  databaseName: string,
  withSchema: WithSchema,
  sending: Sending,
): HostAccess<InHost> | StorageError {
  if (!isTransaction(transaction)) return notTransaction(transaction, taken, databaseName);
  const schedules = knownSchedules(transaction);
  const run: RunCall<InHost> = (call, work) => {
    const connection = hostConnection(transaction, databaseName, { sending, call });
    const ready = () =>
      withSchema(connection, async ({ host }) =>
        work({ connection, caughtUp: connection, statements: host, schedules }),
      );
    return translated(databaseName, () =>
      inTurn(transaction, () => translated(connection.databaseName, ready, "host")),
    );
  };
  return { databaseName: () => databaseName, read: run, write: run, calls: hostCalls };
}

/** The first connection tells which server it is. A bad option is refused here as well. */
function lazyPlan(namespace: Namespace, releases: Releases): (connection: Connection) => Promise<MigrationPlan> {
  let known: MigrationPlan | undefined;
  return async (connection) => {
    if (known !== undefined) return known;
    refuseBadNames(namespace);
    // Without JSON functions, which an old server lacks.
    const version = `select convert(concat('"', version(), '"') using binary) as doc`;
    const [found = ""] = await connection.documents<string>(version, []);
    refuseOldServer(connection, found);
    const server = serverOf(found);
    const strategy = mysqlStrategy(namespace, server);
    const node = await rulesFor(connection, strategy.server.cluster);
    known = { strategy, release: inNamespace(releases[server], namespace), node };
    return known;
  };
}

/** Runs work that needs the schema, which is checked the first time. */
type WithSchema = <T>(connection: Connection, work: (schema: Schema) => Promise<T>) => Promise<T>;

function lazySchema(planOn: ReturnType<typeof lazyPlan>): WithSchema {
  let known: Schema | undefined;
  return async (connection, work) => {
    const plan = await planOn(connection);
    if (known === undefined) {
      await checkSchema(connection, plan);
      const { strategy, release, node } = plan;
      known = {
        node,
        own: createStatements(strategy, release.routines),
        host: createHostStatements(strategy, release.routines),
      };
    }
    try {
      return await work(known);
    } catch (error) {
      // A later migration may have dropped what this code calls. Then the error says so.
      if (isMissingRoutine(error)) await checkSchema(connection, plan);
      throw error;
    }
  };
}

function refuseOldServer({ databaseName }: Connection, version: string): void {
  const old = tooOld(version);
  if (old === undefined) return;
  throw new StorageError(
    "unavailable",
    `The server of the database ${databaseName} is ${old.found}, which is too old. Use ${old.needed} or later.`,
  );
}

function refuseBadNames({ prefix, database }: Namespace): void {
  if (!/^([A-Za-z]\w{0,23})?$/.test(prefix)) {
    throw misuse(
      `"${prefix}" cannot be used as tablePrefix. Use a letter, then up to 23 letters, digits and underscores.`,
    );
  }
  if (database !== undefined && !/^[^`\0]{1,64}$/.test(database)) {
    throw misuse(`"${database}" cannot be used as database. Use the name of an existing database.`);
  }
}

async function translated<T>(
  databaseName: string,
  work: () => Promise<T>,
  during: ErrorContext["during"] = "call",
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toStorageError(error, { databaseName, during });
  }
}
