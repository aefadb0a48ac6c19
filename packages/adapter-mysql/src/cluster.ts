import { StorageError } from "@slotwright/core/adapter";
import type { Connection } from "./connection.ts";
import { hasWaitedInVain, isUnknownVariable } from "./errors.ts";
import { seeingAll } from "./group-consistency.ts";
import { leased } from "./migration-lease.ts";
import { type MigrationLock, namedLock } from "./migration-lock.ts";

/** What differs between a server and a node of a cluster, whose other nodes write to the same tables. */
export interface NodeRules {
  /**
   * The same connection, but a read shows all that was acknowledged on any node. It leaves no trace on the session.
   * Within a transaction, a read shows what that transaction sees.
   */
  readonly caughtUp: (connection: Connection) => Connection;
  /**
   * Begins a transaction at READ COMMITTED that sees all that was acknowledged on any node.
   * @param question a read that a member of a group answers
   */
  readonly begin: (connection: Connection, question: string) => Promise<unknown>;
  /** Keeps all processes but one from migrating, whatever node they are connected to. */
  readonly lockMigrations: MigrationLock;
}

const starting = "start transaction";

async function beginReadCommitted(connection: Connection, start = starting): Promise<void> {
  await connection.command("set transaction isolation level read committed");
  await connection.command(start);
}

/** A server that is not a node of a cluster. */
export const alone: NodeRules = {
  caughtUp: (connection) => connection,
  begin: (connection) => beginReadCommitted(connection),
  lockMigrations: namedLock,
};

/** A kind of cluster. */
export interface Cluster {
  /** Asks a server whether it is a node. The document is a boolean. */
  readonly isNode: string;
  readonly node: NodeRules;
}

const waiting = "set statement wsrep_sync_wait = 1 for ";

/** MariaDB with Galera. Each node certifies what the others have committed, and applies it a moment later. */
export const galera: Cluster = {
  isNode: "select convert(if(@@global.wsrep_on, 'true', 'false') using binary) as doc",
  node: {
    caughtUp: (connection) => ({
      ...connection,
      read: (sql, parameters) => connection.read<never>(waiting + sql, parameters).catch(behindIn(connection)),
    }),
    begin: (connection) => beginReadCommitted(connection, waiting + starting).catch(behindIn(connection)),
    lockMigrations: leased,
  },
};

/**
 * MySQL Group Replication where each member takes writes. With one primary, all is read and written there. There is no
 * form for one statement, so the session is set to wait, and set back.
 */
export const groupOfPrimaries: Cluster = {
  // Where groups are not known, the variable by its name would be an error, in the middle of a host's transaction.
  isNode: `select convert(if(exists(select 1 from performance_schema.global_variables
    where variable_name = 'group_replication_single_primary_mode' and variable_value = 'OFF'), 'true', 'false') using binary) as doc`,
  node: {
    caughtUp: (connection) => ({
      ...connection,
      read: (sql, parameters) => seeingAll(connection, () => connection.read<never>(sql, parameters)),
    }),
    // The session cannot be set back within a transaction. At READ COMMITTED, it also sees what came before it began.
    begin: async (connection, question) => {
      await seeingAll(connection, () => connection.command(question));
      await beginReadCommitted(connection);
    },
    lockMigrations: leased,
  },
};

const thoseBehind = new WeakSet<object>();

/** The node could not catch up in time. Another one may be further. */
export function isBehind(error: unknown): boolean {
  return thoseBehind.has(error as object);
}

/** These statements wait for no locks, so a wait in vain was one for the cluster. */
const behindIn =
  ({ databaseName }: Connection) =>
  (error: unknown): never => {
    if (!hasWaitedInVain(error)) throw error;
    const behind = new StorageError(
      "transient",
      `The node of the database ${databaseName} could not catch up with its cluster: it is far behind, or not part of it. Nothing was changed; try again, or use another node.`,
      error,
    );
    thoseBehind.add(behind);
    throw behind;
  };

/** How the server that answers is to be treated. */
export async function rulesFor(connection: Connection, cluster: Cluster): Promise<NodeRules> {
  return (await isTrue(connection, cluster.isNode).catch(withoutClusters)) ? cluster.node : alone;
}

/** A server that was built without clusters does not know their variables. */
function withoutClusters(error: unknown): boolean {
  if (isUnknownVariable(error)) return false;
  throw error;
}

async function isTrue(connection: Connection, sql: string): Promise<boolean> {
  const [answer] = await connection.documents<boolean>(sql, []);
  return answer === true;
}
