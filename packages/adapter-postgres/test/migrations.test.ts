import { setTimeout as wait } from "node:timers/promises";
import { contractCalls, migrateInProcesses } from "@slotwright/adapter-sql/conformance";
import { appointmentOn, bookedBy, booking, creation, slotAt, transitionOf } from "@slotwright/conformance";
import type { Appointment } from "@slotwright/core";
import { Pool } from "pg";
import { expect, it } from "vitest";
import { migrationSql, postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { withClient } from "./postgres-harness.ts";

const applied = { from: 0, to: 1, applied: ["initial"] };
const nothing = { from: 1, to: 1, applied: [] };
const slot = slotAt(0);

/** Everything that a schema holds, with its definition. */
async function contentsOf(url: string, schema: string): Promise<readonly string[]> {
  const { rows } = await withClient(url, (client) =>
    client.query<{ line: string }>(
      `select format('%s.%s %s %s %s', table_name, column_name, data_type, collation_name, is_nullable) as line
        from information_schema.columns where table_schema = $1
      union all select indexdef from pg_indexes where schemaname = $1
      union all select conname || pg_get_constraintdef(oid) from pg_constraint where connamespace = $1::regnamespace
      union all select pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = tgrelid
        where relnamespace = $1::regnamespace and not tgisinternal
      union all select pg_get_functiondef(oid) from pg_proc where pronamespace = $1::regnamespace
      union all select relname || reloptions::text from pg_class where relnamespace = $1::regnamespace and reloptions is not null
      order by 1`,
      [schema],
    ),
  );
  return rows.map(({ line }) => line);
}

describeOnServer("migrate", (url) => {
  const sql = (text: string) => withClient(url(), (client) => client.query(text));
  const adapter = (schema: string, more = {}) => postgresAdapter({ connectionString: url(), schema, ...more });

  it("creates schema and tables once, and finds nothing to do when it runs again", async () => {
    const storage = adapter("once");
    expect(await storage.migrate()).toEqual(applied);
    expect(await storage.migrate()).toEqual(nothing);
    await storage.close();
  });

  it("may run in many processes at the same time, in two schemas: one of each applies, and none fails", async () => {
    const options = Array.from({ length: 8 }, (_, n) => ({ connectionString: url(), schema: `many_${n % 2}` }));
    const reports = await migrateInProcesses(new URL("storage-process.ts", import.meta.url), options);
    expect(reports.filter(({ from }) => from === 0)).toEqual([applied, applied]);
    expect(reports.filter(({ from }) => from === 1)).toEqual(Array(6).fill(nothing));
  });

  it("waits for another process that migrates, however long its steps take, and whatever query_timeout says", async () => {
    const pool = new Pool({ connectionString: url(), query_timeout: 1_000 });
    const lock = /select pg_catalog\.pg_advisory_xact_lock\(\d+\)/.exec(migrationSql())?.[0];
    const report = await withClient(url(), async (other) => {
      await other.query(`begin; ${lock}`);
      const migrating = postgresAdapter({ pool, schema: "patient" }).migrate();
      expect(await Promise.race([migrating, wait(2_500, "waits")])).toBe("waits");
      await other.query("commit");
      return migrating;
    });
    expect(report).toEqual(applied);
    await pool.end();
  });

  it("two schemas and two prefixes are three stores, and the host's tables with the same names are left alone", async () => {
    await sql("create table slots (mine int); create table migrations (mine int)");
    const stores = [
      adapter("public"),
      adapter("public", { tablePrefix: "" }),
      adapter("elsewhere", { tablePrefix: "" }),
    ];
    await stores[0]?.migrate();
    await expect(stores[1]?.migrate()).rejects.toMatchObject({ name: "StorageError" });
    await stores[2]?.migrate();
    await stores[0]?.commit([creation(slot)]);
    expect(await stores[2]?.load([{ kind: "slot", id: slot.id }])).toEqual([undefined]);
    expect(await stores[2]?.commit([creation(slot), booking(slotAt(9))])).toMatchObject([
      { status: "committed" },
      { status: "stale" },
    ]);
    expect(await stores[2]?.commit([creation(slot)])).toMatchObject([{ status: "replayed" }]);
    expect((await sql("select * from slots")).rows).toEqual([]);
    for (const storage of stores) await storage.close();
  });

  it("is refused on a database with a newer version, like every other call", async () => {
    const storage = adapter("newer");
    await storage.migrate();
    await sql("insert into newer.slotwright_migrations values (2, 'later', 2)");
    await expect(storage.migrate()).rejects.toMatchObject({ failure: "schema_too_new" });
    await expect(storage.load([{ kind: "slot", id: "x" }])).rejects.toMatchObject({ failure: "schema_too_new" });
    await expect(storage.commit([])).rejects.toMatchObject({ failure: "schema_too_new" });
    await storage.close();
  });

  it("is requested by every call on a database that was not migrated", async () => {
    const storage = adapter("unmigrated");
    const outdated = {
      name: "StorageError",
      failure: "schema_outdated",
      message: expect.stringContaining("migrate()"),
    };
    for (const call of contractCalls) await expect(call(storage)).rejects.toMatchObject(outdated);
    await storage.migrate();
    expect(await storage.findSlots({ asOf: new Date(), limit: 1 })).toEqual([]);
    await sql("delete from unmigrated.slotwright_migrations");
    const another = adapter("unmigrated");
    await expect(another.commit([])).rejects.toMatchObject(outdated);
    await Promise.all([storage.close(), another.close()]);
  });

  it("leaves nothing behind when it fails halfway, and returns its connection clean", async () => {
    await sql("create schema half; create table half.slotwright_journal (mine int)");
    const before = await contentsOf(url(), "half");
    const pool = new Pool({ connectionString: url(), max: 1 });
    const storage = postgresAdapter({ pool, schema: "half" });
    await expect(storage.migrate()).rejects.toMatchObject({ name: "StorageError", failure: "unavailable" });
    expect(await contentsOf(url(), "half")).toEqual(before);
    const client = await pool.connect();
    expect(client.getTransactionStatus()).toBe("I");
    client.release();
    await sql("drop table half.slotwright_journal");
    expect(await storage.migrate()).toEqual(applied);
    await pool.end();
  });

  it("yields the schema that the printed SQL yields", async () => {
    const storage = adapter("printed", { tablePrefix: "booking_" });
    await storage.migrate();
    await storage.close();
    const byAdapter = await contentsOf(url(), "printed");
    await sql("drop schema printed cascade");
    await sql(migrationSql({ schema: "printed", tablePrefix: "booking_" }));
    expect(await contentsOf(url(), "printed")).toEqual(byAdapter);
    expect(byAdapter.length).toBeGreaterThan(100);
    const onTop = adapter("printed", { tablePrefix: "booking_" });
    expect(await onTop.migrate()).toEqual(nothing);
    await onTop.close();
  });

  it("prints that there is nothing to do for a database that is up to date", () => {
    expect(migrationSql({ from: 1 })).not.toContain("trigger");
    expect(() => migrationSql({ schema: 'a"; drop' })).toThrow("schema");
  });

  it("is nothing to do for a role that may only read and write, and bookings work for it", async () => {
    await sql(migrationSql({ schema: "granted" }));
    const role = `writer_${process.pid}`;
    await sql(`create role ${role} login password 'secret'; grant usage on schema granted to ${role};
      grant select on granted.slotwright_migrations, granted.slotwright_further_providers to ${role};
      grant select, insert, update on granted.slotwright_agendas, granted.slotwright_schedules,
        granted.slotwright_availabilities, granted.slotwright_slots, granted.slotwright_appointments to ${role};
      grant select, insert on granted.slotwright_commands, granted.slotwright_journal to ${role}`);
    const limited = new URL(url());
    limited.username = role;
    limited.password = "secret";
    const storage = postgresAdapter({ connectionString: limited.href, schema: "granted" });
    expect(await storage.migrate()).toEqual(nothing);
    expect(await storage.commit([creation(slot)])).toEqual([{ status: "committed" }]);
    const shared = appointmentOn(slot, { providerIds: [slot.providerId, "room"] });
    const book = transitionOf("book", shared, bookedBy(slot, shared));
    expect(await storage.commit([book])).toEqual([{ status: "committed" }]);
    expect(await storage.load([{ kind: "slot", id: slot.id }])).toMatchObject([{ status: "booked" }]);
    const late: Appointment = { ...shared, status: "completed", version: 2 };
    expect(await storage.commit([transitionOf("complete", late)])).toEqual([{ status: "committed" }]);
    expect(await storage.findAppointments({ providerIds: ["room"], limit: 9 })).toEqual([late]);
    const more = postgresAdapter({ connectionString: limited.href, schema: "granted", tablePrefix: "more_" });
    await expect(more.migrate()).rejects.toMatchObject({
      failure: "unavailable",
      message: expect.stringContaining("printed SQL"),
    });
    await Promise.all([storage.close(), more.close()]);
    await sql(`drop owned by ${role}; drop role ${role}`);
  });
});
