import type { Slot } from "@slotwright/core";
import { booking, creation, sampleInstant, slotAt } from "@slotwright/core/conformance";
import { Pool } from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-harness.ts";

const count = 400;
const slots = Array.from({ length: count }, (_, index) => slotAt(index * 30, { id: `slot-${index}` }));

/** Entries of an index that were looked at, and rows that were found without an index, since the tables exist. */
const reads = `
  select pg_catalog.replace(indexrelname, 'slotwright_', '') as name, idx_tup_read::int as read
    from pg_catalog.pg_stat_user_indexes where schemaname = $1
  union all
  select relname, seq_tup_read::int from pg_catalog.pg_stat_user_tables where schemaname = $1`;

describeOnServer("a connection that made its plans while the tables were empty", (url) => {
  let store: PostgresStore;
  let pool: Pool;
  beforeEach(async () => {
    store = await openPostgresStore(url());
    // Nobody tells the planner that the tables grow.
    for (const table of ["schedules", "slots", "appointments", "commands", "journal"]) {
      await store.pool.query(`alter table ${store.schema}.slotwright_${table} set (autovacuum_enabled = off)`);
    }
    pool = new Pool({ connectionString: url(), max: 1 });
  });
  afterEach(async () => {
    await pool.end();
    await store.close();
  });

  it("looks at no more rows for a booking when they are full", async () => {
    const storage = postgresAdapter({ pool, schema: store.schema });
    await storage.load([{ kind: "slot", id: "none" }]);
    await storage.commit([creation(...slots)]);
    for (const slot of slots) {
      await storage.load([{ kind: "appointment", id: `appointment-of-${slot.id}` }]);
      expect(await storage.commit([booking(slot)])).toEqual([{ status: "committed" }]);
    }
    await pool.query("select pg_catalog.pg_stat_force_next_flush()");
    const { rows } = await pool.query<{ readonly name: string; readonly read: number }>(reads, [store.schema]);
    const manyLooks = rows.filter(({ read }) => read > 12 * count).map(({ name, read }) => `${name}: ${read}`);
    expect(manyLooks).toEqual([]);
  });

  it("looks at no more rows for a page of a list", async () => {
    const storage = postgresAdapter({ pool, schema: store.schema });
    const query = { asOf: sampleInstant(0), limit: 10, providerIds: ["provider-1"], startFrom: sampleInstant(0) };
    expect(await storage.findSlots(query)).toEqual([]);
    await storage.commit([creation(...slots)]);
    await pool.query("select pg_catalog.pg_stat_force_next_flush()");
    const before = await pool.query(reads, [store.schema]);
    const found: readonly Slot[] = await storage.findSlots({
      ...query,
      after: { start: sampleInstant(30), id: "slot-1" },
    });
    expect(found.map(({ id }) => id)).toEqual(slots.slice(2, 12).map(({ id }) => id));
    await pool.query("select pg_catalog.pg_stat_force_next_flush()");
    const after = await pool.query(reads, [store.schema]);
    const total = (rows: readonly { readonly read: number }[]) => rows.reduce((sum, { read }) => sum + read, 0);
    expect(total(after.rows) - total(before.rows)).toBeLessThan(40);
  });
});
