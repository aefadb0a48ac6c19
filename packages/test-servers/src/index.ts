export type { Environment, ServerName } from "./engine.ts";
export { type ClusterDatabase, type ClusterOptions, startCluster, type TestCluster } from "./galera/cluster.ts";
export { connectServer } from "./server/connected.ts";
export type { StartOptions } from "./start.ts";
export { startOwnServer, startServer } from "./start.ts";
export type { OwnServer, ServerProcess, TestDatabase, TestServer } from "./test-server.ts";
