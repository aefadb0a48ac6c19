import { isPgPool, noTransactionOpen, notTransaction, tellsItsEnd } from "@slotwright/adapter-sql";
import { type CallOptions, StorageError } from "@slotwright/core/adapter";
import { CompiledQuery } from "kysely";
import { exactRow } from "./columns.ts";
import {
  type PostgresClient,
  type Runner,
  refuseBinary,
  rowsOn,
  type Statement,
  type StatementNames,
} from "./connection.ts";
import { toStorageError } from "./errors.ts";
import { databaseNameOf } from "./open.ts";

/** The part of Kysely's `Transaction` that is used. */
export interface KyselyTransaction {
  readonly isTransaction: boolean;
  /** `never`, because each version of Kysely has its own query type, which the other versions do not know. */
  executeQuery(query: never): Promise<{ readonly rows: unknown[] }>;
  withoutPlugins(): KyselyTransaction;
}

/** A transaction of the host: a client of pg on which it has run BEGIN, or a transaction of Kysely. */
export type PostgresTransaction = PostgresClient | KyselyTransaction;

/** How statements run in the host's transaction. */
export interface HostRunner {
  readonly databaseName: string;
  readonly run: (call: CallOptions | undefined) => Runner;
}

export function hostRunner(transaction: PostgresTransaction, databaseName: string, names: StatementNames): HostRunner {
  if (isKysely(transaction)) return kyselyRunner(transaction, databaseName);
  if (isClient(transaction)) return clientRunner(transaction, databaseName, names);
  throw notTransaction(transaction, taken, databaseName);
}

const taken = "a client of pg on which BEGIN was run, or a transaction of Kysely";

function isKysely(transaction: PostgresTransaction): transaction is KyselyTransaction {
  return hasMethod(transaction, "executeQuery") && hasMethod(transaction, "withoutPlugins");
}

function isClient(transaction: PostgresTransaction): transaction is PostgresClient {
  return (
    hasMethod(transaction, "query") &&
    hasMethod(transaction, "removeListener") &&
    !hasMethod(transaction, "execute") &&
    !isPgPool(transaction)
  );
}

function hasMethod(transaction: unknown, method: string): boolean {
  return typeof (transaction as Record<string, unknown> | null | undefined)?.[method] === "function";
}

function kyselyRunner(transaction: KyselyTransaction, databaseName: string): HostRunner {
  // The host's plugins (camel case, parsed JSON) are for its own tables.
  const plain = transaction.withoutPlugins();
  const run = (sql: string, parameters: readonly unknown[]) =>
    plain.executeQuery(CompiledQuery.raw(sql, [...parameters]) as never);
  let isOpen = tellsItsEnd(transaction);
  return inTurn(databaseName, async ({ sql }, parameters) => {
    if (!transaction.isTransaction) throw notTransaction(transaction, taken, databaseName);
    if (!isOpen) for (const command of savepointOnly) await run(command, []);
    isOpen = true;
    const { rows } = await run(sql, parameters);
    return rows.map(exactRow);
  });
}

/** A savepoint can only be set in a transaction. */
const savepointOnly = ["savepoint slotwright", "release savepoint slotwright"] as const;

function clientRunner(client: PostgresClient, configured: string, names: StatementNames): HostRunner {
  const databaseName =
    client.host === undefined ? configured : databaseNameOf(client.host, client.port, client.database);
  const isOpen = transactionCheck(client, databaseName);
  return inTurn(databaseName, async (statement, parameters, call) => {
    client.on("error", ignore);
    try {
      refuseBinary(client, databaseName);
      await isOpen();
      return await rowsOn(client, statement, parameters, { names, call });
    } finally {
      client.removeListener("error", ignore);
    }
  });
}

const ignore = (): void => {};

/**
 * Checks that a transaction is open. An old pg does not report it. There, the check sets a savepoint, which only works
 * in a transaction.
 */
function transactionCheck(client: PostgresClient, databaseName: string): () => Promise<void> {
  let wasChecked = false;
  return async () => {
    const status = client.getTransactionStatus?.();
    if (status === "I") throw noTransactionOpen("BEGIN", databaseName);
    if (status === "E") throw failedTransaction(databaseName);
    if (status === "T" || wasChecked) return;
    for (const text of savepointOnly) await client.query({ text });
    wasChecked = true;
  };
}

/** A connection runs one statement at a time, however many calls the host makes at once. */
function inTurn(
  databaseName: string,
  query: (
    statement: Statement,
    parameters: readonly unknown[],
    call: CallOptions | undefined,
  ) => Promise<readonly unknown[]>,
): HostRunner {
  let last: Promise<unknown> = Promise.resolve();
  return {
    databaseName,
    run: (call) => (statement, parameters) => {
      const answer = last.then(() => query(statement, parameters, call));
      last = answer.catch(() => {});
      return answer.catch((error: unknown) => {
        throw toStorageError(error, { databaseName, during: "host" });
      }) as Promise<never>;
    },
  };
}

function failedTransaction(databaseName: string): StorageError {
  return new StorageError(
    "unavailable",
    `The transaction on the database ${databaseName} that was passed to within() has already failed, and PostgreSQL ignores all commands until ROLLBACK. Roll it back and begin again.`,
  );
}
