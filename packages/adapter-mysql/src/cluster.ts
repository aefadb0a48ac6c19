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
  /** Keeps all processes but one from migrating, whatever node they are connected to. */
  readonly lockMigrations: MigrationLock;
}

/** A server that is not a node of a cluster. */
export const alone: NodeRules = {
  caughtUp: (connection) => connection,
  begin: (connection) => connection.command("start transaction"),
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
          throw hasWaitedInVain(error) ? notCaughtUp(connection, error) : error;
        }),
    }),
    begin: (connection) => connection.command(`${waiting}start transaction`),
    lockMigrations: leased,
  },
};

function notCaughtUp({ databaseName }: Connection, error: unknown): StorageError {
  return new StorageError(
    "transient",
    `The node of the database ${databaseName} could not catch up with its cluster: it is far behind, or not part of it. Nothing was changed; try again, or use another node.`,
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
