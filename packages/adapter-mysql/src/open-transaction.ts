import { endedEarly, freshnessCheck, isCausedBy } from "@slotwright/adapter-sql";
import type { OpenTransaction } from "@slotwright/core/adapter";
import type { PoolConnection } from "mysql2/promise";
import type { NodeRules } from "./cluster.ts";
import { type CallContext, type Connection, coreOf, type MysqlPoolConnection } from "./connection.ts";
import { isReadOnlySession, toStorageError } from "./errors.ts";
import { afterCommit } from "./group-commit.ts";
import { giveBack, type Lent, type Source } from "./open.ts";
import { commit as commitCommand, rollback } from "./transaction-commands.ts";

/**
 * Begins a transaction for the host, on a pooled connection that is reserved until the transaction ends. It runs at
 * READ COMMITTED: at the default level, the host's own reads would not see what was committed while it waited for a
 * lock.
 */
export async function openTransaction(
  source: Source,
  context: CallContext,
  cluster: InCluster,
  isFresh?: FreshnessCheck,
): Promise<OpenTransaction<PoolConnection>> {
  const lent = await source.lend(context);
  try {
    const { begin } = await cluster.rulesOn(lent.connection);
    // This avoids committing what was left open on the pooled connection.
    await lent.connection.command(rollback);
    await begin(lent.connection, cluster.askMembership);
  } catch (error) {
    await giveBack(lent, error);
    throw toStorageError(error, { databaseName: source.databaseName, during: "call" });
  }
  const transaction = lent.driver as MysqlPoolConnection & PoolConnection;
  return {
    transaction,
    commit: () => commit(lent, source.databaseName, cluster.askMembership),
    async rollback(reason) {
      if (!isCausedBy(reason, isReadOnlySession)) {
        // The first thing it does is to roll back.
        await giveBack(lent, undefined);
        return undefined;
      }
      lent.driver.destroy();
      const isBelieved = isFresh ?? freshnessCheck(source.state().open);
      return isBelieved(coreOf(lent.driver)) ? undefined : openTransaction(source, context, cluster, isBelieved);
    },
  };
}

/** What is asked of a server that may belong to a cluster. */
interface InCluster {
  /** Fails on a server that has left its group. */
  readonly askMembership: string;
  readonly rulesOn: (connection: Connection) => Promise<Pick<NodeRules, "begin">>;
}

type FreshnessCheck = ReturnType<typeof freshnessCheck>;

/** COMMIT without an open transaction looks successful, so the session is asked first. */
async function commit(lent: Lent, databaseName: string, askMembership: string): Promise<void> {
  const { driver, connection } = lent;
  try {
    const status = await connection.command("savepoint slotwright").catch((error: unknown) => {
      throw toStorageError(error, { databaseName, during: "host" });
    });
    if (status?.inTransaction === false) throw endedEarly(databaseName);
    await connection.command(commitCommand).catch(async (error: unknown) => {
      throw await afterCommit(error, connection, askMembership);
    });
  } catch (error) {
    const meant = toStorageError(error, { databaseName, during: "commit" });
    await giveBack(lent, meant);
    throw meant;
  }
  driver.release();
}
