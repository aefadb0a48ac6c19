import type { StorageAdapter } from "@slotwright/core";
import type { OwnServer, TestCluster } from "@slotwright/test-servers";
import { type Connection, createConnection } from "mysql2/promise";
import { afterAll, beforeAll } from "vitest";
import { type MysqlAdapterOptions, mysqlAdapter } from "../../src/index.ts";

/** A migrated database on the three nodes of a cluster, with an adapter on each. */
export interface GaleraStage {
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

export function galeraStage(cluster: TestCluster | undefined): GaleraStage {
  let urls: readonly string[];
  const opened: StorageAdapter[] = [];
  let storages: readonly StorageAdapter[];
  let ballast = 0;
  // Without a cluster, all tests are skipped.
  const createDatabase = () => (cluster as TestCluster).createDatabase();
  const open: GaleraStage["open"] = (node, options) => {
    const storage = mysqlAdapter({ uri: urls[node] as string, ...options }) as unknown as StorageAdapter;
    opened.push(storage);
    return storage;
  };
  const on: GaleraStage["on"] = async (node, work) => {
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
        await connection.query(`insert into ballast select seq, repeat('x', 250) from seq_${first}_to_${last}`);
        ballast = last;
      }),
  };
}

const rowsOfBallast = 20_000;
