import { StorageError, type Transition } from "@slotwright/core";
import {
  type Connection,
  driverConnection,
  isKysely,
  kyselyConnection,
  type MysqlConnection,
  type MysqlTransaction,
  promised,
} from "./connection.ts";
import { endsTransaction } from "./errors.ts";
import type { Statements } from "./statements.ts";
import { writeCalls } from "./writes.ts";

export function hostConnection(transaction: MysqlTransaction, name: string): Connection {
  if (isKysely(transaction)) {
    const connection = kyselyConnection(transaction, name);
    return transaction.isTransaction ? connection : withoutTransaction(connection);
  }
  return driverConnection(promised<MysqlConnection>(transaction), name);
}

/** A `Kysely` that is no `Transaction` would run each statement on any connection of its pool. */
function withoutTransaction({ name }: Connection): Connection {
  const refuse = async () => {
    throw noTransaction(name);
  };
  return { name, documents: refuse, command: refuse };
}

const turns = new WeakMap<object, Promise<unknown>>();

/**
 * A transaction does one thing at a time, however many calls the host makes at once: each is several statements, and the
 * savepoint of one must not undo what another has written.
 */
export function inTurn<T>(transaction: MysqlTransaction, work: () => Promise<T>): Promise<T> {
  const result = (turns.get(transaction) ?? Promise.resolve()).then(work);
  turns.set(
    transaction,
    result.catch(() => {}),
  );
  return result;
}

/** Also the way to learn whether there is a transaction: outside of one, MySQL accepts a savepoint and forgets it. */
export async function openSavepoint(connection: Connection): Promise<void> {
  const { inTransaction } = await connection.command("savepoint slotwright");
  if (inTransaction === false) throw noTransaction(connection.name);
}

/** Writes all of it in the host's transaction, or nothing, and leaves that transaction as it was. */
export async function writeInHost(
  connection: Connection,
  { write }: Statements,
  transitions: readonly Transition[],
): Promise<void> {
  await openSavepoint(connection);
  try {
    for (const parameters of writeCalls(transitions)) await connection.documents(write, parameters);
  } catch (error) {
    if (!endsTransaction(error)) await connection.command("rollback to savepoint slotwright");
    throw error;
  }
}

function noTransaction(name: string): StorageError {
  return new StorageError(
    "unavailable",
    `The connection to the database ${name} that was passed to within() is in no transaction. Begin one on it first, and use what within() returns until COMMIT or ROLLBACK.`,
  );
}
