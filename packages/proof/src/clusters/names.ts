export const clusterNames = ["galera", "patroni", "postgres-cluster"] as const;
export type ClusterName = (typeof clusterNames)[number];
