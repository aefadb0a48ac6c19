export const clusterNames = ["galera", "group-replication", "patroni", "postgres-cluster"] as const;
export type ClusterName = (typeof clusterNames)[number];
