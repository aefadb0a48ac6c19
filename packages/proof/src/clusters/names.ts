export const clusterNames = [
  "galera",
  "group-replication",
  "group-of-primaries",
  "patroni",
  "postgres-cluster",
] as const;
export type ClusterName = (typeof clusterNames)[number];
