import { linksOf } from "@slotwright/adapter-sql";
import { keyText, type Transition } from "@slotwright/core/adapter";
import type { Connection } from "./connection.ts";
import { isTransactionLeftOpen, isUnreadyNode, uncertainCommit } from "./errors.ts";
import { afterCommit } from "./group-commit.ts";
import { lookAt } from "./reads.ts";
import type { Statements } from "./statements.ts";
import { lockWaitSeconds, staleText } from "./steps.ts";
import { commit, rollback } from "./transaction-commands.ts";
import { type WriteParameters, writeCalls } from "./writes.ts";

/** Writes everything in one transaction of its own. This takes one round trip, unless the batch is very large. */
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

// From here on, the COMMIT may be under way: a lost connection leaves the outcome unknown.
async function commitCall(connection: Connection, statements: Statements, parameters: WriteParameters): Promise<void> {
  try {
    await untilClear(() => connection.documents(statements.commit, parameters));
  } catch (error) {
    // If the COMMIT fails because the node loses its cluster, the procedure's handler fails as well, and only that is
    // told.
    if (isUnreadyNode(error)) throw uncertainCommit(error, connection.databaseName);
    throw await afterCommit(error, connection, statements.askMembership);
  }
}

/** If a transaction was left open on the pooled connection, the procedure rolls it back when it refuses. */
async function untilClear<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!isTransactionLeftOpen(error)) throw error;
    return attempt();
  }
}

/** What the procedure for small batches does itself. A connection that keeps the changed setting counts as lost. */
export async function withShortWaits<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  const seconds = "@@session.innodb_lock_wait_timeout";
  await connection.command(rollback);
  await connection.command(`set @slotwright_seconds = ${seconds}, ${seconds} = ${lockWaitSeconds}`);
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
  await commitOwn(connection, statements);
}

/** Commits the open transaction, which is ours. */
export async function commitOwn(
  connection: Connection,
  { askMembership }: Pick<Statements, "askMembership">,
): Promise<void> {
  try {
    await connection.command(commit);
  } catch (error) {
    throw await afterCommit(error, connection, askMembership);
  }
}

/** Locks first whatever `write` would wait for. @throws the procedure's error if a row is locked or gone */
async function lockFree(
  connection: Connection,
  statements: Statements,
  transitions: readonly Transition[],
): Promise<void> {
  const expected = linksOf(transitions).flatMap(({ expect }) => expect);
  const keys = expected.filter(({ version }) => version > 0).map(({ key }) => key);
  const { locked } = await lookAt(connection.documents, statements, keys);
  if (keys.some((key) => locked.has(keyText(key)))) throw new Error(staleText);
}
