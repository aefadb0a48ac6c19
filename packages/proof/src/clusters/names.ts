export const clusterNames = ["galera", "postgres-cluster"] as const;
export type ClusterName = (typeof clusterNames)[number];
