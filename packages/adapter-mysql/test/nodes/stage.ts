import type { StorageAdapter } from "@slotwright/core";
import type { OwnServer, TestCluster } from "@slotwright/test-servers";
import { type Connection, createConnection } from "mysql2/promise";
import { afterAll, beforeAll } from "vitest";
import { type MysqlAdapterOptions, mysqlAdapter } from "../../src/index.ts";

/** What differs between the kinds of clusters whose nodes all take writes. */
export interface NodesKind {
  readonly server: "mysql" | "mariadb";
  /** Inserts rows of these numbers. */
  readonly ballast: (first: number, last: number) => readonly string[];
  /** A session's own setting of its waits, which nobody else may change. */
  readonly ownWait: { readonly variable: string; readonly value: string | number };
}

export const galeraNodes: NodesKind = {
  server: "mariadb",
  ballast: (first, last) => [`insert into ballast select seq, repeat('x', 250) from seq_${first}_to_${last}`],
  ownWait: { variable: "wsrep_sync_wait", value: 6 },
};

export const groupNodes: NodesKind = {
  server: "mysql",
  ballast: (first, last) => [
    `set session cte_max_recursion_depth = ${last}`,
    `insert into ballast with recursive numbers (n) as (select ${first} union all select n + 1 from numbers where n < ${last}) select n, repeat('x', 250) from numbers`,
  ],
  ownWait: { variable: "group_replication_consistency", value: "AFTER" },
};

/** A migrated database on the three nodes of a cluster, with an adapter on each. */
export interface NodesStage {
  readonly kind: NodesKind;
  readonly createDatabase: TestCluster["createDatabase"];
  readonly nodes: readonly OwnServer[];
  readonly urlOf: (node: number) => string;
  readonly storageOf: (node: number) => StorageAdapter;
  /** Another adapter, which is closed with the others. */
  readonly open: (node: number, options?: Omit<MysqlAdapterOptions, "uri" | "pool">) => StorageAdapter;
  readonly on: <T>(node: number, work: (connection: Connection) => Promise<T>) => Promise<T>;
  /** While the work runs, the node applies nothing of what others commit, and commits nothing. It still reads. */
  readonly whileBehind: <T>(node: number, work: (release: () => Promise<unknown>) => Promise<T>) => Promise<T>;
  /**
   * Commits so much on node 0 that the others need a moment to apply it. What is committed there next comes to them
   * later, but meanwhile they can commit.
   */
  readonly keepOthersBusy: () => Promise<void>;
}

export function nodesStage(cluster: TestCluster | undefined, kind: NodesKind): NodesStage {
  let urls: readonly string[];
  const opened: StorageAdapter[] = [];
  let storages: readonly StorageAdapter[];
  let ballast = 0;
  // Without a cluster, all tests are skipped.
  const createDatabase = () => (cluster as TestCluster).createDatabase();
  const open: NodesStage["open"] = (node, options) => {
    const storage = mysqlAdapter({ uri: urls[node] as string, ...options }) as unknown as StorageAdapter;
    opened.push(storage);
    return storage;
  };
  const on: NodesStage["on"] = async (node, work) => {
    const connection = await createConnection(urls[node] as string);
    try {
      return await work(connection);
    } finally {
      await connection.end();
    }
  };
  beforeAll(async () => {
    urls = (await createDatabase()).urls;
    storages = urls.map((_url, node) => open(node));
    await storages[0]?.migrate();
    await Promise.all(storages.map((storage) => storage.load([])));
    await on(0, (connection) => connection.query("create table ballast (id int primary key, text char(250))"));
  });
  afterAll(() => Promise.all(opened.map((storage) => storage.close())));
  return {
    kind,
    createDatabase,
    nodes: cluster?.nodes ?? [],
    urlOf: (node) => urls[node] as string,
    storageOf: (node) => storages[node] as StorageAdapter,
    open,
    on,
    whileBehind: (node, work) =>
      on(node, async (connection) => {
        await connection.query("flush tables with read lock");
        try {
          return await work(() => connection.query("unlock tables"));
        } finally {
          await connection.query("unlock tables");
        }
      }),
    keepOthersBusy: () =>
      on(0, async (connection) => {
        const [first, last] = [ballast + 1, ballast + rowsOfBallast];
        for (const sql of kind.ballast(first, last)) await connection.query(sql);
        ballast = last;
      }),
  };
}

const rowsOfBallast = 20_000;
