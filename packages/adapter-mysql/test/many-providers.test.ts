import {
  fillManyProviders,
  type ManyProvidersCase,
  manyProvidersCases,
  rarelyFreeSlots,
  readsLittleMoreThanAPage,
  readsNobodyElse,
  readsTheSameInBothWindows,
  slotsOfTheWeek,
} from "@slotwright/adapter-sql/conformance";
import type { StorageAdapter } from "@slotwright/core/adapter";
import { createPool, type Pool } from "mysql2/promise";
import { afterAll, beforeAll, describe, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore, withGuardsOff } from "./mysql-harness.ts";
import { rowsReadOn } from "./rows-read.ts";

describeOnEachServer("a hundred providers of whom one has everything,", (server, engine) => {
  // MariaDB reads a week as a whole, and everything else in parts.
  const isWhole = ({ window }: ManyProvidersCase) => engine === "mariadb" && window === "a week";
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

    // The shares, and then a page of each: one of them has its whole share on the page. Or each key of the week.
    it.each(manyProvidersCases)("$name reads a share of each, and at most a page of each, $window", (one) =>
      readsLittleMoreThanAPage({ storage, rowsRead }, one, isWhole(one) ? slotsOfTheWeek + 200 : 3_000),
    );

    // Sorted keys are looked up by the row, so each row is read once for its key and once for what else it has.
    it.each(manyProvidersCases)("$name reads nobody else's rows if hardly any are free, $window", (one) =>
      readsNobodyElse({ storage, rowsRead }, one, (isWhole(one) ? 3 : 1) * rarelyFreeSlots + 500),
    );

    // Eleven are twelve placeholders.
    it.each(manyProvidersCases.filter(({ window }) => window === "a week"))(
      "$name finds the same slots, in the same order, in $window as in a year without others",
      (one) => readsTheSameInBothWindows(storage, one.list, 11),
    );
  });
});
