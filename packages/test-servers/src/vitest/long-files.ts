/**
 * Tests of the programs that prove and measure, of clusters, the suite on adapters that differ from others in little, and by other runners, Next, flawed copies of the client,
 * and pictures of pages on which something has gone wrong.
 * They take two thirds of the time of all others, and need programs that no other tests do, so `test` leaves them out, unless it is given `--all` or runs in CI.
 * Named on the command line, each of them runs.
 */
export const longFiles: readonly string[] = [
  "packages/proof/test/{clusters,faults,prove,relay-shifts,sqlite-faults,turns,versions,violations}.test.ts",
  "benchmarks/test/{arenas,scale-memory,scale-stores}.test.ts",
  "packages/test-servers/test/{group-replication,postgres-cluster,proxy-faults}.test.ts",
  "packages/adapter-mysql/test/{failover,galera,group-replication,lost-entries}.test.ts",
  "packages/adapter-postgres/test/{cluster,failover,patroni}.test.ts",
  "packages/adapter-sqlite/test/realms/sqlite.test.ts",
  "packages/conformance/test/realms/memory.test.ts",
  "packages/client/test/mutants.test.ts",
  "examples/adapter/{conformance,node-test}.test.ts",
  "examples/clinic/test/browser/trouble-views.test.ts",
  "packages/http/test/next.test.ts",
];
