export type { ClusterDatabase, DistantCluster, DividedCluster, NodeSettings, TestCluster } from "./cluster/cluster.ts";
export { type ClusterOptions, startCluster } from "./cluster/start-cluster.ts";
export type { Environment, ServerName } from "./engine.ts";
export type { GroupCluster } from "./group-replication/cluster.ts";
export type { PostgresCluster } from "./postgres/cluster.ts";
export { connectServer } from "./server/connected.ts";
export type { StartOptions } from "./start.ts";
export { startOwnServer, startServer } from "./start.ts";
export type { OwnServer, ServerProcess, TestDatabase, TestServer } from "./test-server.ts";
