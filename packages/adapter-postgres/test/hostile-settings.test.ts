import { keepsSettingsAndTime } from "@slotwright/adapter-sql/conformance";
import {
  appointmentOn,
  booking,
  creation,
  journalOf,
  sampleSchedule as schedule,
  slotAt,
  transitionOf,
} from "@slotwright/conformance";
import { createEngine, type StorageAdapter } from "@slotwright/core";
import { Client, Pool, type PoolConfig, types } from "pg";
import { expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore } from "./postgres-harness.ts";

const slot = slotAt(0, { metadata: { text: 'a\\b "c" \u2028 é', when: "2026-03-02T08:00:00Z", n: 1.5 } });
const held = slotAt(30, {
  status: "held",
  hold: { tokenHash: "h", expiresAt: new Date(1_772_000_000_123), holderId: null },
});
const keys = [
  { kind: "slot", id: slot.id },
  { kind: "slot", id: held.id },
  { kind: "schedule", id: schedule.id },
] as const;

const upside = () => (value: string) => ({ not: value });
const hostile: Readonly<Record<string, PoolConfig>> = {
  "repeatable read": { options: "-c default_transaction_isolation=repeatable\\ read" },
  serializable: { options: "-c default_transaction_isolation=serializable" },
  "a different search path": { options: "-c search_path=pg_temp" },
  "time zone, styles and formats": {
    options:
      "-c TimeZone=Asia/Kathmandu -c DateStyle=German -c IntervalStyle=sql_standard -c bytea_output=escape -c extra_float_digits=-15",
  },
  "strings with backslash escapes": { options: "-c standard_conforming_strings=off -c escape_string_warning=off" },
  "quirks of the planner": {
    options: "-c plan_cache_mode=force_generic_plan -c enable_indexscan=off -c jit_above_cost=0",
  },
  "transform_null_equals and strict plpgsql": {
    options: "-c transform_null_equals=on -c plpgsql.extra_errors=all -c plpgsql.variable_conflict=use_variable",
  },
  "types of the pool's own": { types: { getTypeParser: upside } },
};

