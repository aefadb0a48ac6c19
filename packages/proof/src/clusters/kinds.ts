import { type NodeSettings, type PatroniCluster, type PostgresCluster, startCluster } from "@slotwright/test-servers";
import {
  type Afflicted,
  divisionsOf,
  faultsOf,
  harmsTo,
  lagOf,
  notStarted,
  replacementsByPatroni,
  replacementsOf,
  switchoverOf,
} from "./faults.ts";
import { faultsOfGroup, startGroup } from "./group.ts";
import type { ClusterName } from "./names.ts";
import { addressFrom, type ClusterFault, type Nodes } from "./nodes.ts";

export interface ClusterKind {
  readonly title: string;
  /** What can be done to its nodes, which is known before it is started. */
  readonly faults: readonly Pick<ClusterFault, "key" | "title">[];
  /** Undefined if it cannot be had here, which was said on stderr. */
  readonly start: (settings?: NodeSettings) => Promise<Nodes | undefined>;
}

/**
 * A node of Galera answers reads without what another one has just acknowledged, unless it is told to wait. The adapter
 * does so, but the proof also reads by the driver alone.
 */
const readsWait: NodeSettings = { "wsrep-sync-wait": "7" };

async function startGalera(settings: NodeSettings = readsWait): Promise<Nodes | undefined> {
  const cluster = await startCluster("galera", { settings });
  if (cluster === undefined) return undefined;
  const { version, origin, settle, stop } = cluster;
  return {
    engine: "mariadb",
    origin: `${version} (${origin})`,
    openDatabase: async () => {
      const database = await cluster.createDatabase();
      return { ...database, addresses: database.urls, writable: () => database.urls, auditable: () => database.urls };
    },
    faults: galeraFaults(cluster),
    settle,
    stop,
  };
}

function galeraFaults(cluster: Afflicted): Nodes["faults"] {
  const any = { name: "node", places: () => [...cluster.nodes.keys()] };
  return faultsOf([...harmsTo(cluster), ...divisionsOf(cluster), lagOf("mariadb", cluster)], any);
}

async function startPostgres(settings?: NodeSettings): Promise<Nodes | undefined> {
  const cluster = await startCluster("postgres", settings && { settings });
  if (cluster === undefined) return undefined;
  const { version, origin, settle, stop } = cluster;
  return {
    engine: "postgres",
    origin: `${version} (${origin})`,
    openDatabase: async () => {
      const { urls, drop } = await cluster.createDatabase();
      const writable = () => [urls[cluster.primary()] as string];
      return { urls, addresses: addressesOf(urls), writable, auditable: writable, drop };
    },
    faults: postgresFaults(cluster),
    settle,
    stop,
  };
}

/** Each engine follows the primary. */
const addressesOf = (urls: readonly string[]): readonly string[] =>
  urls.map((_, place) => `${addressFrom(urls, place)}?target_session_attrs=read-write`);

function postgresFaults(cluster: Afflicted & Pick<PostgresCluster, "primary" | "failOver">): Nodes["faults"] {
  const harms = [...harmsTo(cluster), ...divisionsOf(cluster)];
  const primary = { name: "primary", places: () => [cluster.primary()] };
  const others = () => [...cluster.nodes.keys()].filter((place) => place !== cluster.primary());
  const standby = { name: "standby", places: others };
  return [...faultsOf(harms, standby), ...faultsOf(harms, primary), ...replacementsOf(cluster, harms)];
}

async function startPatroni(settings?: NodeSettings): Promise<Nodes | undefined> {
  const cluster = await startCluster("patroni", settings && { settings });
  if (cluster === undefined) return undefined;
  const { version, origin, stop } = cluster;
  // Patroni changes it by itself. It is asked for before each fault, and at the end.
  let primary = (await cluster.primary()) ?? 0;
  return {
    engine: "postgres",
    origin: `${version} (${origin})`,
    openDatabase: async () => {
      const { urls, drop } = await cluster.createDatabase();
      const writable = () => [urls[primary] as string];
      return { urls, addresses: addressesOf(urls), writable, auditable: writable, drop };
    },
    faults: patroniFaults(cluster, () => primary),
    settle: async () => {
      await cluster.settle();
      primary = (await cluster.primary()) ?? primary;
    },
    stop,
  };
}

function patroniFaults(
  cluster: Afflicted & Pick<PatroniCluster, "primary" | "switchOver">,
  primary: () => number,
): Nodes["faults"] {
  const others = () => [...cluster.nodes.keys()].filter((place) => place !== primary());
  const harms = [...harmsTo(cluster), ...divisionsOf(cluster, "etcd, but still the others")];
  return [
    ...faultsOf(harms, { name: "standby", places: others }),
    ...faultsOf(harms, { name: "primary", places: () => [primary()] }),
    ...replacementsByPatroni(cluster, harms),
    switchoverOf(cluster),
  ];
}

export const clusterKinds: Readonly<Record<ClusterName, ClusterKind>> = {
  galera: { title: "MariaDB Galera", faults: galeraFaults(notStarted), start: startGalera },
  patroni: {
    title: "PostgreSQL with Patroni",
    faults: patroniFaults(notStarted, notStarted.primary),
    start: startPatroni,
  },
  "group-replication": {
    title: "MySQL Group Replication with one primary",
    faults: faultsOfGroup("one", notStarted),
    start: (settings) => startGroup("one", settings),
  },
  "group-of-primaries": {
    title: "MySQL Group Replication with several primaries",
    faults: faultsOfGroup("each", notStarted),
    start: (settings) => startGroup("each", settings),
  },
  "postgres-cluster": { title: "PostgreSQL with standbys", faults: postgresFaults(notStarted), start: startPostgres },
};
