import { booking, creation, slotAt } from "@slotwright/conformance";
import { createEngine, isBookingError } from "@slotwright/core";
import { CamelCasePlugin, Kysely, ParseJSONResultsPlugin, PostgresDialect } from "kysely";
import { Client, Pool, types } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore, withClient } from "./postgres-harness.ts";

const slot = slotAt(0);
const other = slotAt(30);
const committed = [{ status: "committed" }];
const slotKey = { kind: "slot", id: slot.id } as const;
const otherKey = { kind: "slot", id: other.id } as const;
const levels = ["read committed", "repeatable read", "serializable"];

describeOnServer("within a host's transaction", (url) => {
  let store: PostgresStore;
  beforeEach(async () => {
    store = await openPostgresStore(url());
    await store.storage.commit([creation(slot, other)]);
  });
  afterEach(() => store.close());

  it("that was begun READ ONLY, a call says so, and suggests what to do", async () => {
    const host = await store.beginHostTransaction("begin read only");
    await expect(store.storage.within(host.transaction).load([slotKey])).rejects.toMatchObject({
      failure: "read_only",
      message: expect.stringMatching(/transaction began READ ONLY.*begin it READ WRITE/),
    });
    await host.rollback();
  });

  describe.each(levels)("at %s", (level) => {
    const begin = () => store.beginHostTransaction(`begin isolation level ${level}`);

    it("booking and the host's own rows become visible together, with the host's COMMIT", async () => {
      const host = await begin();
      await host.transaction.query("create table invoices (id int); insert into invoices values (1)");
      expect(await store.storage.within(host.transaction).commit([booking(slot)])).toEqual(committed);
      expect(await store.second.load([slotKey])).toEqual([slot]);
      await host.commit();
      expect(await store.second.load([slotKey])).toMatchObject([{ status: "booked" }]);
      expect((await store.pool.query(`select * from ${store.schema}.invoices`)).rowCount).toBe(1);
    });

    it("refused, stale and replayed transitions leave the host's transaction usable and its rows in place", async () => {
      await store.storage.commit([booking(other)]);
      const host = await begin();
      await host.transaction.query("create table invoices (id int); insert into invoices values (1)");
      const inside = store.storage.within(host.transaction);
      const outcomes = await inside.commit([booking(slot, { slotIds: ["gone"] }), booking(slotAt(60)), booking(other)]);
      expect(outcomes).toMatchObject([
        { status: "refused", guard: "appointment_fits_slot" },
        { status: "stale" },
        { status: "replayed" },
      ]);
      expect(await inside.commit([booking(slot)])).toEqual(committed);
      await host.commit();
      expect(await store.second.load([slotKey])).toMatchObject([{ status: "booked" }]);
      expect((await store.pool.query(`select * from ${store.schema}.invoices`)).rowCount).toBe(1);
    });

    it("a booking vanishes with the host's ROLLBACK", async () => {
      const host = await begin();
      const inside = store.storage.within(host.transaction);
      expect(await inside.commit([booking(slot)])).toEqual(committed);
      expect(await inside.load([slotKey])).toMatchObject([{ status: "booked" }]);
      await host.rollback();
      expect(await store.storage.load([slotKey])).toEqual([slot]);
      expect(await store.storage.commit([booking(slot)])).toEqual(committed);
    });

    it("what was loaded cannot be changed by others before the transaction ends", async () => {
      const host = await begin();
      expect(await store.storage.within(host.transaction).load([slotKey])).toEqual([slot]);
      expect(await store.second.commit([booking(slot)])).toEqual([{ status: "busy", keys: [slotKey] }]);
      await host.rollback();
      expect(await store.second.commit([booking(slot)])).toEqual(committed);
    });
  });

  it.each(levels.slice(1))(
    "a snapshot that is too old is transient, and the host is told to repeat, at %s",
    async (level) => {
      const host = await store.beginHostTransaction(`begin isolation level ${level}`);
      await host.transaction.query("select * from slotwright_slots");
      await store.second.commit([booking(slot)]);
      await expect(store.storage.within(host.transaction).load([slotKey])).rejects.toMatchObject({
        failure: "transient",
        message: expect.stringContaining("roll it back, and repeat all of it"),
      });
      await expect(store.storage.within(host.transaction).load([slotKey])).rejects.toMatchObject({
        failure: "unavailable",
        message: expect.stringContaining("ROLLBACK"),
      });
    },
  );

  it("a lost race is seen at once under READ COMMITTED", async () => {
    const host = await store.beginHostTransaction();
    await host.transaction.query("select * from slotwright_slots");
    await store.second.commit([booking(slot)]);
    const inside = store.storage.within(host.transaction);
    expect(await inside.load([slotKey])).toMatchObject([{ status: "booked" }]);
    expect(await inside.commit([{ ...booking(slot), command: { id: "x", requestHash: "", result: 0 } }])).toMatchObject(
      [{ status: "stale" }],
    );
  });

  it("a deadlock that the host causes is transient, and the other transaction continues", async () => {
    const [a, b] = [await store.beginHostTransaction(), await store.beginHostTransaction()];
    await a.transaction.query("set local deadlock_timeout = '50ms'");
    const [inA, inB] = [store.storage.within(a.transaction), store.storage.within(b.transaction)];
    await inA.load([slotKey]);
    await inB.load([otherKey]);
    const waiting = inB.load([slotKey]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await expect(inA.load([otherKey])).rejects.toMatchObject({ failure: "transient" });
    await a.rollback();
    expect(await waiting).toEqual([slot]);
    expect(await inB.commit([booking(slot)])).toEqual(committed);
    await b.commit();
  });

  it("concurrent calls take turns on the connection", async () => {
    const host = await store.beginHostTransaction();
    let running = 0;
    const counting = Object.create(host.transaction) as Client;
    counting.query = (async (query: string) => {
      running += 1;
      expect(running).toBe(1);
      const result = await host.transaction.query(query);
      running -= 1;
      return result;
    }) as Client["query"];
    const inside = store.storage.within(counting);
    const both = await Promise.all([inside.commit([booking(slot)]), inside.load([otherKey]), inside.load([slotKey])]);
    expect(both).toMatchObject([committed, [{ status: "available" }], [{ status: "booked" }]]);
    await host.rollback();
  });

  it("every call without an open transaction is refused, and so is migrate within one", async () => {
    const client = new Client({ connectionString: url() });
    await client.connect();
    const inside = store.storage.within(client);
    const misused = { failure: "misused", message: expect.stringContaining("Run BEGIN") };
    await expect(inside.commit([booking(slot)])).rejects.toMatchObject(misused);
    await expect(inside.load([slotKey])).rejects.toMatchObject(misused);
    // A driver that does not report its state. Here, a savepoint is tried.
    const silent = {
      query: client.query.bind(client),
      on: client.on.bind(client),
      removeListener: client.removeListener.bind(client),
    };
    await expect(store.storage.within(silent as never).load([slotKey])).rejects.toMatchObject(misused);
    await client.query("begin");
    expect(await store.storage.within(silent as never).load([slotKey])).toEqual([slot]);
    await expect(inside.migrate()).rejects.toMatchObject({ failure: "misused" });
    await inside.close();
    expect(await inside.commit([booking(slot)])).toEqual(committed);
    await client.end();
  });

  it("a connection that dies within it has committed nothing, which is not an unknown outcome", async () => {
    const host = await store.beginHostTransaction();
    host.transaction.on("error", () => {});
    const inside = store.storage.within(host.transaction);
    await inside.load([slotKey]);
    const { rows } = await host.transaction.query("select pg_backend_pid() as pid");
    await withClient(url(), (client) => client.query("select pg_terminate_backend($1)", [rows[0].pid]));
    await expect(inside.commit([booking(slot)])).rejects.toMatchObject({ failure: "transient" });
    expect(await store.storage.load([slotKey])).toEqual([slot]);
  });
});

describeOnServer("with Kysely", (url) => {
  it("booking and invoice commit together or vanish together, whatever plugins and parsers the host has", async () => {
    const store = await openPostgresStore(url());
    const engine = createEngine({ storage: store.storage });
    const actor = { kind: "patient", id: "p" };
    const slots = [{ start: "2026-03-02T09:00:00Z", end: "2026-03-02T09:30:00Z", metadata: { room: "1" } }];
    const created = await engine.createSlots({ actor, providerId: "p", facilityId: "f", slots });
    const want = { actor, slotId: created.slots[0]?.id ?? "", subjectId: "p", metadata: { a: "[1]" } };
    const pool = new Pool({ connectionString: url(), types: { getTypeParser: bigintParser } });
    const host = new Kysely<{ invoices: { appointmentId: string; cents: number } }>({
      dialect: new PostgresDialect({ pool }),
      plugins: [new CamelCasePlugin(), new ParseJSONResultsPlugin()],
    });
    await host.schema
      .createTable("invoices")
      .addColumn("appointmentId", "text")
      .addColumn("cents", "integer")
      .execute();
    const bookWithInvoice = (cents: number) =>
      host.transaction().execute(async (transaction) => {
        const { appointment } = await engine.within(transaction).book(want);
        await transaction.insertInto("invoices").values({ appointmentId: appointment.id, cents }).execute();
        if (cents < 0) throw new Error("no such invoice");
        return appointment;
      });
    await expect(bookWithInvoice(-1)).rejects.toThrow("no such invoice");
    expect((await engine.getSlot(want.slotId)).status).toBe("available");
    const appointment = await bookWithInvoice(500);
    expect((await engine.getSlot(want.slotId)).appointmentId).toBe(appointment.id);
    expect(await engine.getAppointment(appointment.id)).toEqual(appointment);
    await host.transaction().execute(async (transaction) => {
      const inside = engine.within(transaction);
      const refused = inside.book(want);
      await expect(refused).rejects.toSatisfy((error) => isBookingError(error, "slot_booked"));
      expect((await inside.listSlots({})).items).toMatchObject([{ metadata: { room: "1" }, version: 2 }]);
      await transaction.insertInto("invoices").values({ appointmentId: "none", cents: 1 }).execute();
    });
    expect(await host.selectFrom("invoices").selectAll().execute()).toHaveLength(2);
    const noTransaction = postgresAdapter({ connectionString: url(), schema: store.schema }).within(host);
    await expect(noTransaction.load([slotKey])).rejects.toMatchObject({ failure: "misused" });
    const nonsense = store.storage.within(undefined as never);
    await expect(nonsense.load([slotKey])).rejects.toMatchObject({ name: "StorageError", failure: "misused" });
    await host.destroy();
    await store.close();
  });
});

function bigintParser(oid: number, format?: "text" | "binary"): (value: string) => unknown {
  return oid === 20 ? BigInt : (types.getTypeParser(oid, format as "text") as (value: string) => unknown);
}
