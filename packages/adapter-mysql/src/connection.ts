import { CompiledQuery } from "kysely";

/** What is used of a connection of "mysql2/promise". */
export interface MysqlConnection {
  execute(options: never): Promise<readonly unknown[]>;
  query(options: never): Promise<readonly unknown[]>;
}

/** A connection or pool of "mysql2", which offers the same with promises. */
export interface MysqlCallbacks<Promised> {
  promise(): Promised;
}

/** What is used of a pool's connection. */
export interface MysqlPoolConnection extends MysqlConnection {
  release(): void;
  destroy(): void;
}

/** What is used of a pool of "mysql2/promise". */
export interface MysqlPool {
  getConnection(): Promise<MysqlPoolConnection>;
}

/** What is used of a `Transaction` of Kysely. */
export interface KyselyTransaction {
  readonly isTransaction: boolean;
  executeQuery(query: CompiledQuery): Promise<{ readonly rows: readonly unknown[] }>;
}

/** A transaction that the host has opened, on a connection of mysql2 or by Kysely. */
export type MysqlTransaction = MysqlConnection | MysqlCallbacks<MysqlConnection> | KyselyTransaction;

/** How statements are run, whatever the host's connection is. */
export interface Connection {
  /** Host, port and database, for messages. */
  readonly name: string;
  /** The documents of a statement's rows. */
  documents<Row>(sql: string, parameters: readonly unknown[]): Promise<readonly Row[]>;
  /** Runs a statement that takes no parameters and cannot be prepared. */
  command(sql: string): Promise<CommandResult>;
}

export interface CommandResult {
  /** Whether the connection is inside a transaction now; undefined where the driver does not tell. */
  readonly inTransaction: boolean | undefined;
}

/** Every option that could change what comes back is given, so that the host's own settings do not apply. */
const plain = {
  rowsAsArray: true,
  nestTables: false,
  namedPlaceholders: false,
  // Only the document counts, and it is read as the bytes that it is.
  typeCast: (field: { readonly name: string; buffer(): unknown }, next: () => unknown): unknown =>
    field.name === "doc" ? field.buffer() : next(),
};

export function driverConnection(driver: MysqlConnection, name: string): Connection {
  return {
    name,
    documents: async <Row>(sql: string, values: readonly unknown[]) => {
      const [result] = await driver.execute({ ...plain, sql, values } as never);
      return documentsOf<Row>(result);
    },
    command: async (sql) => {
      const [result] = await driver.query({ ...plain, sql } as never);
      return { inTransaction: inTransaction(result) };
    },
  };
}

export function kyselyConnection(transaction: KyselyTransaction, name: string): Connection {
  const run = async (sql: string, parameters: readonly unknown[]) =>
    (await transaction.executeQuery(CompiledQuery.raw(sql, [...parameters]))).rows;
  return {
    name,
    documents: async <Row>(sql: string, parameters: readonly unknown[]) => documentsOf<Row>(await run(sql, parameters)),
    command: async (sql) => {
      await run(sql, []);
      return { inTransaction: undefined };
    },
  };
}

export function isKysely(transaction: MysqlTransaction): transaction is KyselyTransaction {
  return "executeQuery" in transaction && typeof transaction.executeQuery === "function";
}

/** The promise form of a connection or a pool. */
export function promised<T extends object>(given: T | MysqlCallbacks<T>): T {
  return "promise" in given && typeof given.promise === "function" ? given.promise() : (given as T);
}

/** A row's document is its last column; a call's result has none. */
function documentsOf<Row>(result: unknown): readonly Row[] {
  if (!Array.isArray(result)) return [];
  return result.flatMap((row: unknown) => {
    const document = Object.values(row as object).at(-1) as unknown;
    if (Buffer.isBuffer(document)) return [JSON.parse(document.toString("utf8")) as Row];
    return typeof document === "string" ? [JSON.parse(document) as Row] : [];
  });
}

/** Bit 0 of the server's status, which comes with every answer that has no rows. */
function inTransaction(result: unknown): boolean | undefined {
  const status = typeof result === "object" && result !== null && "serverStatus" in result && result.serverStatus;
  return typeof status === "number" ? (status & 1) === 1 : undefined;
}
