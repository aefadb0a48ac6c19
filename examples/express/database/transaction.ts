import { BookingError } from "@slotwright/core";
import type { Borrowed, Strategy } from "./strategy.ts";

/** The answer to COMMIT was lost: it may have taken effect, or not. */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";
}

/** Runs the work between BEGIN and COMMIT, once. Whatever goes wrong before COMMIT leaves nothing behind. */
export async function inTransaction<Transaction, Result>(
  strategy: Strategy<Transaction>,
  work: (connection: Borrowed<Transaction>) => Promise<Result>,
): Promise<Result> {
  const connection = await borrowFrom(strategy);
  try {
    for (const statement of strategy.begin) await connection.query(statement);
    const result = await work(connection);
    await commit(connection);
    connection.giveBack();
    return result;
  } catch (error) {
    await undo(connection, error);
    throw error;
  }
}

/** Runs a single statement or two that need no transaction. */
export async function onConnection<Transaction, Result>(
  strategy: Strategy<Transaction>,
  work: (connection: Borrowed<Transaction>) => Promise<Result>,
): Promise<Result> {
  const connection = await borrowFrom(strategy);
  try {
    const result = await work(connection);
    connection.giveBack();
    return result;
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

async function borrowFrom<Transaction>(strategy: Strategy<Transaction>): Promise<Borrowed<Transaction>> {
  try {
    return await strategy.borrow();
  } catch (error) {
    // A connection that was lost while it was opened is worth another try; a wrong password is not.
    if (strategy.meaningOf(error) === "transient") throw error;
    throw new BookingError("storage_unavailable", {}, error);
  }
}

async function commit(connection: Borrowed<unknown>): Promise<void> {
  try {
    await connection.commit();
  } catch (cause) {
    throw new OutcomeUnknown("The transaction's COMMIT was not acknowledged.", { cause });
  }
}

/** An error of the rollback must not replace the one that led here: such a connection is thrown away instead. */
async function undo(connection: Borrowed<unknown>, error: unknown): Promise<void> {
  if (error instanceof OutcomeUnknown) return connection.destroy();
  try {
    await connection.query("rollback");
    connection.giveBack();
  } catch {
    connection.destroy();
  }
}
