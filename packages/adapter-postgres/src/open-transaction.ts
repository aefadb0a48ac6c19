import { endedEarly, freshnessCheck, isCausedBy } from "@slotwright/adapter-sql";
import { type CallOptions, type OpenTransaction, StorageError } from "@slotwright/core/adapter";
import type { PoolClient } from "pg";
import { idleClient, type PostgresPoolClient, refuseBinary, type Source } from "./connection.ts";
import { isReadOnlySession, refusesCommit, toStorageError } from "./errors.ts";
import { hearStandbys, requireStandbys, stopHearing } from "./standbys.ts";

/**
 * Begins at READ COMMITTED, whatever the session's default is: the guards need no more, and a repeated command sees
 * what the first one stored. What is acknowledged is durable, so a session that would not wait for the disk is
 * overruled, and so is one that would not pass on a warning about standbys.
 */
const begin = `begin isolation level read committed; select set_config('synchronous_commit', 'on', true) where current_setting('synchronous_commit') in ('off', 'local', 'remote_write'); select set_config('client_min_messages', 'warning', true) where current_setting('client_min_messages') = 'error'`;

/** Begins a transaction for the host, on a pooled client that is reserved until the transaction ends. */
export async function openTransaction(
  source: Source,
  call: CallOptions | undefined,
  isFresh?: FreshnessCheck,
): Promise<OpenTransaction<PoolClient>> {
  const { databaseName } = source;
  const client = await idleClient(source, call);
  hearStandbys(client);
  try {
    refuseBinary(client, databaseName);
    await client.query({ text: begin });
  } catch (error) {
    release(client, error as Error);
    throw toStorageError(error, { databaseName, during: "read" });
  }
  return {
    transaction: client as PostgresPoolClient & PoolClient,
    commit: () => commit(client, databaseName),
    async rollback(reason) {
      if (!isCausedBy(reason, isReadOnlySession)) return rollBack(client);
      release(client, true);
      const isBelieved = isFresh ?? freshnessCheck(source.state().open);
      return isBelieved(client) ? undefined : openTransaction(source, call, isBelieved);
    },
  };
}

type FreshnessCheck = ReturnType<typeof freshnessCheck>;

async function commit(client: PostgresPoolClient, databaseName: string): Promise<void> {
  let broken: Error | boolean = true;
  try {
    if (client.getTransactionStatus?.() === "I") throw endedEarly(databaseName);
    const { command } = await client.query({ text: "commit" });
    broken = false;
    // If the transaction has failed, PostgreSQL answers COMMIT with ROLLBACK and raises no error.
    if (command !== "COMMIT") throw endedEarly(databaseName);
    requireStandbys(client, databaseName, "commit");
  } catch (error) {
    broken &&= error as Error;
    throw commitError(error, databaseName);
  } finally {
    release(client, broken);
  }
}

function commitError(error: unknown, databaseName: string): StorageError {
  if (!refusesCommit(error)) return toStorageError(error, { databaseName, during: "commit" });
  const message = `A deferred constraint or trigger of the database ${databaseName} refused the transaction at COMMIT, and nothing of it was stored. The cause names the constraint or trigger.`;
  return new StorageError("refused", message, error);
}

async function rollBack(client: PostgresPoolClient): Promise<undefined> {
  try {
    await client.query({ text: "rollback" });
    release(client, false);
  } catch (error) {
    release(client, error as Error);
  }
}

/**
 * The host may already have released the client. That error must not replace the original one.
 *
 * @param destroy With the error, the pool learns that its server has not answered.
 */
function release(client: PostgresPoolClient, destroy: Error | boolean): void {
  stopHearing(client);
  try {
    client.release(destroy);
  } catch {}
}
