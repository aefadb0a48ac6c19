import type { Environment } from "../engine.ts";
import { startGalera } from "../galera/cluster.ts";
import { type GroupCluster, startGroupReplication } from "../group-replication/cluster.ts";
import type { Primaries } from "../group-replication/node.ts";
import { type PatroniCluster, startPatroni } from "../patroni/cluster.ts";
import { type PostgresCluster, startPostgresCluster } from "../postgres/cluster.ts";
import type { DistantCluster, DividedCluster, NodeSettings } from "./cluster.ts";

export interface ClusterOptions {
  /** Where to look for the PATH, the cache folder and `CI`. Defaults to `process.env`. */
  readonly environment?: Environment;
  /** Options of the server by name, such as `wsrep-sync-wait`, for each node. They count more than the cluster's own. */
  readonly settings?: NodeSettings;
  /** Of Group Replication: whether one node takes writes, which is the default, or each of them. */
  readonly primaries?: Primaries;
}

/** What each kind of cluster can do. */
export interface Clusters {
  readonly galera: DividedCluster & DistantCluster;
  readonly "group-replication": GroupCluster;
  readonly patroni: PatroniCluster;
  readonly postgres: PostgresCluster;
}

type Start<Cluster> = (
  environment: Environment,
  settings: NodeSettings,
  primaries: Primaries,
) => Promise<Cluster | undefined>;
type Starts = { readonly [Kind in keyof Clusters]: Start<Clusters[Kind]> };

const starts: Starts = {
  galera: startGalera,
  "group-replication": startGroupReplication,
  patroni: startPatroni,
  postgres: startPostgresCluster,
};

/**
 * A cluster of three nodes on the loopback address, as our own processes.
 *
 * @returns `undefined` if it is not available, after saying so on stderr.
 * @throws If it is not available and `CI=true`.
 */
export function startCluster<Kind extends keyof Clusters>(
  kind: Kind,
  { environment = process.env, settings = {}, primaries = "one" }: ClusterOptions = {},
): Promise<Clusters[Kind] | undefined> {
  return starts[kind](environment, settings, primaries);
}
