import type { Environment } from "../engine.ts";
import { startGalera } from "../galera/cluster.ts";
import { type GroupCluster, startGroupReplication } from "../group-replication/cluster.ts";
import type { Primaries } from "../group-replication/node.ts";
import { type PostgresCluster, startPostgresCluster } from "../postgres/cluster.ts";
import type { TestCluster } from "./cluster.ts";

export interface ClusterOptions {
  /** Where to look for the PATH, the cache folder and `CI`. Defaults to `process.env`. */
  readonly environment?: Environment;
  /** Of Group Replication: whether one node takes writes, which is the default, or each of them. */
  readonly primaries?: Primaries;
}

/** What each kind of cluster can do. */
export interface Clusters {
  readonly galera: TestCluster;
  readonly "group-replication": GroupCluster;
  readonly postgres: PostgresCluster;
}

type Starts = {
  readonly [Kind in keyof Clusters]: (
    environment: Environment,
    primaries: Primaries | undefined,
  ) => Promise<Clusters[Kind] | undefined>;
};

const starts: Starts = {
  galera: startGalera,
  "group-replication": startGroupReplication,
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
  { environment = process.env, primaries }: ClusterOptions = {},
): Promise<Clusters[Kind] | undefined> {
  return starts[kind](environment, primaries);
}
