import { noTransactionOpen, notTransaction } from "@slotwright/adapter-sql";
import type { Transition } from "@slotwright/core/adapter";
import {
  type CallContext,
  type Connection,
  driverConnection,
  isKysely,
  type KyselyTransaction,
  kyselyConnection,
  type MysqlConnection,
  type MysqlTransaction,
  promised,
} from "./connection.ts";
import { endedTransaction, endsTransaction } from "./errors.ts";
import type { Statements } from "./statements.ts";
import { writeCalls } from "./writes.ts";

/** What `within` takes, in words. */
export const taken = "a connection of mysql2 on which a transaction was begun, or a transaction of Kysely";

export function hostConnection(transaction: MysqlTransaction, databaseName: string, context: CallContext): Connection {
  if (isKysely(transaction)) {
    const connection = kyselyConnection(transaction, databaseName);
    return transaction.isTransaction ? connection : withoutTransaction(transaction, connection);
  }
  return driverConnection(promised<MysqlConnection>(transaction), databaseName, context);
}

/** A `Kysely` that is not a `Transaction` would run each statement on any connection of its pool. */
function withoutTransaction(transaction: KyselyTransaction, { databaseName, session }: Connection): Connection {
  const refuse = async () => {
    throw notTransaction(transaction, taken, databaseName);
  };
  return { databaseName, session, read: refuse, documents: refuse, changed: refuse, command: refuse };
}

const turns = new WeakMap<object, Promise<unknown>>();

/**
 * A transaction does one thing at a time, however many calls the host makes at once. Each call is several statements,
 * and the savepoint of one must not undo another's writes.
 */
export function inTurn<T>(transaction: MysqlTransaction, work: () => Promise<T>): Promise<T> {
  const result = (turns.get(transaction) ?? Promise.resolve()).then(work);
  turns.set(
    transaction,
    result.catch(() => {}),
  );
  return result;
}

/**
 * Runs work in the host's transaction, and undoes its writes if it fails. The savepoint also shows whether there is a
 * transaction: outside one, MySQL accepts it and forgets it.
 */
export async function withSavepoint<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  const status = await connection.command("savepoint slotwright");
  if (status?.inTransaction === false) throw noTransactionOpen("START TRANSACTION", connection.databaseName);
  try {
    return await work();
  } catch (error) {
    if (!endsTransaction(error)) await backToSavepoint(connection, error);
    throw error;
  }
}

/**
 * With `innodb_rollback_on_timeout`, a lock timeout ends the whole transaction, so there is no savepoint to return to.
 */
async function backToSavepoint(connection: Connection, reason: unknown): Promise<void> {
  try {
    await connection.command("rollback to savepoint slotwright");
  } catch {
    throw endedTransaction(reason, connection.databaseName);
  }
}

/** Writes everything in the host's transaction or nothing, and leaves that transaction as it was. */
export async function writeInHost(
  connection: Connection,
  { write }: Statements,
  transitions: readonly Transition[],
): Promise<void> {
  await withSavepoint(connection, async () => {
    for (const parameters of await writeCalls(transitions, connection)) await connection.documents(write, parameters);
  });
}
