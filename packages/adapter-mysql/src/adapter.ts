import { defaultTablePrefix } from "@slotwright/adapter-sql";
import { type CommitOutcome, type StorageAdapter, StorageError, type Transition } from "@slotwright/core";
import { commitBatch, type Writer } from "./commit.ts";
import type { Connection, MysqlCallbacks, MysqlPool, MysqlTransaction } from "./connection.ts";
import { toStorageError } from "./errors.ts";
import { hostConnection, inTurn, openSavepoint, writeInHost } from "./host-transaction.ts";
import { applyMigrations, checkSchema } from "./migrate.ts";
import { poolSource, type Source, uriSource } from "./open.ts";
import { writeInOwn } from "./own-transaction.ts";
import { findAppointments, findSlots, loadRecords, loadReplayed, readJournal } from "./reads.ts";
import { createHostStatements, createStatements, type Statements } from "./statements.ts";
import { type MysqlStrategy, mysqlStrategy, type Place, serverOf } from "./strategy.ts";

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
 * Kysely. Reads lock the rows they return there.
 *
 * @example
 * const storage = mysqlAdapter({ uri: "mysql://app:secret@localhost:3306/bookings" });
 * await storage.migrate();
 */
export function mysqlAdapter(options: MysqlAdapterOptions): StorageAdapter<MysqlTransaction> {
  const { tablePrefix: prefix = defaultTablePrefix, database, pool, uri } = options;
  const source = pool === undefined ? uriSource(uri, database) : poolSource(pool, database);
  const strategyOn = lazyStrategy({ prefix, database });
  const schemaOn = lazySchema(strategyOn);
  return {
    ...operations(ownTransactions(source, schemaOn), source.name),
    within: (transaction) => withinTransaction(transaction, source.name, schemaOn),
    migrate: () =>
      translated(source.name, () =>
        source.use(async (connection) => applyMigrations(connection, await strategyOn(connection))),
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
  readonly read: <T>(work: (connection: Connection, statements: Statements) => Promise<T>) => Promise<T>;
  readonly commit: (transitions: readonly Transition[]) => Promise<readonly CommitOutcome[]>;
}

type Operations = Omit<StorageAdapter<MysqlTransaction>, "within" | "migrate" | "close">;

function operations({ read, commit }: Session, name: string): Operations {
  const call = <T>(work: () => Promise<T>) => translated(name, work);
  return {
    contract: 1,
    load: (keys) => call(() => read((connection, statements) => loadRecords(connection, statements, keys))),
    findSlots: (query) => call(() => read((connection, statements) => findSlots(connection, statements, query))),
    findAppointments: (query) =>
      call(() => read((connection, statements) => findAppointments(connection, statements, query))),
    readJournal: (query) => call(() => read((connection, statements) => readJournal(connection, statements, query))),
    commit: (transitions) => call(() => commit(transitions)),
  };
}

function writerOn(connection: Connection, statements: Statements, write: typeof writeInOwn): Writer {
  return {
    write: (transitions) => write(connection, statements, transitions),
    load: (keys) => loadRecords(connection, statements, keys),
    loadReplayed: (ids) => loadReplayed(connection, statements, ids),
  };
}

function ownTransactions(source: Source, schemaOn: (connection: Connection) => Promise<Schema>): Session {
  return {
    read: (work) => source.use(async (connection) => work(connection, (await schemaOn(connection)).own)),
    commit: (transitions) =>
      source.use(async (connection) => {
        const { own } = await schemaOn(connection);
        return commitBatch(writerOn(connection, own, writeInOwn), transitions);
      }),
  };
}

function hostTransaction(
  transaction: MysqlTransaction,
  name: string,
  schemaOn: (connection: Connection) => Promise<Schema>,
): Session {
  const connection = hostConnection(transaction, name);
  const opened = async () => {
    await openSavepoint(connection);
    return (await schemaOn(connection)).host;
  };
  return {
    read: (work) => inTurn(transaction, () => hostTranslated(connection, async () => work(connection, await opened()))),
    commit: (transitions) =>
      inTurn(transaction, () =>
        hostTranslated(connection, async () => {
          const { host } = await schemaOn(connection);
          return commitBatch(writerOn(connection, host, writeInHost), transitions);
        }),
      ),
  };
}

function withinTransaction(
  transaction: MysqlTransaction,
  name: string,
  schemaOn: (connection: Connection) => Promise<Schema>,
): StorageAdapter<MysqlTransaction> {
  return {
    ...operations(hostTransaction(transaction, name, schemaOn), name),
    within: (other) => withinTransaction(other, name, schemaOn),
    migrate: async () => {
      throw new StorageError(
        "unavailable",
        `The database ${name} cannot be migrated within a transaction of the host's, for it would commit it. Call migrate() of the adapter itself.`,
      );
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
    const [row] = await connection.documents<{ readonly version: string }>(
      "select convert(json_object('version', version()) using binary) as doc",
      [],
    );
    known = mysqlStrategy(place, serverOf(row?.version ?? ""));
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

function refuseBadNames({ prefix, database }: Place): void {
  if (!/^([A-Za-z]\w{0,23})?$/.test(prefix)) {
    throw new StorageError(
      "unavailable",
      `"${prefix}" cannot be used as tablePrefix. Use a letter, then up to 23 letters, digits and underscores.`,
    );
  }
  if (database !== undefined && !/^[^`\0]{1,64}$/.test(database)) {
    throw new StorageError("unavailable", `"${database}" cannot be used as database. Use the name of one that exists.`);
  }
}

async function translated<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toStorageError(error, { name, during: "call" });
  }
}

async function hostTranslated<T>({ name }: Connection, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toStorageError(error, { name, during: "host" });
  }
}
