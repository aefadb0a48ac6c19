import {
  defaultTablePrefix,
  migrationWithin,
  misuse,
  notTransaction,
  problemWithOptions,
  refusingAdapter,
  transactionWithin,
} from "@slotwright/adapter-sql";
import {
  type CallOptions,
  type CommitOutcome,
  type StorageAdapter,
  StorageError,
  type StoredSettings,
  type Transition,
} from "@slotwright/core";
import type { PoolConnection } from "mysql2/promise";
import { commitBatch, type Writer } from "./commit.ts";
import {
  type Connection,
  isTransaction,
  type MysqlCallbacks,
  type MysqlPool,
  type MysqlTransaction,
} from "./connection.ts";
import { type ErrorContext, isMissingRoutine, toStorageError } from "./errors.ts";
import { hostConnection, inTurn, taken, withSavepoint, writeInHost } from "./host-transaction.ts";
import { anySchedules, knownSchedules } from "./known-schedules.ts";
import { applyMigrations, checkSchema, type MigrationPlan } from "./migrate.ts";
import { currentReleases, placed, type Releases } from "./migrations.ts";
import { poolSource, type Source, uriSource } from "./open.ts";
import { openTransaction } from "./open-transaction.ts";
import { optionRules } from "./options.ts";
import { writeInOwn } from "./own-transaction.ts";
import { findAppointments, findSlots, loadRecords, loadReplayed, lookAt, type Reading, readJournal } from "./reads.ts";
import { readClock, readSettings, readSettingsInHost, storeSettings, storeSettingsInHost } from "./settings.ts";
import { createHostStatements, createStatements, type Statements } from "./statements.ts";
import { mysqlStrategy, type Place, serverOf, tooOld } from "./strategy.ts";
import { newSending, type Sending } from "./text-protocol.ts";

export type MysqlAdapterOptions = {
  /** Prefix of tables, triggers and procedures: a letter, then letters, digits and underscores. Default `slotwright_`. */
  readonly tablePrefix?: string;
  /** The database of the tables. Default: the one that the connections use. */
  readonly database?: string;
  /**
   * Whether each connection prepares each statement once. Default true. False where something changes the text of
   * statements on their way, such as a tracer that appends a comment to each.
   */
  readonly preparedStatements?: boolean;
} & (
  | {
      /** Where the adapter opens a pool of its own: `mysql://user:password@host:3306/bookings`. */
      readonly uri: string;
      readonly pool?: never;
    }
  | {
      /** A pool of "mysql2/promise" or "mysql2", which stays the host's. None of its settings matters, or is changed. */
      readonly pool: MysqlPool | MysqlCallbacks<MysqlPool>;
      readonly uri?: never;
    }
);

/**
 * Stores bookings in MySQL or MariaDB. It is tested on MySQL 9.7 and MariaDB 10.11, written for MySQL 8.0.16 and MariaDB
 * 10.6 or later, and refuses older servers. Creating the adapter opens nothing and never throws: what is wrong with the
 * server, the pool or the options, the first call says by rejecting with a `StorageError`. A commit survives a power cut if the server has its default `innodb_flush_log_at_trx_commit = 1`.
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

/** The adapter as it is in this version of the code, or in another one whose migrations are given. */
export function adapterOfRelease(
  releases: Releases,
  options: MysqlAdapterOptions,
): StorageAdapter<MysqlTransaction, PoolConnection> {
  const problem = problemWithOptions(optionRules, options);
  if (problem !== undefined) return refusingAdapter(misuse(problem));
  const { tablePrefix: prefix = defaultTablePrefix, database, preparedStatements = true, pool, uri } = options;
  const sending = newSending(preparedStatements);
  const source = pool === undefined ? uriSource(uri, database) : poolSource(pool, database);
  const planOn = lazyPlan({ prefix, database }, releases);
  const withSchema = lazySchema(planOn);
  return {
    ...operations(ownTransactions(source, withSchema, sending), source.name),
    within: (transaction) => withinTransaction(transaction, source.name, withSchema, sending),
    begin: (call) => openTransaction(source, { sending, call }),
    migrate: () =>
      translated(
        source.name,
        () =>
          source.use({ sending, call: undefined }, async (connection) =>
            applyMigrations(connection, await planOn(connection)),
          ),
        "migrate",
      ),
    close: () => translated(source.name, source.close),
  };
}

