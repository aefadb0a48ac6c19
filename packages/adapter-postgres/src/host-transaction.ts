import { isPgPool, noTransactionOpen, notTransaction, tellsItsEnd } from "@slotwright/adapter-sql";
import { type CallOptions, StorageError } from "@slotwright/core/adapter";
import { CompiledQuery } from "kysely";
import { exactRow } from "./columns.ts";
import { type Names, type PostgresClient, type Runner, refuseBinary, rowsOn, type Statement } from "./connection.ts";
import { toStorageError } from "./errors.ts";
import { placeOf } from "./open.ts";

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
  readonly place: string;
  readonly run: (call: CallOptions | undefined) => Runner;
}

export function hostRunner(transaction: PostgresTransaction, place: string, names: Names): HostRunner {
  if (isKysely(transaction)) return kyselyRunner(transaction, place);
  if (isClient(transaction)) return clientRunner(transaction, place, names);
  throw notTransaction(transaction, taken, place);
}

const taken = "a client of pg on which BEGIN was run, or a transaction of Kysely";

function isKysely(transaction: PostgresTransaction): transaction is KyselyTransaction {
  return has(transaction, "executeQuery") && has(transaction, "withoutPlugins");
}

function isClient(transaction: PostgresTransaction): transaction is PostgresClient {
  return (
    has(transaction, "query") &&
    has(transaction, "removeListener") &&
    !has(transaction, "execute") &&
    !isPgPool(transaction)
  );
}

function has(transaction: unknown, method: string): boolean {
  return typeof (transaction as Record<string, unknown> | null | undefined)?.[method] === "function";
}

function kyselyRunner(transaction: KyselyTransaction, place: string): HostRunner {
  // The host's plugins (camel case, parsed JSON) are for its own tables.
  const plain = transaction.withoutPlugins();
  const run = (sql: string, parameters: readonly unknown[]) =>
    plain.executeQuery(CompiledQuery.raw(sql, [...parameters]) as never);
  let isOpen = tellsItsEnd(transaction);
  return inTurn(place, async ({ sql }, parameters) => {
    if (!transaction.isTransaction) throw notTransaction(transaction, taken, place);
    if (!isOpen) for (const command of savepointOnly) await run(command, []);
    isOpen = true;
    const { rows } = await run(sql, parameters);
    return rows.map(exactRow);
  });
}

/** A savepoint can only be set in a transaction. */
const savepointOnly = ["savepoint slotwright", "release savepoint slotwright"] as const;

function clientRunner(client: PostgresClient, configured: string, names: Names): HostRunner {
  const place = client.host === undefined ? configured : placeOf(client.host, client.port, client.database);
  const isOpen = transactionCheck(client, place);
  return inTurn(place, async (statement, parameters, call) => {
    client.on("error", ignore);
    try {
      refuseBinary(client, place);
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
function transactionCheck(client: PostgresClient, place: string): () => Promise<void> {
  let wasChecked = false;
  return async () => {
    const status = client.getTransactionStatus?.();
    if (status === "I") throw noTransactionOpen("BEGIN", place);
    if (status === "E") throw failedTransaction(place);
    if (status === "T" || wasChecked) return;
    for (const text of savepointOnly) await client.query({ text });
    wasChecked = true;
  };
}

/** A connection runs one statement at a time, however many calls the host makes at once. */
function inTurn(
  place: string,
  query: (
    statement: Statement,
    parameters: readonly unknown[],
    call: CallOptions | undefined,
  ) => Promise<readonly unknown[]>,
): HostRunner {
  let last: Promise<unknown> = Promise.resolve();
  return {
    place,
    run: (call) => (statement, parameters) => {
      const answer = last.then(() => query(statement, parameters, call));
      last = answer.catch(() => {});
      return answer.catch((error: unknown) => {
        throw toStorageError(error, { place, during: "host" });
      }) as Promise<never>;
    },
  };
}

function failedTransaction(place: string): StorageError {
  return new StorageError(
    "unavailable",
    `The transaction on the database ${place} that was passed to within() has already failed, and PostgreSQL ignores all commands until ROLLBACK. Roll it back and begin again.`,
  );
}
