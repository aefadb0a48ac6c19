import { booking, creation, slotAt } from "@slotwright/conformance";
import { afterEach, beforeEach, expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-harness.ts";

const slot = slotAt(0);
const nothing = { from: 1, to: 1, applied: [] };

/** All constraints, triggers, indexes and functions of a schema: how each is described, and how it is dropped. */
const inventory = `select 'constraint' as kind, conname as name, pg_get_constraintdef(c.oid) as definition,
  format('alter table %s drop constraint %I cascade', conrelid::regclass, conname) as dropping
  from pg_constraint c where connamespace = $1::regnamespace and contype in ('c', 'f', 'p', 'u', 'x')
union all select 'trigger', tgname, pg_get_triggerdef(t.oid), format('drop trigger %I on %s', tgname, tgrelid::regclass)
  from pg_trigger t join pg_class r on r.oid = tgrelid where relnamespace = $1::regnamespace and not tgisinternal
union all select 'index', i.relname, pg_get_indexdef(i.oid), format('drop index %s', i.oid::regclass)
  from pg_index x join pg_class i on i.oid = indexrelid where relnamespace = $1::regnamespace
  and not exists (select from pg_constraint where conindid = i.oid)
union all select 'function', proname, pg_get_functiondef(oid), format('drop function %s cascade', oid::regprocedure)
  from pg_proc where pronamespace = $1::regnamespace
order by 1, 2, 3`;

describeOnServer("after a restore with errors, migrate()", (url) => {
  let store: PostgresStore;
  beforeEach(async () => {
    store = await openPostgresStore(url());
    await store.storage.commit([creation(slot)]);
  });
  afterEach(() => store.close());

  type Line = { kind: string; name: string; definition: string; dropping: string };
  const lines = async () => (await store.pool.query<Line>(inventory, [store.schema])).rows;
  const described = async () => (await lines()).map(({ kind, name, definition }) => ({ kind, name, definition }));

  it("finds each thing that is gone, one at a time, and puts back only that", async () => {
    const before = await described();
    const all = (await lines()).filter(({ kind }) => kind !== "function");
    expect(all.length).toBeGreaterThan(40);
    for (const { name, dropping } of all) {
      await store.pool.query(dropping);
      const { applied } = await store.storage.migrate();
      expect(applied, dropping).toContainEqual(expect.stringMatching(`^put back: .*${name}`));
      expect(await described(), dropping).toEqual(before);
    }
    expect(await store.storage.migrate()).toEqual(nothing);
  });

  it("puts everything back at once, and bookings go on", async () => {
    const before = await described();
    for (const { kind, dropping } of await lines()) {
      if (kind === "function") await store.pool.query(dropping);
    }
    for (const { dropping } of await lines()) await store.pool.query(dropping.replace(/ cascade$/, "")).catch(() => {});
    await expect(store.storage.commit([booking(slot)])).rejects.toMatchObject({
      failure: "schema_outdated",
      message: expect.stringContaining("Run migrate()"),
    });
    expect((await store.storage.migrate()).applied.length).toBeGreaterThan(40);
    expect(await described()).toEqual(before);
    expect(await store.storage.commit([booking(slot)])).toEqual([{ status: "committed" }]);
  });

  it("puts back once if several callers run it at the same time", async () => {
    await store.pool.query(`drop trigger slotwright_journal_kept on ${store.schema}.slotwright_journal`);
    const reports = await Promise.all([1, 2, 3, 4].map(() => store.storage.migrate()));
    expect(reports.flatMap(({ applied }) => applied)).toEqual(["put back: trigger slotwright_journal_kept"]);
  });

  it("enables a trigger that was disabled", async () => {
    await store.pool.query(`alter table ${store.schema}.slotwright_journal disable trigger all`);
    expect((await store.storage.migrate()).applied).toEqual([
      "put back: trigger slotwright_journal_kept",
      "put back: trigger slotwright_journal_not_emptied",
    ]);
    await expect(store.pool.query(`delete from ${store.schema}.slotwright_journal`)).rejects.toThrow(/never/);
    expect(await store.storage.migrate()).toEqual(nothing);
  });

  it("changes nothing if rows are in the way, and says which", async () => {
    await store.pool.query(`alter table ${store.schema}.slotwright_slots drop constraint slotwright_no_overlap`);
    await store.pool.query(`drop trigger slotwright_journal_kept on ${store.schema}.slotwright_journal`);
    const before = await described();
    await store.pool.query(`insert into ${store.schema}.slotwright_slots select 'twin', schedule_id, provider_id,
      facility_id, seat, start_at, end_at, status, null, null, null, null, metadata, 1, 0, 0
      from ${store.schema}.slotwright_slots`);
    await expect(store.storage.migrate()).rejects.toMatchObject({
      failure: "unavailable",
      message: expect.stringMatching(
        /lost .*slotwright_no_overlap.*slotwright_journal_kept.*could not be put back.*Nothing/,
      ),
    });
    expect(await described()).toEqual(before);
  });

  it("is transient if the connection is lost during it, changes nothing, and can be called again", async () => {
    await store.pool.query(`drop trigger slotwright_journal_kept on ${store.schema}.slotwright_journal`);
    const host = await store.beginHostTransaction();
    await host.transaction.query("lock table slotwright_journal in row exclusive mode");
    const failed = store.storage.migrate().catch((error: unknown) => error);
    const ended = `select pg_terminate_backend(pid) from pg_stat_activity
      where wait_event_type = 'Lock' and query like '%slotwright_journal_kept%'`;
    while ((await store.pool.query(ended)).rowCount === 0);
    expect(await failed).toMatchObject({ name: "StorageError", failure: expect.stringMatching(/transient|unknown/) });
    await host.rollback();
    expect((await store.storage.migrate()).applied).toEqual(["put back: trigger slotwright_journal_kept"]);
  });

  it("tells a role that may only read and write what is missing, and who can put it back", async () => {
    const role = `mender_${process.pid}`;
    await store.pool.query(`create role ${role} login password 'secret'; grant usage on schema ${store.schema} to ${role};
      grant select, insert, update on all tables in schema ${store.schema} to ${role};
      drop trigger slotwright_slots_fit on ${store.schema}.slotwright_slots`);
    const limited = new URL(url());
    limited.username = role;
    limited.password = "secret";
    const storage = postgresAdapter({ connectionString: limited.href, schema: store.schema });
    await expect(storage.migrate()).rejects.toMatchObject({
      failure: "unavailable",
      message: expect.stringMatching(/trigger slotwright_slots_fit.*owner of the tables/),
    });
    await store.storage.migrate();
    expect(await storage.migrate()).toEqual(nothing);
    await storage.close();
    await store.pool.query(`drop owned by ${role}; drop role ${role}`);
  });
});