/** The statements for the server that answered. */
interface Schema {
  readonly own: Statements;
  readonly host: Statements;
}

/** How the contract is kept, in transactions of our own or in the host's. */
interface Session {
  readonly read: <T>(call: CallOptions | undefined, work: (reading: Reading) => Promise<T>) => Promise<T>;
  readonly commit: (
    transitions: readonly Transition[],
    call: CallOptions | undefined,
  ) => Promise<readonly CommitOutcome[]>;
  readonly readSettings: (call: CallOptions | undefined) => Promise<StoredSettings | undefined>;
  readonly storeSettings: (settings: StoredSettings, call: CallOptions | undefined) => Promise<StoredSettings>;
}

type Operations = Omit<StorageAdapter<MysqlTransaction>, "within" | "begin" | "migrate" | "close">;

function operations({ read, commit, readSettings, storeSettings }: Session, name: string): Operations {
  const reading =
    <Asked, Answer>(work: (reading: Reading, asked: Asked) => Promise<Answer>) =>
    (asked: Asked, call?: CallOptions) =>
      translated(name, () => read(call, (reading) => work(reading, asked)));
  return {
    contract: 1,
    load: reading(loadRecords),
    findSlots: reading(findSlots),
    findAppointments: reading(findAppointments),
    readJournal: reading(readJournal),
    commit: (transitions, call) => translated(name, () => commit(transitions, call)),
    readSettings: (call) => translated(name, () => readSettings(call)),
    storeSettings: (settings, call) => translated(name, () => storeSettings(settings, call)),
    readClock: (call) => translated(name, () => read(call, readClock)),
  };
}

function ownWriter(connection: Connection, statements: Statements): Writer {
  return {
    commits: true,
    write: (transitions) => writeInOwn(connection, statements, transitions),
    look: (keys) => lookAt(connection.read, statements, keys),
    loadReplayed: (ids) => loadReplayed(connection, statements, ids),
  };
}

/** Here, rows that others have locked are waited for. */
function hostWriter(connection: Connection, statements: Statements): Writer {
  const reading = { connection, statements, schedules: anySchedules };
  return {
    commits: false,
    write: (transitions) => writeInHost(connection, statements, transitions),
    look: async (keys) => ({ stored: await loadRecords(reading, keys), locked: new Set() }),
    loadReplayed: (ids) => loadReplayed(connection, statements, ids),
  };
}

function ownTransactions(source: Source, withSchema: WithSchema, sending: Sending): Session {
  return {
    read: (call, work) =>
      source.use({ sending, call }, (connection) =>
        withSchema(connection, ({ own }) => work({ connection, statements: own, schedules: anySchedules })),
      ),
    commit: (transitions, call) =>
      source.use({ sending, call }, (connection) =>
        withSchema(connection, ({ own }) => commitBatch(ownWriter(connection, own), transitions)),
      ),
    readSettings: (call) =>
      source.use({ sending, call }, (connection) => withSchema(connection, ({ own }) => readSettings(connection, own))),
    storeSettings: (settings, call) =>
      source.use({ sending, call }, (connection) =>
        withSchema(connection, ({ own }) => storeSettings(connection, own, settings)),
      ),
  };
}

