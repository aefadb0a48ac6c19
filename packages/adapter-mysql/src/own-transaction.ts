import { keyText, type Transition } from "@slotwright/core/adapter";
import { expectedOf } from "./commit.ts";
import type { Connection } from "./connection.ts";
import { isTransactionLeftOpen, toStorageError } from "./errors.ts";
import { lookAt } from "./reads.ts";
import type { Statements } from "./statements.ts";
import { longestWait, staleText } from "./steps.ts";
import { commit, rollback } from "./transaction-commands.ts";
import { type WriteParameters, writeCalls } from "./writes.ts";

/** Writes all of it in a transaction of its own: in one round trip, unless it is a very large batch. */
export async function writeInOwn(
  connection: Connection,
  statements: Statements,
  transitions: readonly Transition[],
): Promise<void> {
  const calls = await writeCalls(transitions, connection);
  const [only, ...more] = calls;
  if (only !== undefined && more.length === 0) return commitCall(connection, statements, only);
  await withShortWaits(connection, () => writeLarge(connection, statements, transitions, calls));
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

/** What the procedure of small batches does for itself. A connection on which the setting stays behind is a lost one. */
export async function withShortWaits<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  const seconds = "@@session.innodb_lock_wait_timeout";
  await connection.command(rollback);
  await connection.command(`set @slotwright_seconds = ${seconds}, ${seconds} = ${longestWait}`);
  const restore = () => connection.command(`set ${seconds} = @slotwright_seconds`);
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await connection.command(rollback).catch(() => {});
    await restore().catch(() => {});
    throw error;
  }
  await restore().catch(() => {});
  return result;
}

async function writeLarge(
  connection: Connection,
  statements: Statements,
  transitions: readonly Transition[],
  calls: readonly WriteParameters[],
): Promise<void> {
  await connection.command("set transaction isolation level read committed");
  await connection.command("start transaction");
  await lockFree(connection, statements, transitions);
  for (const parameters of calls) await connection.documents(statements.write, parameters);
  try {
    await connection.command(commit);
  } catch (error) {
    throw uncertain(error, connection);
  }
}

/** What `write` would wait for is locked before. @throws what the procedure says where a row is locked or gone */
async function lockFree(
  connection: Connection,
  statements: Statements,
  transitions: readonly Transition[],
): Promise<void> {
  const keys = transitions.flatMap((one) => expectedOf(one).filter(({ version }) => version > 0)).map(({ key }) => key);
  const { locked } = await lookAt(connection.documents, statements, keys);
  if (keys.some((key) => locked.has(keyText(key)))) throw new Error(staleText);
}

/** The error as it is where the database answered, and `unknown` where it did not. */
function uncertain(error: unknown, { name }: Connection): unknown {
  const meant = toStorageError(error, { name, during: "commit" });
  return meant.failure === "unknown" ? meant : error;
}
