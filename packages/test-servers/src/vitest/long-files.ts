/**
 * Tests of the programs that prove and measure, and of clusters. They take as long as a third of all others, so
 * `test` leaves them out, unless it is given `--all` or runs in CI. Named on the command line, each of them runs.
 */
export const longFiles: readonly string[] = [
  "packages/proof/test/{clusters,faults,prove,sqlite-faults,turns,versions,violations}.test.ts",
  "benchmarks/test/{arenas,scale-memory,scale-stores}.test.ts",
  "packages/test-servers/test/{group-replication,postgres-cluster,proxy-faults}.test.ts",
  "packages/adapter-mysql/test/{failover,galera,group-replication}.test.ts",
  "packages/adapter-postgres/test/{cluster,failover,patroni}.test.ts",
];
