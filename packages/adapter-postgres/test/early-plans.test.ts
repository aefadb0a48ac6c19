import { booking, creation, sampleInstant, slotAt } from "@slotwright/conformance";
import type { Slot } from "@slotwright/core";
import { Pool } from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-harness.ts";

const count = 400;
const slots = Array.from({ length: count }, (_, index) => slotAt(index * 30, { id: `slot-${index}` }));

/** Entries of an index that were read, and rows that were found without an index, since the tables exist. */
const reads = `
  select pg_catalog.replace(indexrelname, 'slotwright_', '') as name, idx_tup_read::int as read
    from pg_catalog.pg_stat_user_indexes where schemaname = $1
  union all
  select relname, seq_tup_read::int from pg_catalog.pg_stat_user_tables where schemaname = $1`;

const total = (rows: readonly { readonly read: number }[]) => rows.reduce((sum, { read }) => sum + read, 0);

describeOnServer("a connection that made its plans while the tables were empty", (url) => {
  let store: PostgresStore;
  let pool: Pool;
  beforeEach(async () => {
    store = await openPostgresStore(url());
    // Nothing tells the planner that the tables grow.
    for (const table of ["schedules", "slots", "appointments", "further_providers", "commands", "journal"]) {
      await store.pool.query(`alter table ${store.schema}.slotwright_${table} set (autovacuum_enabled = off)`);
    }
    pool = new Pool({ connectionString: url(), max: 1 });
  });
  afterEach(async () => {
    await pool.end();
    await store.close();
  });

  it("reads no more rows for a booking when they are full", async () => {
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

  it("reads no more rows for a page of a list", async () => {
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
    expect(total(after.rows) - total(before.rows)).toBeLessThan(40);
  });

  it("reads no more rows for a page of a provider's appointments, including those that are primarily another's", async () => {
    const storage = postgresAdapter({ pool, schema: store.schema });
    const query = { limit: 10, providerIds: ["room-1"], startFrom: sampleInstant(0) };
    expect(await storage.findAppointments(query)).toEqual([]);
    const start = `${sampleInstant(0).getTime()} + number * 60000`;
    await store.pool.query(`
      insert into ${store.schema}.slotwright_appointments (id, subject_id, provider_id, facility_id, start_at, end_at, status,
        slot_ids, provider_ids, metadata, version, created_at, updated_at)
      select 'a-' || pg_catalog.lpad(number::text, 4, '0'), 's', 'provider-1', 'facility-1', ${start}, ${start} + 60000,
        'scheduled', '[]', '["provider-1","room-1"]', '{}', 1, 0, 0 from pg_catalog.generate_series(1, 2000) as number`);
    await pool.query("select pg_catalog.pg_stat_force_next_flush()");
    const before = await pool.query(reads, [store.schema]);
    const found = await storage.findAppointments(query);
    expect(found.map(({ id }) => id)).toEqual(
      Array.from({ length: 10 }, (_, index) => `a-${String(index + 1).padStart(4, "0")}`),
    );
    await pool.query("select pg_catalog.pg_stat_force_next_flush()");
    const after = await pool.query(reads, [store.schema]);
    expect(total(after.rows) - total(before.rows)).toBeLessThan(60);
  });
});
