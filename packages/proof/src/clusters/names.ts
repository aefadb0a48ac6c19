export const clusterNames = [
  "galera",
  "group-replication",
  "group-of-primaries",
  "patroni",
  "postgres-cluster",
] as const;
export type ClusterName = (typeof clusterNames)[number];

/**
 * PostgreSQL shows what a primary has committed to others once it is started again, though no standby had it, and another
 * one may take over then. Nobody was told that it had succeeded, and a reader of it is told `feed_reset`.
 */
export const takingBack: readonly (ClusterName | "urls")[] = ["patroni", "postgres-cluster"];
