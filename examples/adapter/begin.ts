import { type CallOptions, type OpenTransaction, StorageError } from "@slotwright/core/adapter";
import type { Pool, PoolClient } from "pg";
import { lend } from "./connection.ts";
import { commitError, storageError } from "./errors.ts";

/** A transaction for the host. Its client goes back to the pool when it ends, or is closed if that went wrong. */
export async function begin(pool: Pool, call: CallOptions | undefined): Promise<OpenTransaction<PoolClient>> {
  const client = await lend(pool, call);
  client.on("error", ignore);
  const end = (isBroken: boolean) => {
    client.removeListener("error", ignore);
    client.release(isBroken);
  };
  const endAfter = (work: Promise<unknown>) =>
    work.then(
      () => end(false),
      (error: unknown) => {
        end(true);
        throw error;
      },
    );
  await client.query("begin isolation level read committed").catch((error: unknown) => {
    end(true);
    throw storageError(error);
  });
  return {
    transaction: client,
    commit: () => endAfter(commit(client)),
    async rollback() {
      await endAfter(client.query("rollback")).catch(ignore);
      return undefined;
    },
  };
}

function ignore(): void {}

async function commit(client: PoolClient): Promise<void> {
  const { command } = await client.query("commit").catch((error: unknown) => {
    throw commitError(error);
  });
  // In a transaction that has failed, COMMIT is answered with ROLLBACK, and not with an error.
  if (command !== "COMMIT") throw new StorageError("misused", "The transaction had failed before its COMMIT.");
}
