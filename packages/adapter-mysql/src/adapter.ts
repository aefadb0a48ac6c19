import {
  defaultTablePrefix,
  migrationWithin,
  misuse,
  notTransaction,
  problemWithOptions,
  refusingAdapter,
  transactionWithin,
} from "@slotwright/adapter-sql";
import { type CommitOutcome, type StorageAdapter, StorageError, type Transition } from "@slotwright/core";
import type { PoolConnection } from "mysql2/promise";
import { commitBatch, type Writer } from "./commit.ts";
import {
  type Connection,
  isTransaction,
  type MysqlCallbacks,
  type MysqlPool,
  type MysqlTransaction,
} from "./connection.ts";
import { type ErrorContext, toStorageError } from "./errors.ts";
import { hostConnection, inTurn, taken, withSavepoint, writeInHost } from "./host-transaction.ts";
import { anySchedules, knownSchedules } from "./known-schedules.ts";
import { applyMigrations, checkSchema } from "./migrate.ts";
import { poolSource, type Source, uriSource } from "./open.ts";
import { openTransaction } from "./open-transaction.ts";
import { optionRules } from "./options.ts";
import { writeInOwn } from "./own-transaction.ts";
import { findAppointments, findSlots, loadRecords, loadReplayed, lookAt, type Reading, readJournal } from "./reads.ts";
import { createHostStatements, createStatements, type Statements } from "./statements.ts";
import { type MysqlStrategy, mysqlStrategy, type Place, serverOf, tooOld } from "./strategy.ts";

export type MysqlAdapterOptions = {
  /** Prefix of tables, triggers and procedures: a letter, then letters, digits and underscores. Default `slotwright_`. */
  readonly tablePrefix?: string;
  /** The database of the tables. Default: the one that the connections use. */
  readonly database?: string;
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
 * Stores bookings in MySQL (8.0 and later) or MariaDB (10.6 and later). Creating the adapter opens nothing and never
 * throws: what is wrong with the server, the pool or the options, the first call says by rejecting with a
 * `StorageError`. A commit survives a power cut if the server has its default `innodb_flush_log_at_trx_commit = 1`.
 *
 * `within(transaction)` takes a connection of mysql2 on which the host has begun a transaction, or a `Transaction` of
 * Kysely. There, `load` and `findSlots` lock the rows they return, unless those are only shown.
 *
 * @example
 * const storage = mysqlAdapter({ uri: "mysql://app:secret@localhost:3306/bookings" });
 * await storage.migrate();
 */
export function mysqlAdapter(options: MysqlAdapterOptions): StorageAdapter<MysqlTransaction, PoolConnection> {
  const problem = problemWithOptions(optionRules, options);
  if (problem !== undefined) return refusingAdapter(misuse(problem));
  const { tablePrefix: prefix = defaultTablePrefix, database, pool, uri } = options;
  const source = pool === undefined ? uriSource(uri, database) : poolSource(pool, database);
  const strategyOn = lazyStrategy({ prefix, database });
  const schemaOn = lazySchema(strategyOn);
  return {
    ...operations(ownTransactions(source, schemaOn), source.name),
    within: (transaction) => withinTransaction(transaction, source.name, schemaOn),
    begin: () => openTransaction(source),
    migrate: () =>
      translated(
        source.name,
        () => source.use(async (connection) => applyMigrations(connection, await strategyOn(connection))),
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
  readonly read: <T>(work: (reading: Reading) => Promise<T>) => Promise<T>;
  readonly commit: (transitions: readonly Transition[]) => Promise<readonly CommitOutcome[]>;
}

type Operations = Omit<StorageAdapter<MysqlTransaction>, "within" | "begin" | "migrate" | "close">;

function operations({ read, commit }: Session, name: string): Operations {
  const call = <T>(work: () => Promise<T>) => translated(name, work);
  return {
    contract: 1,
    load: (keys) => call(() => read((reading) => loadRecords(reading, keys))),
    findSlots: (query) => call(() => read((reading) => findSlots(reading, query))),
    findAppointments: (query) => call(() => read((reading) => findAppointments(reading, query))),
    readJournal: (query) => call(() => read((reading) => readJournal(reading, query))),
    commit: (transitions) => call(() => commit(transitions)),
  };
}

function ownWriter(connection: Connection, statements: Statements): Writer {
  return {
    write: (transitions) => writeInOwn(connection, statements, transitions),
    look: (keys) => lookAt(connection.read, statements, keys),
    loadReplayed: (ids) => loadReplayed(connection, statements, ids),
  };
}

/** Here, rows that others have locked are waited for. */
function hostWriter(connection: Connection, statements: Statements): Writer {
  const reading = { connection, statements, schedules: anySchedules };
  return {
    write: (transitions) => writeInHost(connection, statements, transitions),
    look: async (keys) => ({ stored: await loadRecords(reading, keys), locked: new Set() }),
    loadReplayed: (ids) => loadReplayed(connection, statements, ids),
  };
}

function ownTransactions(source: Source, schemaOn: (connection: Connection) => Promise<Schema>): Session {
  return {
    read: (work) =>
      source.use(async (connection) => {
        const { own: statements } = await schemaOn(connection);
        return work({ connection, statements, schedules: anySchedules });
      }),
    commit: (transitions) =>
      source.use(async (connection) => {
        const { own } = await schemaOn(connection);
        return commitBatch(ownWriter(connection, own), transitions);
      }),
  };
}

function hostTransaction(
  transaction: MysqlTransaction,
  name: string,
  schemaOn: (connection: Connection) => Promise<Schema>,
): Session {
  const connection = hostConnection(transaction, name);
  const schedules = knownSchedules(transaction);
  const run = <T>(work: (statements: Statements) => Promise<T>) =>
    inTurn(transaction, () => translated(connection.name, async () => work((await schemaOn(connection)).host), "host"));
  return {
    read: (work) => run((statements) => withSavepoint(connection, () => work({ connection, statements, schedules }))),
    commit: (transitions) =>
      run(async (statements) => {
        const outcomes = await commitBatch(hostWriter(connection, statements), transitions);
        schedules.learnStale(outcomes);
        return outcomes;
      }),
  };
}

function withinTransaction(
  transaction: MysqlTransaction,
  name: string,
  schemaOn: (connection: Connection) => Promise<Schema>,
): StorageAdapter<MysqlTransaction> {
  if (!isTransaction(transaction)) {
    return refusingAdapter(notTransaction(transaction, taken, name));
  }
  return {
    ...operations(hostTransaction(transaction, name, schemaOn), name),
    within: (other) => withinTransaction(other, name, schemaOn),
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
function lazyStrategy(place: Place): (connection: Connection) => Promise<MysqlStrategy> {
  let known: MysqlStrategy | undefined;
  return async (connection) => {
    if (known !== undefined) return known;
    refuseBadNames(place);
    // Without JSON functions: an old server has none.
    const version = `select convert(concat('"', version(), '"') using binary) as doc`;
    const [found = ""] = await connection.documents<string>(version, []);
    refuseOldServer(connection, found);
    known = mysqlStrategy(place, serverOf(found));
    return known;
  };
}

function lazySchema(strategyOn: ReturnType<typeof lazyStrategy>): (connection: Connection) => Promise<Schema> {
  let known: Schema | undefined;
  return async (connection) => {
    if (known !== undefined) return known;
    const strategy = await strategyOn(connection);
    await checkSchema(connection, strategy);
    known = { own: createStatements(strategy), host: createHostStatements(strategy) };
    return known;
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
