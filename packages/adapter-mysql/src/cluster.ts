import { StorageError } from "@slotwright/core/adapter";
import type { Connection } from "./connection.ts";
import { hasWaitedInVain, isUnknownVariable } from "./errors.ts";
import { leased } from "./migration-lease.ts";
import { type MigrationLock, namedLock } from "./migration-lock.ts";

/** What differs between a server and a node of a cluster, whose other nodes write to the same tables. */
export interface NodeRules {
  /**
   * The same connection, but a read shows all that was acknowledged on any node. It leaves no trace on the session.
   * Within a transaction, a read shows what that transaction sees.
   */
  readonly caughtUp: (connection: Connection) => Connection;
  /** Begins a transaction that sees all that was acknowledged on any node. */
  readonly begin: (connection: Connection) => Promise<unknown>;
  /** @throws StorageError `transient` if the node is not part of its cluster: tables may be missing there */
  readonly requireReady: (connection: Connection) => Promise<void>;
  /** Keeps all processes but one from migrating, whatever node they are connected to. */
  readonly lockMigrations: MigrationLock;
}

/** A server that is not a node of a cluster. */
export const alone: NodeRules = {
  caughtUp: (connection) => connection,
  begin: (connection) => connection.command("start transaction"),
  requireReady: async () => {},
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
      read: (sql, parameters) =>
        connection.read<never>(waiting + sql, parameters).catch((error: unknown) => {
          throw hasWaitedInVain(error) ? farBehind(connection, error) : error;
        }),
    }),
    begin: (connection) => connection.command(`${waiting}start transaction`),
    requireReady,
    lockMigrations: leased,
  },
};

async function requireReady(connection: Connection): Promise<void> {
  const isReady = `select convert(if(variable_value = 'ON', 'true', 'false') using binary) as doc
    from information_schema.global_status where variable_name = 'WSREP_READY'`;
  if (await isTrue(connection, isReady)) return;
  throw new StorageError(
    "transient",
    `The node of the database ${connection.databaseName} is not part of its cluster, or not yet. Nothing was changed; try again, or use another node.`,
  );
}

function farBehind({ databaseName }: Connection, error: unknown): StorageError {
  return new StorageError(
    "transient",
    `The node of the database ${databaseName} did not apply in time what its cluster has committed. Nothing was changed; try again, or use another node.`,
    error,
  );
}

/** How the server that answers is to be treated. */
export async function rulesFor(connection: Connection, cluster: Cluster | null): Promise<NodeRules> {
  if (cluster === null) return alone;
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