function hostTransaction(
  transaction: MysqlTransaction,
  name: string,
  withSchema: WithSchema,
  sending: Sending,
): Session {
  const schedules = knownSchedules(transaction);
  const run = <T>(
    call: CallOptions | undefined,
    work: (connection: Connection, statements: Statements) => Promise<T>,
  ) => {
    const connection = hostConnection(transaction, name, { sending, call });
    const ready = () => withSchema(connection, ({ host }) => work(connection, host));
    return inTurn(transaction, () => translated(connection.name, ready, "host"));
  };
  return {
    read: (call, work) =>
      run(call, (connection, statements) =>
        withSavepoint(connection, () => work({ connection, statements, schedules })),
      ),
    commit: (transitions, call) =>
      run(call, async (connection, statements) => {
        const outcomes = await commitBatch(hostWriter(connection, statements), transitions);
        schedules.learnStale(outcomes);
        return outcomes;
      }),
    readSettings: (call) => run(call, readSettingsInHost),
    storeSettings: (settings, call) =>
      run(call, (connection, statements) => storeSettingsInHost(connection, statements, settings)),
  };
}

function withinTransaction(
  transaction: MysqlTransaction,
  name: string,
  withSchema: WithSchema,
  sending: Sending,
): StorageAdapter<MysqlTransaction> {
  if (!isTransaction(transaction)) {
    return refusingAdapter(notTransaction(transaction, taken, name));
  }
  return {
    ...operations(hostTransaction(transaction, name, withSchema, sending), name),
    within: (other) => withinTransaction(other, name, withSchema, sending),
    migrate: async () => {
      throw migrationWithin(name);
    },
    begin: async () => {
      throw transactionWithin(name);
    },
    close: async () => {},
  };
}

/** Which server it is, the first connection tells; a bad option is refused here as well. */
function lazyPlan(place: Place, releases: Releases): (connection: Connection) => Promise<MigrationPlan> {
  let known: MigrationPlan | undefined;
  return async (connection) => {
    if (known !== undefined) return known;
    refuseBadNames(place);
    // Without JSON functions: an old server has none.
    const version = `select convert(concat('"', version(), '"') using binary) as doc`;
    const [found = ""] = await connection.documents<string>(version, []);
    refuseOldServer(connection, found);
    const server = serverOf(found);
    known = { strategy: mysqlStrategy(place, server), release: placed(releases[server], place) };
    return known;
  };
}

/** Runs what needs the schema, which is looked at the first time. */
type WithSchema = <T>(connection: Connection, work: (schema: Schema) => Promise<T>) => Promise<T>;

function lazySchema(planOn: ReturnType<typeof lazyPlan>): WithSchema {
  let known: Schema | undefined;
  return async (connection, work) => {
    const plan = await planOn(connection);
    if (known === undefined) {
      await checkSchema(connection, plan);
      const { strategy, release } = plan;
      known = {
        own: createStatements(strategy, release.routines),
        host: createHostStatements(strategy, release.routines),
      };
    }
    try {
      return await work(known);
    } catch (error) {
      // A later migration may have dropped what this code calls, and then that is what has to be said.
      if (isMissingRoutine(error)) await checkSchema(connection, plan);
      throw error;
    }
  };
}

function refuseOldServer({ name }: Connection, version: string): void {
  const old = tooOld(version);
  if (old === undefined) return;
  throw new StorageError(
    "unavailable",
    `The server of the database ${name} is ${old.found}, which is too old. Use ${old.needed} or later.`,
  );
}

function refuseBadNames({ prefix, database }: Place): void {
  if (!/^([A-Za-z]\w{0,23})?$/.test(prefix)) {
    throw misuse(
      `"${prefix}" cannot be used as tablePrefix. Use a letter, then up to 23 letters, digits and underscores.`,
    );
  }
  if (database !== undefined && !/^[^`\0]{1,64}$/.test(database)) {
    throw misuse(`"${database}" cannot be used as database. Use the name of one that exists.`);
  }
}

async function translated<T>(
  name: string,
  work: () => Promise<T>,
  during: ErrorContext["during"] = "call",
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toStorageError(error, { name, during });
  }
}
