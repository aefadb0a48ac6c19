import {
  fillManyProviders,
  manyProvidersCases,
  rarelyFreeSlots,
  readsLittleMoreThanAPage,
  readsNobodyElse,
} from "@slotwright/adapter-sql/conformance";
import type { StorageAdapter } from "@slotwright/core/adapter";
import { createPool, type Pool } from "mysql2/promise";
import { afterAll, beforeAll, describe, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore, withGuardsOff } from "./mysql-harness.ts";
import { rowsReadOn } from "./rows-read.ts";

describeOnEachServer("a hundred providers of whom one has everything,", (server) => {
  let store: MysqlStore;
  let pool: Pool;
  let storage: StorageAdapter;
  beforeAll(async () => {
    store = await openMysqlStore(server);
    pool = createPool({ uri: store.url, connectionLimit: 1 });
    // The server would gather statistics by itself, some seconds after a tenth of a table has changed.
    await pool.query("alter table slotwright_slots stats_auto_recalc = 0");
    await pool.query("analyze table slotwright_slots");
    await withGuardsOff(store.url, (connection) => fillManyProviders((sql) => connection.query(sql)));
    storage = mysqlAdapter({ pool }) as StorageAdapter;
    await storage.load([]);
  }, 120_000);
  afterAll(async () => {
    await pool.end();
    await store.close();
  });
  const rowsRead = (call: () => Promise<unknown>) => rowsReadOn(pool, call);

  describe.each([
    { title: "with the statistics of empty tables:", isAnalysed: false },
    { title: "with statistics of their own:", isAnalysed: true },
  ])("$title", ({ isAnalysed }) => {
    beforeAll(async () => {
      if (isAnalysed) await pool.query("analyze table slotwright_slots");
    });

    // The shares, and then a page of each: one of them has its whole share on the page.
    it.each(manyProvidersCases)("$name reads a share of each, and at most a page of each, $window", (one) =>
      readsLittleMoreThanAPage({ storage, rowsRead }, one, 3_000),
    );

    it.each(manyProvidersCases)("$name reads nobody else's rows if hardly any are free, $window", (one) =>
      readsNobodyElse({ storage, rowsRead }, one, rarelyFreeSlots + 500),
    );
  });
});
