import { listPage, providerIds } from "@slotwright/adapter-sql/conformance";
import { sampleInstant as at, sampleNow as now } from "@slotwright/conformance";
import type { OpenQuery, Position, StorageAdapter } from "@slotwright/core/adapter";
import { Pool } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-harness.ts";

const hundred = { ...listPage, providerIds: providerIds(100), startFrom: at(0) };
const windows: Readonly<Record<string, OpenQuery>> = {
  "a week": { ...hundred, startBefore: at(7 * 1440) },
  "a year": { ...hundred, startBefore: at(365 * 1440) },
  "from now on": hundred,
};

/** The two lists, with the states that a search by status asks for. */
const lists = {
  findOpen: (storage: StorageAdapter, query: OpenQuery) => storage.findOpen(query),
  findSlots: (storage: StorageAdapter, query: OpenQuery) => storage.findSlots({ ...query, statuses: ["available"] }),
};
const cases = Object.entries(windows).flatMap(([window, query]) =>
  Object.entries(lists).map(([name, list]) => ({ name, window, query, list })),
);

/** Each asks on a connection that is ready for it: one that has its plans from before, or makes generic ones now. */
const connections = {
  "planned while the tables were empty, and nothing has told it that they have grown": { isEarly: true, options: "" },
  "with generic plans on tables that were analysed": {
    isEarly: false,
    options: "-c plan_cache_mode=force_generic_plan",
  },
};

for (const [title, { isEarly, options }] of Object.entries(connections)) {
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
      await store.pool.query(`set search_path = ${store.schema}; ${fill}; reset search_path`);
      if (!isEarly) await store.pool.query(`analyze ${store.schema}.slotwright_slots`);
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

    it.each(cases)(
      "$name reads little more than a page, $window, and also when it goes on",
      async ({ query, list }) => {
        let found: readonly Position[] = [];
        expect(await rowsRead(async () => (found = await list(storage, query)))).toBeLessThan(500);
        expect(found).toHaveLength(listPage.limit);
        const after = found.at(-1) as Position;
        expect(await rowsRead(() => list(storage, { ...query, after }))).toBeLessThan(500);
        expect(await rowsRead(() => list(storage, { ...query, descending: true }))).toBeLessThan(500);
      },
    );

    it.each(cases)("$name reads nobody else's rows if hardly any are free, $window", async ({ query, list }) => {
      const asked = { ...query, providerIds: providerIds(100).map((id) => `rarely-${id}`) };
      let found: readonly Position[] = [];
      const read = await rowsRead(async () => (found = await list(storage, asked)));
      expect(found).toHaveLength(3);
      // All of theirs, and not twice.
      expect(read).toBeLessThan(3_000 + 500);
    });
  });
}

/** A statement is planned anew a few times before its generic plan is kept. */
async function plansMade(storage: StorageAdapter): Promise<void> {
  for (const { query, list } of cases) {
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

const slots = (id: string, provider: string, seat: string, start: string, status: string, from: string) => `
insert into slotwright_slots (id, schedule_id, provider_id, facility_id, seat, start_at, end_at, status, metadata, version, created_at, updated_at)
  select ${id}, ${provider}, ${provider}, 'f', ${seat}, ${now.getTime()} + ${start}, ${now.getTime()} + ${start} + 300000, ${status}, '{}', 1, 0, 0
  from ${from};`;

/**
 * One provider with five thousand slots in a week, 99 with ten, a hundred with thirty of which three in all are free, and
 * five hundred others with twenty each, whom nobody asks for.
 */
const fill = `
insert into slotwright_schedules select p || q, p || q, 'f', 'UTC', 1, 0, 0
  from unnest('{provider-,rarely-provider-,other-}'::text[]) as p, generate_series(0, 499) as q;
${slots("'a' || n", "'provider-0'", "n % 5", "(n / 5) * 600000::bigint", "'available'", "generate_series(0, 4999) as n")}
${slots("'b' || p || '-' || n", "'provider-' || p", "0", "n * 30000000::bigint", "'available'", "generate_series(1, 99) as p, generate_series(1, 10) as n")}
${slots("'c' || p || '-' || n", "'rarely-provider-' || p", "0", "n * 15000000::bigint", "case when n = 20 and p < 3 then 'available' else 'blocked' end", "generate_series(0, 99) as p, generate_series(1, 30) as n")}
${slots("'d' || p || '-' || n", "'other-' || p", "0", "n * 15000000::bigint", "'available'", "generate_series(0, 499) as p, generate_series(1, 20) as n")}
`;