describeOnServer("on a host's pool", (url) => {
  it.each(Object.entries(hostile))("%s change no outcome and no value", async (_title, config) => {
    const store = await openPostgresStore(url());
    const pool = new Pool({ connectionString: url(), ...config });
    const storage = postgresAdapter({ pool, schema: store.schema });
    expect(await storage.migrate()).toMatchObject({ applied: [] });
    expect(await storage.commit([creation(slot, held), booking(slotAt(60))])).toMatchObject([
      { status: "committed" },
      { status: "stale" },
    ]);
    expect(await storage.load(keys)).toEqual([slot, held, schedule]);
    expect(await store.second.load(keys)).toEqual([slot, held, schedule]);
    expect(await storage.commit([booking(slot)])).toEqual([{ status: "committed" }]);
    expect(await storage.commit([booking(slot)])).toMatchObject([{ status: "replayed" }]);
    expect(
      await storage.commit([{ ...booking(slot), command: { id: "x", requestHash: "", result: 0 } }]),
    ).toMatchObject([{ status: "stale" }]);
    const broken = transitionOf("odd", appointmentOn(held, { slotIds: ["gone"] }));
    expect(await storage.commit([broken])).toEqual([{ status: "refused", guard: "appointment_fits_slot" }]);
    const list = await storage.findSlots({ asOf: slot.start, limit: 10, providerIds: [slot.providerId, "x"] });
    expect(list).toMatchObject([{ id: slot.id, start: slot.start, version: 2 }, held]);
    expect(await journalOf(storage, { record: held, limit: 9 })).toEqual([creation(held).journal[0]]);
    await keepsSettingsAndTime(storage as StorageAdapter, store.second);
    await storage.close();
    await pool.end();
    await store.close();
  });

  it("parsers that the host registered for the whole process change nothing, and stay as they are", async () => {
    const store = await openPostgresStore(url());
    const before = [20, 23, 25].map((oid) => types.getTypeParser(oid, "text"));
    for (const oid of [20, 23, 25]) types.setTypeParser(oid, (value) => ({ not: value }) as never);
    const set = [20, 23, 25].map((oid) => types.getTypeParser(oid, "text"));
    expect(await store.storage.commit([creation(slot, held)])).toEqual([{ status: "committed" }]);
    expect(await store.storage.load(keys)).toEqual([slot, held, schedule]);
    expect([20, 23, 25].map((oid) => types.getTypeParser(oid, "text"))).toEqual(set);
    for (const [index, oid] of [20, 23, 25].entries()) types.setTypeParser(oid, before[index] as never);
    await store.close();
  });

  it("binary results, which pg decodes incorrectly, are refused", async () => {
    const store = await openPostgresStore(url());
    const pool = new Pool({ connectionString: url(), binary: true } as PoolConfig);
    const storage = postgresAdapter({ pool, schema: store.schema });
    await expect(storage.load(keys)).rejects.toMatchObject({ failure: "misused" });
    await pool.end();
    await store.close();
  });

  it("many callers have one winner at every isolation level", async () => {
    for (const level of ["repeatable\\ read", "serializable"]) {
      const store = await openPostgresStore(url());
      const pool = new Pool({ connectionString: url(), options: `-c default_transaction_isolation=${level}` });
      const engine = createEngine({ storage: postgresAdapter({ pool, schema: store.schema }) });
      const actor = { kind: "p", id: "p" };
      const at = { start: "2026-03-02T09:00:00Z", end: "2026-03-02T09:30:00Z" };
      const { slots } = await engine.createSlots({ actor, providerId: "p", facilityId: "f", slots: [at] });
      const callers = Array.from({ length: 30 }, (_, n) =>
        engine.book({ actor, slotId: slots[0]?.id ?? "", subjectId: `${n}` }).then(
          () => "ok",
          (error) => error.code,
        ),
      );
      expect((await Promise.all(callers)).sort()).toEqual(["ok", ...Array(29).fill("slot_booked")].sort());
      await pool.end();
      await store.close();
    }
  });

  it("the host's functions that shadow the system's own change nothing", async () => {
    const store = await openPostgresStore(url());
    await store.pool.query(`create schema ours_first;
      create function ours_first.current_setting(text) returns text language sql as $$ select 'off' $$;
      create function ours_first.json_build_array(int, text, text) returns json language sql as $$ select '[9]'::json $$`);
    const pool = new Pool({ connectionString: url(), options: "-c search_path=ours_first,pg_catalog" });
    const storage = postgresAdapter({ pool, schema: store.schema });
    expect(await storage.commit([creation(slot)])).toEqual([{ status: "committed" }]);
    expect(await storage.commit([transitionOf("again", slot)])).toEqual([{ status: "stale", keys: [keys[0]] }]);
    await pool.end();
    await store.close();
  });

  it("a read-only default is reported as such, reads go on, and migrate ignores it", async () => {
    const store = await openPostgresStore(url());
    const pool = new Pool({ connectionString: url(), options: "-c default_transaction_read_only=on" });
    const storage = postgresAdapter({ pool, schema: store.schema });
    await store.storage.commit([creation(slot)]);
    expect(await storage.load([keys[0]])).toEqual([slot]);
    expect(await storage.readSettings()).toBeUndefined();
    await expect(storage.storeSettings({ overlapScope: "facility", idempotencyScope: "actor" })).rejects.toMatchObject({
      failure: "read_only",
    });
    await expect(storage.commit([booking(slot)])).rejects.toMatchObject({ failure: "read_only" });
    expect(await postgresAdapter({ pool, schema: `${store.schema}_2` }).migrate()).toMatchObject({ from: 0 });
    await pool.end();
    await store.close();
  });

  it("a transaction left open on a connection of the pool does not swallow a booking", async () => {
    const store = await openPostgresStore(url());
    await store.storage.commit([creation(slot)]);
    const pool = new Pool({ connectionString: url(), max: 1 });
    const leaky = await pool.connect();
    await leaky.query("begin");
    leaky.release();
    const storage = postgresAdapter({ pool, schema: store.schema });
    expect(await storage.commit([booking(slot)])).toEqual([{ status: "committed" }]);
    expect(await store.second.load([keys[0]])).toMatchObject([{ status: "booked" }]);
    await pool.end();
    await store.close();
  });

  it.each(["off", "local", "remote_write", "on", "remote_apply"])(
    "what was acknowledged is as durable as with synchronous_commit on, even if the session has %s",
    async (setting) => {
      const store = await openPostgresStore(url());
      const client = new Client({ connectionString: url(), options: `-c synchronous_commit=${setting}` });
      await client.connect();
      await client.query("begin");
      await store.storage.within(client).commit([creation(slot)]);
      const stronger = setting === "remote_apply" ? setting : "on";
      expect((await client.query("show synchronous_commit")).rows).toEqual([{ synchronous_commit: stronger }]);
      await client.query("commit");
      expect((await client.query("show synchronous_commit")).rows).toEqual([{ synchronous_commit: setting }]);
      await client.end();
      await store.close();
    },
  );

  it("what was acknowledged is flushed to disk even if the session would not wait for it", async () => {
    const store = await openPostgresStore(url());
    const pool = new Pool({ connectionString: url(), max: 1, options: "-c synchronous_commit=off" });
    const storage = postgresAdapter({ pool, schema: store.schema });
    await storage.load([]);
    // Whether the function sets it for its transaction shows inside a host's transaction.
    const client = new Client({ connectionString: url(), options: "-c synchronous_commit=off" });
    await client.connect();
    await client.query("begin");
    await storage.within(client).commit([creation(slot)]);
    expect((await client.query("show synchronous_commit")).rows).toEqual([{ synchronous_commit: "on" }]);
    const { lsn } = (await client.query("select pg_current_wal_insert_lsn() as lsn")).rows[0];
    await client.query("commit");
    const flushed = await client.query("select pg_current_wal_flush_lsn() >= $1 as flushed", [lsn]);
    expect(flushed.rows).toEqual([{ flushed: true }]);
    expect((await client.query("show synchronous_commit")).rows).toEqual([{ synchronous_commit: "off" }]);
    await client.end();
    await pool.end();
    await store.close();
  });
});

describeOnServer("without statement names", (url) => {
  it("no statement is prepared on the server, and everything works", async () => {
    const store = await openPostgresStore(url());
    const pool = new Pool({ connectionString: url(), max: 1 });
    const storage = postgresAdapter({ pool, schema: store.schema, preparedStatements: false });
    const run = async (on: typeof storage) => {
      expect(await on.commit([creation(slot)])).toEqual([{ status: "committed" }]);
      expect(await on.load([keys[0]])).toEqual([slot]);
      expect(await on.findSlots({ asOf: slot.start, limit: 1 })).toEqual([slot]);
    };
    await run(storage);
    expect((await pool.query("select name from pg_prepared_statements")).rows).toEqual([]);
    const client = new Client({ connectionString: url() });
    await client.connect();
    await client.query("begin");
    await storage.within(client).load([keys[0]]);
    expect((await client.query("select name from pg_prepared_statements")).rows).toEqual([]);
    await client.end();
    await postgresAdapter({ pool, schema: store.schema }).load([keys[0]]);
    expect((await pool.query("select name from pg_prepared_statements")).rows.length).toBeGreaterThan(0);
    await pool.end();
    await store.close();
  });
});
