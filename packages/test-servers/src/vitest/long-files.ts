/**
 * Tests of the programs that prove and measure, of clusters, the suite on adapters that differ from others in little and
 * on flawed ones, by other runners, Next, flawed copies of the client, the codes that each call can have, damage that the demo notices, races of guards, and
 * what a browser shows in every view, in every text and while others book.
 * They take three quarters of the time of all others, and need programs that no other tests do, so `test` leaves them
 * out, unless it is given `--all` or runs in CI. Named on the command line, each of them runs.
 */
export const longFiles: readonly string[] = [
  "packages/proof/test/{clusters,faults,mutants-on-servers,prove,relay-shifts,sqlite-faults,turns,versions,violations}.test.ts",
  "benchmarks/test/{arenas,scale-memory,scale-stores}.test.ts",
  "packages/test-servers/test/{group-replication,postgres-cluster,proxy-faults}.test.ts",
  "packages/adapter-mysql/test/{failover,galera,group-replication,lost-entries,silent-servers}.test.ts",
  "packages/adapter-postgres/test/{cluster,failover,guard-races,patroni}.test.ts",
  "packages/adapter-sqlite/test/realms/sqlite.test.ts",
  "packages/conformance/test/broken-adapters.test.ts",
  "packages/conformance/test/realms/memory.test.ts",
  "packages/core/test/call-codes.test.ts",
  "packages/client/test/mutants.test.ts",
  "examples/adapter/{conformance,node-test}.test.ts",
  "examples/clinic/test/browser/{answers,connection,races,sync,texts,trouble-views,views}.test.ts",
  "examples/demo-damage.test.ts",
  "packages/http/test/next.test.ts",
];
