import { misuse, noTransactionOpen, tellsItsEnd } from "@slotwright/adapter-sql";
import type { CallOptions } from "@slotwright/core/adapter";
import { CompiledQuery } from "kysely";
import { keepsNoMoreStatements } from "./errors.ts";
import { type SendMethod, type SessionStatus, sendForStatus, statusOf } from "./session-status.ts";
import { giveUpPreparing, noteText, type Sending } from "./text-protocol.ts";

/** The part of a "mysql2/promise" connection that is used. */
export interface MysqlConnection {
  execute(options: never): Promise<readonly unknown[]>;
  query(options: never): Promise<readonly unknown[]>;
}

/** A connection or pool of "mysql2", which offers the same with promises. */
export interface MysqlCallbacks<Promised> {
  promise(): Promised;
}

/** The part of a pooled connection that is used. */
export interface MysqlPoolConnection extends MysqlConnection {
  release(): void;
  destroy(): void;
}

/** The same of a connection that may be in no pool. */
export type LoneConnection = Omit<MysqlPoolConnection, "release">;

/** The part of a "mysql2/promise" pool that is used. */
export interface MysqlPool {
  getConnection(): Promise<MysqlPoolConnection>;
  on?(event: "connection", listener: (connection: object) => void): unknown;
}

/** What a call of an adapter passes along. */
export interface CallContext {
  readonly sending: Sending;
  readonly call: CallOptions | undefined;
}

/** The part of Kysely's `Transaction` that is used. */
export interface KyselyTransaction {
  readonly isTransaction: boolean;
  /** `never`, because each version of Kysely has its own query type, which the other versions do not know. */
  executeQuery(query: never): Promise<{ readonly rows: readonly unknown[]; readonly numAffectedRows?: bigint }>;
  withoutPlugins(): KyselyTransaction;
}

/** A transaction that the host has opened, on a connection of mysql2 or with Kysely. */
export type MysqlTransaction = MysqlConnection | MysqlCallbacks<MysqlConnection> | KyselyTransaction;

/** How statements run, whatever the host's connection is. */
export interface Connection {
  /** Host, port and database, for messages. */
  readonly databaseName: string;
  /** The same object for the same server session, if the session is known. */
  readonly session: object;
  /** Returns the documents of a statement that only reads. Outside a host's transaction, these are as stored now. */
  read<Row>(sql: string, parameters: readonly unknown[]): Promise<readonly Row[]>;
  /** Runs any other statement once, and returns the documents of its rows. */
  documents<Row>(sql: string, parameters: readonly unknown[]): Promise<readonly Row[]>;
  /** Runs a statement that writes, and returns how many rows it has changed. */
  changed(sql: string, parameters: readonly unknown[]): Promise<number>;
  /** Runs a statement that takes no parameters and cannot be prepared. */
  command(sql: string): Promise<SessionStatus | undefined>;
}

/** A connection whose reads include the server's report on the session, if the driver exposes it. */
export interface DriverConnection extends Connection {
  readWithStatus<Row>(sql: string, parameters: readonly unknown[]): Promise<RowsWithStatus<Row>>;
}

export interface RowsWithStatus<Row> {
  readonly rows: readonly Row[];
  readonly status: SessionStatus | undefined;
}

/** Sets every option that could change the result, so that the host's own settings do not apply. */
const plain = {
  rowsAsArray: true,
  nestTables: false,
  namedPlaceholders: false,
  // Only the document counts, and it is read as raw bytes.
  typeCast: (field: { readonly name: string; buffer(): unknown }, next: () => unknown): unknown =>
    field.name === "doc" ? field.buffer() : next(),
};

