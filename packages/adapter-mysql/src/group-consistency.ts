import type { Connection } from "./connection.ts";
import { isVariableFixed } from "./errors.ts";
import { rollback } from "./transaction-commands.ts";

const level = "@@session.group_replication_consistency";

/** A transaction that begins from now on first waits until the member has applied what the group has committed. */
export function waitForGroup(connection: Connection): Promise<unknown> {
  return set(connection, `set @slotwright_level = ${level}, ${level} = 'BEFORE'`);
}

/** Puts the session back to what the host had set. */
export function waitAsBefore(connection: Connection): Promise<unknown> {
  return set(connection, `set ${level} = @slotwright_level`);
}

/** A transaction may have been left open on a pooled connection, or have begun implicitly. */
async function set({ command }: Connection, sql: string): Promise<void> {
  try {
    await command(sql);
  } catch (error) {
    if (!isVariableFixed(error)) throw error;
    await command(rollback);
    await command(sql);
  }
}

/**
 * What begins within the work shows all that was acknowledged on any member. The session is left as it was. If it
 * cannot be set back, it is of no more use, and that is the error.
 */
export async function seeingAll<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  await waitForGroup(connection);
  try {
    return await work();
  } finally {
    await waitAsBefore(connection);
  }
}
