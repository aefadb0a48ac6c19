import type { Connection } from "./connection.ts";
import { outsideText } from "./error-causes.ts";
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

/** A server that is not in its group takes no writes, and would answer with what it has. No level has that name. */
const ifMember = (value: string) => `if(@@global.super_read_only, '${outsideText}', ${value})`;
const waitAsMember = `set @slotwright_level = ${level}, ${level} = ${ifMember("'BEFORE'")}`;
const asBeforeAsMember = `set ${level} = ${ifMember("@slotwright_level")}`;

/**
 * What begins within the work shows all that was acknowledged on any member. The session is left as it was. If it
 * cannot be set back, it is of no more use, and that is the error.
 *
 * A server whose group is not running does not wait, so it is asked before and after whether it takes writes. As none
 * leaves its group and joins it again within one read, it was a member meanwhile.
 * @throws the driver's error, for which `isOutOfCluster` holds if the server takes no writes
 */
export async function seeingAll<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  await set(connection, waitAsMember);
  try {
    return await work();
  } finally {
    await set(connection, asBeforeAsMember);
  }
}
