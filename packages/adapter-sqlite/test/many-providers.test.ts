import type { Read } from "@slotwright/adapter-sql";
import {
  fillManyProviders,
  type ManyProvidersStage,
  manyProvidersCases,
  rarelyFreeSlots,
  readsLittleMoreThanAPage,
  readsNobodyElse,
} from "@slotwright/adapter-sql/conformance";
import type { OpenQuery, SlotQuery } from "@slotwright/core/adapter";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, it } from "vitest";
import { createStatements } from "../src/statements.ts";
import { sqliteStrategy } from "../src/strategy.ts";
import { openSqliteStore, type SqliteStore } from "./sqlite-harness.ts";

const { reads } = createStatements(sqliteStrategy("slotwright_"));

/** When a host has had the planner gather statistics, if at all. */
const statistics = ["never", "while they were empty", "when they were filled"] as const;

describe.each(statistics)(
  "a hundred providers of whom one has everything, in tables that were analysed %s:",
  (when) => {
    let store: SqliteStore;
    let database: Database.Database;
    let looks = 0;
    beforeAll(async () => {
      store = await openSqliteStore();
      database = new Database(store.filename);
      database.pragma("synchronous = off");
      if (when === "while they were empty") database.exec("analyze");
      await fillManyProviders(async (sql) => database.exec(sql));
      if (when === "when they were filled") database.exec("analyze");
      database.close();
      // The planner knows what was gathered from its next connection on.
      database = new Database(store.filename);
      database.function("looked_at", () => {
        looks += 1;
        return 1;
      });
    });
    afterAll(async () => {
      database.close();
      await store.close();
    });

    /** Runs the adapter's statement, in which the database counts the rows that it looks at. */
    async function counted({ sql, parameters }: Read) {
      const rows = database.prepare(sql.replaceAll(" where ", " where looked_at() = 1 and ")).all(...parameters);
      return (rows as { id: string; start_at: number }[]).map(({ id, start_at }) => ({
        id,
        start: new Date(start_at),
      }));
    }
    const storage = {
      findSlots: (query: SlotQuery) => counted(reads.slots(query) as Read),
      findOpen: (query: OpenQuery) => counted(reads.open(query) as Read),
    } as unknown as ManyProvidersStage["storage"];
    async function rowsRead(call: () => Promise<unknown>): Promise<number> {
      looks = 0;
      await call();
      return looks;
    }

    it.each(manyProvidersCases)("$name reads little more than a page and one slot of each, $window", (one) =>
      readsLittleMoreThanAPage({ storage, rowsRead }, one, 200),
    );

    it.each(manyProvidersCases)("$name reads nobody else's rows if hardly any are free, $window", (one) =>
      readsNobodyElse({ storage, rowsRead }, one, rarelyFreeSlots + 100),
    );
  },
);
