import { booking, creation, slotAt } from "@slotwright/conformance";
import { createEngine } from "@slotwright/core";
import { Kysely, MysqlDialect } from "kysely";
import callbacks from "mysql2";
import { type Connection, createConnection, createPool, type RowDataPacket } from "mysql2/promise";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type MysqlTransaction, mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";

const actor = { kind: "patient", id: "s" };
const first = slotAt(0);
const next = slotAt(30);

describeOnEachServer("within a host's transaction", (server, name) => {
  let store: MysqlStore;
  let host: Connection;

  beforeEach(async () => {
    store = await openMysqlStore(server);
    await store.storage.commit([creation(first, next)]);
    host = await createConnection(store.url);
    await host.query("create table if not exists invoices (id varchar(40) primary key)");
    await host.query("delete from invoices");
  });
  afterEach(async () => {
    await host.end();
    await store.close();
  });

  const statusOf = async (id: string) => {
    const [slot] = await store.second.load([{ kind: "slot", id }]);
    return slot?.kind === "slot" ? slot.status : undefined;
  };
  const invoices = async () => (await store.pool.query<RowDataPacket[]>("select id from invoices"))[0].length;
  const engine = () => createEngine<MysqlTransaction>({ storage: store.storage as never });

  it("that was begun READ ONLY, a call says so, and suggests what to do", async () => {
    await host.query("start transaction read only");
    await expect(store.storage.within(host as never).commit([booking(first)])).rejects.toMatchObject({
      failure: "read_only",
      message: expect.stringMatching(/began READ ONLY.*Begin it READ WRITE/),
    });
    await host.rollback();
  });

  describe.each(["read committed", "repeatable read", "serializable"])("of %s", (level) => {
    beforeEach(async () => {
      await host.query(`set session transaction isolation level ${level}`);
      await host.beginTransaction();
      // From here on, REPEATABLE READ would read the past.
      await host.query("select count(*) from invoices");
    });

    it("the booking and the host's row commit together, or vanish together", async () => {
      await host.query("insert into invoices values ('one')");
      await engine().within(host).book({ actor, subjectId: "s", slotId: first.id });
      expect([await statusOf(first.id), await invoices()]).toEqual(["available", 0]);
      await host.rollback();
      expect([await statusOf(first.id), await invoices()]).toEqual(["available", 0]);
      await host.beginTransaction();
      await host.query("insert into invoices values ('one')");
      await engine().within(host).book({ actor, subjectId: "s", slotId: first.id });
      await host.commit();
      expect([await statusOf(first.id), await invoices()]).toEqual(["booked", 1]);
    });

    it("a refusal leaves the host's transaction usable, with the work already done in it", async () => {
      await store.second.commit([booking(first)]);
      await host.query("insert into invoices values ('one')");
      const inside = engine().within(host);
      await expect(inside.book({ actor, subjectId: "s", slotId: first.id })).rejects.toMatchObject({
        code: "slot_booked",
      });
      const outcomes = await store.storage.within(host).commit([booking(first), booking(next, { slotIds: ["x"] })]);
      expect(outcomes.map(({ status }) => status)).toEqual(["replayed", "refused"]);
      await inside.book({ actor, subjectId: "s", slotId: next.id });
      await host.commit();
      expect([await statusOf(next.id), await invoices()]).toEqual(["booked", 1]);
    });

    it("a repeat of what took effect outside since the transaction began gets the same answer", async () => {
      const want = { actor, subjectId: "s", slotId: first.id, idempotencyKey: "twice" };
      const { appointment } = await engine().book(want);
      expect((await engine().within(host).book(want)).appointment).toEqual(appointment);
      await host.commit();
    });

    it("what others have committed since the transaction began is visible", async () => {
      await store.second.commit([booking(first)]);
      const at = { providerId: first.providerId, facilityId: first.facilityId, start: first.start, end: first.end };
      await expect(
        engine()
          .within(host)
          .book({ actor, subjectId: "s", ...at }),
      ).rejects.toMatchObject({
        code: "no_slot_available",
      });
      await host.rollback();
    });

    it("load locks the rows until the host's transaction ends", async () => {
      await store.storage.within(host).load([{ kind: "slot", id: first.id }]);
      const busy = { status: "busy", keys: [{ kind: "slot", id: first.id }] };
      expect(await store.second.commit([booking(first)])).toEqual([busy]);
      await host.commit();
      expect(await store.second.commit([booking(first)])).toEqual([{ status: "committed" }]);
    });

    it("load of what is only shown locks nothing, unless the level locks all that is read", async () => {
      const key = { kind: "slot", id: first.id } as const;
      expect(await store.storage.within(host).load([key], { displayOnly: true })).toMatchObject([{ id: first.id }]);
      const status = level === "serializable" ? "busy" : "committed";
      expect(await store.second.commit([booking(first)])).toMatchObject([{ status }]);
      await host.commit();
    });
  });

  // The default since MariaDB 11.6.2. MySQL has no such variable.
  const withSnapshotIsolation = () => {
    const begin = async (level: string) => {
      await host.query("set session innodb_snapshot_isolation = on");
      await host.query(`set session transaction isolation level ${level}`);
      await host.beginTransaction();
      await host.query("insert into invoices values ('one')");
      await host.query("select count(*) from invoices");
    };
    const book = (slotId: string) => engine().within(host).book({ actor, subjectId: "s", slotId });
    const goOn = async () => {
      await expect(book(first.id)).rejects.toMatchObject({ code: "slot_booked" });
      await book(next.id);
      await host.commit();
      expect([await statusOf(next.id), await invoices()]).toEqual(["booked", 1]);
    };

    it("the database ends one of REPEATABLE READ that meets what is newer, and all of it can be run again", async () => {
      await begin("repeatable read");
      await store.second.commit([booking(first)]);
      await expect(book(first.id)).rejects.toMatchObject({
        code: "storage_busy",
        details: { repeat: "transaction" },
        cause: {
          failure: "transient",
          message: expect.stringMatching(/everything done in it was undone.*READ COMMITTED/),
        },
      });
      await host.commit();
      expect(await invoices()).toBe(0);
      await begin("repeatable read");
      await goOn();
    });

    it("one of READ COMMITTED goes on with what is stored now", async () => {
      await begin("read committed");
      await store.second.commit([booking(first)]);
      await goOn();
    });

    it("one that the engine begins goes on as well, and runs once", async () => {
      const pool = createPool({ uri: store.url, connectionLimit: 1 });
      await pool.query("set session innodb_snapshot_isolation = on");
      await pool.query("set session transaction isolation level repeatable read");
      let runs = 0;
      await createEngine({ storage: mysqlAdapter({ pool }) }).transaction(async ({ transaction, engine: inside }) => {
        runs += 1;
        await transaction.query("select count(*) from slotwright_slots");
        await store.second.commit([booking(first)]);
        const taken = inside.book({ actor, subjectId: "s", slotId: first.id });
        await expect(taken).rejects.toMatchObject({ code: "slot_booked" });
        await inside.book({ actor, subjectId: "s", slotId: next.id });
      });
      expect([runs, await statusOf(next.id)]).toEqual([1, "booked"]);
      await pool.end();
    });
  };
  if (name === "mariadb") describe("with innodb_snapshot_isolation", withSnapshotIsolation);

  it("accepts a connection with callbacks, and a transaction of Kysely", async () => {
    const connection = callbacks.createConnection(store.url);
    await connection.promise().beginTransaction();
    await engine().within(connection).book({ actor, subjectId: "s", slotId: first.id });
    await connection.promise().commit();
    expect(await statusOf(first.id)).toBe("booked");
    connection.destroy();
    const kysely = new Kysely<{ invoices: { id: string } }>({
      dialect: new MysqlDialect({ pool: callbacks.createPool(store.url) }),
    });
    await kysely.transaction().execute(async (transaction) => {
      await transaction.insertInto("invoices").values({ id: "one" }).execute();
      const inside = engine().within(transaction);
      await expect(inside.book({ actor, subjectId: "s", slotId: first.id })).rejects.toMatchObject({
        code: "slot_booked",
      });
      await inside.book({ actor: { kind: "patient", id: "🏖 ' \\" }, subjectId: "🏖 ' \\", slotId: next.id });
    });
    expect([await statusOf(next.id), await invoices()]).toEqual(["booked", 1]);
    const { items } = await engine().listAppointments({ subjectId: "🏖 ' \\" });
    expect(items).toHaveLength(1);
    const outside = store.storage.within(kysely as never);
    await expect(outside.load([{ kind: "slot", id: first.id }])).rejects.toMatchObject({ failure: "misused" });
    await kysely.destroy();
  });

  it("refuses a connection outside a transaction, and refuses to migrate", async () => {
    const inside = store.storage.within(host);
    await expect(inside.load([{ kind: "slot", id: first.id }])).rejects.toMatchObject({ failure: "misused" });
    await expect(inside.commit([booking(first)])).rejects.toThrow(/no transaction is open/);
    await expect(inside.migrate()).rejects.toMatchObject({ failure: "misused" });
    expect(await statusOf(first.id)).toBe("available");
  });

  it("reports that a deadlock has ended the host's transaction", async () => {
    const other = await createConnection(store.url);
    // The transaction that has written more is spared.
    await other.query("create table if not exists ballast (id int primary key auto_increment, x int)");
    await other.beginTransaction();
    await other.query("insert into ballast (x) values (1),(2),(3),(4),(5),(6),(7),(8)");
    await other.query("select * from slotwright_slots where id = 'slot-30' for update");
    await host.beginTransaction();
    const inside = store.storage.within(host);
    await inside.load([{ kind: "slot", id: first.id }]);
    const waiting = other.query("select * from slotwright_slots where id = 'slot-0' for update");
    await new Promise((resolve) => setTimeout(resolve, 100));
    await expect(inside.commit([booking(next)])).rejects.toMatchObject({
      failure: "transient",
      message: expect.stringContaining("has ended"),
    });
    await waiting;
    await other.rollback();
    await host.rollback();
    await other.end();
  });

  it("keeps the host's transaction if waiting for a lock times out", async () => {
    const other = await createConnection(store.url);
    await other.beginTransaction();
    await other.query("select * from slotwright_slots where id = 'slot-0' for update");
    await host.query("set innodb_lock_wait_timeout = 1");
    await host.beginTransaction();
    await host.query("insert into invoices values ('one')");
    const inside = store.storage.within(host);
    await expect(inside.commit([booking(first)])).rejects.toMatchObject({ failure: "transient" });
    await other.rollback();
    expect(await inside.commit([booking(next)])).toEqual([{ status: "committed" }]);
    await host.commit();
    expect([await statusOf(next.id), await invoices()]).toEqual(["booked", 1]);
    await other.end();
  });
});
