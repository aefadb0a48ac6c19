import type { Transition } from "@slotwright/core";
import type { Connection } from "./connection.ts";
import { isTransactionLeftOpen, toStorageError } from "./errors.ts";
import type { Statements } from "./statements.ts";
import { commit, rollback } from "./transaction-commands.ts";
import { type WriteParameters, writeCalls } from "./writes.ts";

/** Writes all of it in a transaction of its own: in one round trip, unless it is a very large batch. */
export async function writeInOwn(
  connection: Connection,
  statements: Statements,
  transitions: readonly Transition[],
): Promise<void> {
  const calls = writeCalls(transitions);
  const [only, ...more] = calls;
  if (only !== undefined && more.length === 0) return commitCall(connection, statements, only);
  await writeLarge(connection, statements, calls);
}

// From here on the COMMIT may be under way: a connection that is lost leaves the outcome unknown.
async function commitCall(connection: Connection, statements: Statements, parameters: WriteParameters): Promise<void> {
  try {
    await untilClear(() => connection.documents(statements.commit, parameters));
  } catch (error) {
    throw uncertain(error, connection);
  }
}

/** A transaction that somebody left open on the pool's connection is rolled back by the procedure as it refuses. */
async function untilClear<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!isTransactionLeftOpen(error)) throw error;
    return attempt();
  }
}

async function writeLarge(
  connection: Connection,
  { write }: Statements,
  calls: readonly WriteParameters[],
): Promise<void> {
  await connection.command(rollback);
  await connection.command("set transaction isolation level read committed");
  await connection.command("start transaction");
  try {
    for (const parameters of calls) await connection.documents(write, parameters);
  } catch (error) {
    await connection.command(rollback).catch(() => {});
    throw error;
  }
  try {
    await connection.command(commit);
  } catch (error) {
    throw uncertain(error, connection);
  }
}

/** The error as it is where the database answered, and `unknown` where it did not. */
function uncertain(error: unknown, { name }: Connection): unknown {
  const meant = toStorageError(error, { name, during: "commit" });
  return meant.failure === "unknown" ? meant : error;
}
