import { isStorageError, StorageError } from "@slotwright/core/adapter";
import type { On } from "./calls.ts";
import type { PostgresNotice, PostgresPoolClient, Statement } from "./connection.ts";
import { adviceIfUnknown, type During } from "./errors.ts";

/** The function of the server that waits for standbys. Texts of warnings are in the server's language, names are not. */
const waitForStandbys = "SyncRepWaitForLSN";

const hearing = new WeakMap<PostgresPoolClient, (notice: PostgresNotice) => void>();
const cancelled = new WeakSet<PostgresPoolClient>();

/**
 * A commit whose wait for standbys is cancelled succeeds with a warning: the primary has it, and a failover may lose
 * it. The listener stays until {@link stopHearing}, because a pool may lend the same client in another object each time.
 */
export function hearStandbys(client: PostgresPoolClient): void {
  const listener = ({ routine }: PostgresNotice): void => {
    if (routine === waitForStandbys) cancelled.add(client);
  };
  hearing.set(client, listener);
  client.on("notice", listener);
}

/** Call this before the client is given back. */
export function stopHearing(client: PostgresPoolClient): void {
  const listener = hearing.get(client);
  if (listener !== undefined) client.removeListener("notice", listener);
  hearing.delete(client);
  cancelled.delete(client);
}

/** Call this after a commit. @throws StorageError `unknown` if no standby is known to have it */
export function requireStandbys(client: PostgresPoolClient, databaseName: string, during: During): void {
  if (!cancelled.delete(client)) return;
  throw new StorageError(
    "unknown",
    `The primary of the database ${databaseName} has committed, but stopped waiting for a standby before one had confirmed it: somebody cancelled the wait. It is unknown whether the transaction would outlive the primary. ${adviceIfUnknown(during)} Check the standbys.`,
  );
}

/** A statement that reads, and another that reads the same and commits something with it. */
export interface Confirmable {
  readonly read: Statement;
  readonly confirm: () => Statement;
}

/**
 * A command that is found is an acknowledgement. But it may have been committed without waiting for standbys: the wait
 * was cancelled, its connection was lost, or the primary was restarted meanwhile. So it is read once more by a statement
 * that commits something, which waits until they have all that was committed before. Only what this one finds counts:
 * between two statements, another server may have taken over, which does not know it.
 */
export async function readConfirmed<Row extends { readonly kind: string }>(
  on: On,
  { read, confirm }: Confirmable,
  parameters: readonly unknown[],
): Promise<readonly Row[]> {
  const rows = await on.run<Row>(read, parameters);
  return rows.some(({ kind }) => kind === "command") ? confirmed(on, confirm(), parameters) : rows;
}

/**
 * Whatever fails, "nothing was changed" would be wrong of what was found. Only in a host's transaction is it right, if
 * that has ended with the failure.
 *
 * @param statement One that confirms what it reads.
 */
export async function confirmed<Row>(
  { run, isHostTransaction }: On,
  statement: Statement,
  parameters: readonly unknown[],
): Promise<readonly Row[]> {
  try {
    return await run<Row>(statement, parameters, "commit");
  } catch (error) {
    // A mistake of the program is one whatever was found.
    if (!isStorageError(error) || error.failure === "misused") throw error;
    if (isHostTransaction && error.failure !== "refused") throw error;
    const message = `A command's record was found, but it could not be confirmed that standbys have it (${error.message})`;
    throw new StorageError("unknown", message, error);
  }
}
