import { loadEngine, type SqlConnection } from "@slotwright/lab/engines";
import { type NodeSettings, type PostgresCluster, startCluster } from "@slotwright/test-servers";
import {
  divisionsOf,
  faultsOf,
  type Harm,
  harmsTo,
  replacementsByPatroni,
  replacementsOf,
  switchoverOf,
} from "./faults.ts";
import type { ClusterName } from "./names.ts";
import type { Nodes } from "./nodes.ts";

export interface ClusterKind {
  readonly title: string;
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
  const { version, origin, nodes, settle, stop } = cluster;
  const any = { name: "node", places: () => [...nodes.keys()] };
  return {
    engine: "mariadb",
    origin: `${version} (${origin})`,
    openDatabase: async () => {
      const { urls, drop } = await cluster.createDatabase();
      return { urls, addresses: urls, writable: () => urls, drop };
    },
    faults: faultsOf([...harmsTo(cluster), ...divisionsOf(cluster), lagOf(nodes.map(({ url }) => url))], any),
    settle,
    stop,
  };
}

/** A node that applies nothing, as while a backup is made of it. The others go on until it is too far behind. */
function lagOf(urls: readonly string[]): Harm {
  const locks = new Map<number, SqlConnection>();
  return {
    key: "lagging",
    title: "applies nothing that others have committed for a while, and still answers",
    async strike(place) {
      const connection = await (await loadEngine("mariadb")).connect(urls[place] as string);
      await connection.query("FLUSH TABLES WITH READ LOCK");
      locks.set(place, connection);
    },
    // The lock ends with its connection.
    mend: async (place) => locks.get(place)?.close(),
  };
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
      return { urls, addresses: urls.map((_, place) => addressFrom(urls, place)), writable, drop };
    },
    faults: postgresFaults(cluster),
    settle,
    stop,
  };
}

/** All nodes, beginning with this one: its engine follows the primary. */
function addressFrom(urls: readonly string[], place: number): string {
  const first = new URL(urls[place] as string);
  const hosts = [...urls.slice(place), ...urls.slice(0, place)].map((url) => new URL(url).host);
  return first.href.replace(first.host, hosts.join(",")).concat("?target_session_attrs=read-write");
}

function postgresFaults(cluster: PostgresCluster): Nodes["faults"] {
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
  const others = () => [...cluster.nodes.keys()].filter((place) => place !== primary);
  const harms = [...harmsTo(cluster), ...divisionsOf(cluster, "etcd, but still the others")];
  return {
    engine: "postgres",
    origin: `${version} (${origin})`,
    openDatabase: async () => {
      const { urls, drop } = await cluster.createDatabase();
      const writable = () => [urls[primary] as string];
      return { urls, addresses: urls.map((_, place) => addressFrom(urls, place)), writable, drop };
    },
    faults: [
      ...faultsOf(harms, { name: "standby", places: others }),
      ...faultsOf(harms, { name: "primary", places: () => [primary] }),
      ...replacementsByPatroni(cluster, harms),
      switchoverOf(cluster),
    ],
    settle: async () => {
      await cluster.settle();
      primary = (await cluster.primary()) ?? primary;
    },
    stop,
  };
}

export const clusterKinds: Readonly<Record<ClusterName, ClusterKind>> = {
  galera: { title: "MariaDB Galera", start: startGalera },
  patroni: { title: "PostgreSQL with Patroni", start: startPatroni },
  "postgres-cluster": { title: "PostgreSQL with standbys", start: startPostgres },
};
