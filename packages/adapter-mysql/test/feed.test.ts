import {
  fillSecondPartition,
  goesOnAfterDeletion,
  keepsToFirstPartition,
  publishAlone,
  resetsForeignPosition,
} from "@slotwright/adapter-sql/conformance";
import { auditFeed, createFeedReader } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { createConnection, type PoolConnection } from "mysql2/promise";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type MysqlPool, mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";

describeOnEachServer("the feed", (server) => {
  let store: MysqlStore;
  beforeEach(async () => {
    store = await openMysqlStore(server);
  });
  afterEach(() => store.close());

  it.each(["read committed", "repeatable read"])(
    "goes on while all partitions are taken, also in transactions at %s, and nobody waits",
    async (level) => {
      // As many open transactions as there are partitions would have them.
      const taker = await createConnection(store.url);
      // Which locks the rows, and no gap beyond them.
      await taker.query("set transaction isolation level read committed");
      await taker.beginTransaction();
      await taker.query("select * from slotwright_feed_partitions for update");
      const reader = createFeedReader(store.second, 3);
      const hosts = await Promise.all(
        [1, 2, 3].map(async (number) => {
          const host = await store.beginHostTransaction(level);
          return { ...host, entries: await publishAlone(store.storage.within(host.transaction), number) };
        }),
      );
      const committed = [...(await publishAlone(store.storage, 10))];
      await reader.readToEnd();
      expect(auditFeed(reader.entries, committed)).toEqual([]);
      for (const [index, host] of hosts.entries()) {
        await (index === 1 ? host.rollback() : host.commit());
        if (index !== 1) committed.push(...host.entries);
        committed.push(...(await publishAlone(store.storage, 20 + index)));
      }
      await taker.rollback();
      committed.push(...(await publishAlone(store.storage, 30)));
      await reader.readToEnd();
      expect(auditFeed(reader.entries, committed)).toEqual([]);
      await taker.end();
    },
  );

  /** The pool of the store, whose statements are changed, or wait, before they are sent. */
  function poolWhere(change: (sql: string) => string | Promise<string>): MysqlPool {
    return {
      getConnection: async () => {
        const driver = await store.pool.getConnection();
        const execute = async (options: { readonly sql: string }) =>
          driver.execute({ ...options, sql: await change(options.sql) });
        return new Proxy(driver, {
          get: (target, name) => {
            if (name === "connection") return undefined;
            if (name === "execute") return execute;
            const value = target[name as keyof PoolConnection];
            return typeof value === "function" ? value.bind(target) : value;
          },
        }) as never;
      },
    };
  }

  /** A server that was built without clusters refuses their variables. */
  const withoutClusters = () => poolWhere((sql) => sql.replace("wsrep_on", "wsrep_of_no_server"));

  it.each(["with", "without"])("a position ahead of all entries is reset by a server %s clusters", async (how) => {
    const storage = how === "with" ? store.storage : mysqlAdapter({ pool: withoutClusters() });
    await publishAlone(storage, 1);
    const { position } = createFeedReader(store.second, 3, [{ partition: 0, seq: 1_000, digest: "12345678" }]);
    expect(await storage.readFeed({ after: position, limit: 3 })).toEqual({ status: "reset" });
    expect(await storage.readFeed({ after: null, limit: 3 })).toMatchObject({ status: "read" });
  });

  it("a position is not reset that a server lacks just before it takes writes, as one that becomes the primary", async () => {
    await publishAlone(store.storage, 1);
    const host = await store.beginHostTransaction();
    await publishAlone(store.storage.within(host.transaction), 2);
    const ahead = await store.storage.within(host.transaction).readFeed({ after: "end", limit: 1 });
    const pool = poolWhere(async (sql) => {
      if (sql.includes("@@global.read_only")) await host.commit();
      return sql;
    });
    const storage = mysqlAdapter({ pool });
    const position = ahead.status === "read" ? ahead.position : [];
    expect(await storage.readFeed({ after: position, limit: 3 })).toMatchObject({ status: "read", entries: [] });
  });

  it("keeps to the first partition while commits follow one another, which keeps cursors short", () =>
    keepsToFirstPartition(store.storage, store.second));

  it("resets a position of another database by the first read, whatever its page", async () => {
    const other = await openMysqlStore(server);
    await resetsForeignPosition(store, other).finally(() => other.close());
  });

  it("is told to readers who stand before old entries that were deleted as the guide says, and goes on for the others", async () => {
    const owner = await createConnection({ uri: store.url, multipleStatements: true });
    const storage = store.storage as StorageAdapter<never>;
    const fillElsewhere = (at: Date) => fillSecondPartition(store, { from: 40, to: 44, at });
    await goesOnAfterDeletion({ storage, fillElsewhere, run: (sql) => owner.query(sql) }, "mysql");
    await owner.end();
  });
});
