import type { EngineName } from "@slotwright/lab/engines";
import { type OwnServer, startCluster, startOwnServer } from "@slotwright/test-servers";

export const placeNames = [
  "postgres",
  "postgres-cluster",
  "mysql",
  "group-replication",
  "group-of-primaries",
  "mariadb",
  "galera",
] as const;
export type PlaceName = (typeof placeNames)[number];

/** One server, or several that hold the same data. */
export interface Place {
  readonly engine: EngineName;
  readonly version: string;
  /** A new database: its URL on each node that takes writes. */
  readonly createDatabase: () => Promise<readonly string[]>;
  /** The servers' processes. */
  readonly pids: readonly number[];
  /** How far the nodes are from one another. Undefined if that cannot be changed. */
  readonly slow: ((roundTripMs: number) => void) | undefined;
  readonly stop: () => Promise<void>;
}

interface PlaceKind {
  readonly title: string;
  /** How many of its nodes take writes. */
  readonly writable: number;
  /** Undefined if it cannot be had here, which was said on stderr. */
  readonly start: () => Promise<Place | undefined>;
}

const pidsOf = (nodes: readonly OwnServer[]) => nodes.map(({ process }) => process.pid);

function oneServer(engine: "postgres" | "mysql" | "mariadb"): PlaceKind["start"] {
  return async () => {
    const server = await startOwnServer(engine);
    if (server === undefined) return undefined;
    const createDatabase = async () => [(await server.createDatabase()).url];
    const { version } = server;
    return { engine, version, createDatabase, pids: pidsOf([server]), slow: undefined, stop: () => server.stop() };
  };
}

async function startGalera(): Promise<Place | undefined> {
  const cluster = await startCluster("galera");
  if (cluster === undefined) return undefined;
  const createDatabase = async () => (await cluster.createDatabase()).urls;
  const { version, nodes, slow, stop } = cluster;
  return { engine: "mariadb", version, createDatabase, pids: pidsOf(nodes), slow, stop };
}

async function startPostgres(): Promise<Place | undefined> {
  const cluster = await startCluster("postgres");
  if (cluster === undefined) return undefined;
  const createDatabase = async () => [(await cluster.createDatabase()).urls[cluster.primary()] as string];
  const { version, nodes, slow, stop } = cluster;
  return { engine: "postgres", version, createDatabase, pids: pidsOf(nodes), slow, stop };
}

const groupWhere = (primaries: "one" | "each"): PlaceKind["start"] =>
  async function startGroup() {
    const cluster = await startCluster("group-replication", { primaries });
    if (cluster === undefined) return undefined;
    const createDatabase = async () => {
      const { urls } = await cluster.createDatabase();
      return (await cluster.primaries()).map((place) => urls[place] as string);
    };
    const { version, nodes, slow, stop } = cluster;
    return { engine: "mysql", version, createDatabase, pids: pidsOf(nodes), slow, stop };
  };

export const places: Readonly<Record<PlaceName, PlaceKind>> = {
  postgres: { title: "PostgreSQL, one server", writable: 1, start: oneServer("postgres") },
  "postgres-cluster": { title: "PostgreSQL, two standbys, `ANY 1`", writable: 1, start: startPostgres },
  mysql: { title: "MySQL, one server", writable: 1, start: oneServer("mysql") },
  "group-replication": {
    title: "Group Replication, three members, one primary",
    writable: 1,
    start: groupWhere("one"),
  },
  "group-of-primaries": {
    title: "Group Replication, three primaries",
    writable: 3,
    start: groupWhere("each"),
  },
  mariadb: { title: "MariaDB, one server", writable: 1, start: oneServer("mariadb") },
  galera: { title: "Galera, three nodes", writable: 3, start: startGalera },
};