export function driverConnection(
  driver: MysqlConnection,
  databaseName: string,
  { sending, call }: CallContext,
): DriverConnection {
  const send = (method: SendMethod, sql: string, values: readonly unknown[]) =>
    sendForStatus(driver, method, { ...plain, sql, values });
  const prepared = async (sql: string, values: readonly unknown[]) => {
    try {
      const answer = await send("execute", sql, values);
      noteText(sending, sql, answer.sent, call?.onWarning);
      return answer;
    } catch (error) {
      if (!keepsNoMoreStatements(error)) throw error;
      const reason = `The server of the database ${databaseName} keeps no more prepared statements (max_prepared_stmt_count)`;
      giveUpPreparing(sending, reason, call?.onWarning);
      // The statement did not run, and an open transaction goes on.
      return send("query", sql, values);
    }
  };
  const run = (sql: string, values: readonly unknown[]) =>
    sending.isPrepared ? prepared(sql, values) : send("query", sql, values);
  const readWithStatus = async <Row>(sql: string, values: readonly unknown[]): Promise<RowsWithStatus<Row>> => {
    const { result, status } = await run(sql, values);
    return { rows: documentsOf<Row>(result, databaseName), status };
  };
  const documents = async <Row>(sql: string, values: readonly unknown[]) =>
    (await readWithStatus<Row>(sql, values)).rows;
  return {
    databaseName,
    session: coreOf(driver),
    readWithStatus,
    read: documents,
    documents,
    changed: async (sql, values) => changesOf((await run(sql, values)).result),
    command: async (sql) => {
      const [result] = await driver.query({ ...plain, sql } as never);
      return statusOf(result);
    },
  };
}

/** Pools lend the same connection in a new wrapper each time. */
export function coreOf(driver: MysqlConnection): object {
  return "connection" in driver && typeof driver.connection === "object" && driver.connection !== null
    ? driver.connection
    : driver;
}

/** Without plugins, each of which would change names and values of the result in its own way. */
export function kyselyConnection(transaction: KyselyTransaction, databaseName: string): Connection {
  const bare = transaction.withoutPlugins();
  const run = (sql: string, parameters: readonly unknown[]) =>
    bare.executeQuery(CompiledQuery.raw(sql, [...parameters]) as never);
  const documents = async <Row>(sql: string, parameters: readonly unknown[]) =>
    documentsOf<Row>((await run(sql, parameters)).rows, databaseName);
  const command = async (sql: string): Promise<undefined> => {
    await run(sql, []);
  };
  let isOpen = tellsItsEnd(transaction);
  return {
    databaseName,
    session: transaction,
    read: documents,
    documents,
    changed: async (sql, parameters) => Number((await run(sql, parameters)).numAffectedRows ?? 0),
    command: async (sql) => {
      if (!isOpen) await requireTransaction(command, databaseName);
      isOpen = true;
      return command(sql);
    },
  };
}

/** Outside a transaction, the server accepts a savepoint and forgets it. */
async function requireTransaction(command: (sql: string) => Promise<unknown>, databaseName: string): Promise<void> {
  await command("savepoint slotwright");
  try {
    await command("release savepoint slotwright");
  } catch {
    throw noTransactionOpen("START TRANSACTION", databaseName);
  }
}

export function isKysely(transaction: MysqlTransaction): transaction is KyselyTransaction {
  return "executeQuery" in transaction && typeof transaction.executeQuery === "function";
}

/** Whether it has the parts of a transaction that are used. The first call finds whether one is open. */
export function isTransaction(given: unknown): given is MysqlTransaction {
  const methods = typeof given === "object" && given !== null ? (given as Readonly<Record<string, unknown>>) : {};
  const has = (name: string) => typeof methods[name] === "function";
  if (has("getConnection")) return false;
  return has("promise") || (has("execute") && has("query")) || (has("executeQuery") && has("withoutPlugins"));
}

/** The promise form of a connection or a pool. */
export function promised<T extends object>(given: T | MysqlCallbacks<T>): T {
  return "promise" in given && typeof given.promise === "function" ? given.promise() : (given as T);
}

/** A row's document is its last column. A call's result has no rows. */
function documentsOf<Row>(result: unknown, databaseName: string): readonly Row[] {
  if (!Array.isArray(result)) return [];
  return result.map((row: unknown) => {
    const document: unknown = typeof row === "object" && row !== null ? Object.values(row).at(-1) : undefined;
    if (Buffer.isBuffer(document)) return JSON.parse(document.toString("utf8")) as Row;
    if (typeof document === "string") return JSON.parse(document) as Row;
    throw misuse(
      `The driver returned rows in an unknown form. Pass within() a connection without options like nestTables and typeCast.`,
      databaseName,
    );
  });
}

/** Whether the driver counts the rows that were found or those that were changed: a write here always changes them. */
function changesOf(result: unknown): number {
  const changes = typeof result === "object" && result !== null && "affectedRows" in result && result.affectedRows;
  return Number(changes);
}
