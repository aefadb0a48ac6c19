import {
  fillManyProviders,
  manyProvidersCases,
  rarelyFreeSlots,
  readsLittleMoreThanAPage,
  readsNobodyElse,
} from "@slotwright/adapter-sql/conformance";
import { sampleInstant as at } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core/adapter";
import { Pool } from "pg";
import { afterAll, beforeAll, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-harness.ts";

const generic = "-c plan_cache_mode=force_generic_plan";
const custom = "-c plan_cache_mode=force_custom_plan";

/** Each asks on a connection that is ready for it: one that has its plans from before, or one that makes them now. */
const connections = {
  "planned while the tables were empty, and nothing has told it that they have grown": {
    isEarly: true,
    isAnalysed: false,
    options: "",
  },
  "with generic plans on tables that were analysed": { isEarly: false, isAnalysed: true, options: generic },
  "with generic plans on tables that were just filled": { isEarly: false, isAnalysed: false, options: generic },
  "with custom plans on tables that were just filled": { isEarly: false, isAnalysed: false, options: custom },
};

for (const [title, { isEarly, isAnalysed, options }] of Object.entries(connections)) {
  describeOnServer(`a hundred providers of whom one has everything, on a connection ${title}:`, (url) => {
    let store: PostgresStore;
    let pool: Pool;
    let storage: StorageAdapter;
    beforeAll(async () => {
      store = await openPostgresStore(url());
      await store.pool.query(`alter table ${store.schema}.slotwright_slots set (autovacuum_enabled = off)`);
      pool = new Pool({ connectionString: url(), max: 1, options });
      storage = postgresAdapter({ pool, schema: store.schema }) as StorageAdapter;
      if (isEarly) await plansMade(storage);
      const filling = new Pool({ connectionString: url(), max: 1, options: `-c search_path=${store.schema}` });
      await fillManyProviders((sql) => filling.query(sql));
      // What the filling has read must not be counted later.
      await filling.query("select pg_catalog.pg_stat_force_next_flush()");
      await filling.end();
      if (isAnalysed) await store.pool.query(`analyze ${store.schema}.slotwright_slots`);
    }, 120_000);
    afterAll(async () => {
      await pool.end();
      await store.close();
    });

    async function rowsRead(call: () => Promise<unknown>): Promise<number> {
      const count = async () => {
        await pool.query("select pg_catalog.pg_stat_force_next_flush()");
        const { rows } = await pool.query<{ readonly read: number }>(reads, [store.schema]);
        return rows[0]?.read ?? 0;
      };
      const before = await count();
      await call();
      return (await count()) - before;
    }

    it.each(manyProvidersCases)("$name reads little more than a page, $window, and also when it goes on", (one) =>
      readsLittleMoreThanAPage({ storage, rowsRead }, one, 500),
    );

    // All of theirs, and not twice.
    it.each(manyProvidersCases)("$name reads nobody else's rows if hardly any are free, $window", (one) =>
      readsNobodyElse({ storage, rowsRead }, one, rarelyFreeSlots + 500),
    );
  });
}

/** A statement is planned anew a few times before its generic plan is kept. */
async function plansMade(storage: StorageAdapter): Promise<void> {
  for (const { query, list } of manyProvidersCases) {
    for (let run = 0; run < 8; run++) {
      await list(storage, query);
      await list(storage, { ...query, descending: true });
      await list(storage, { ...query, after: { start: at(30), id: "x" } });
    }
  }
}

const reads = `
  select (select sum(idx_tup_read) from pg_catalog.pg_stat_user_indexes where schemaname = $1)::int
    + (select sum(seq_tup_read) from pg_catalog.pg_stat_user_tables where schemaname = $1)::int as read`;
