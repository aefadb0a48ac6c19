import {
  sampleInstant as at,
  auditStore,
  booking,
  creation,
  sampleSchedule,
  slotAt,
  transitionOf,
} from "@slotwright/conformance";
import { createEngine } from "@slotwright/core";
import { type Connection, createConnection, createPool, type Pool, type RowDataPacket } from "mysql2/promise";
import { afterEach, beforeEach, expect, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";

const actor = { kind: "patient", id: "p" } as const;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const committed = { status: "committed" };
const halfHours = (count: number, first = 0) =>
  Array.from({ length: count }, (_, index) => ({
    start: at((first + index) * 30),
    end: at((first + index) * 30 + 30),
  }));

/** How long it takes, in milliseconds. */
async function duration(call: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await call();
  return performance.now() - started;
}

describeOnEachServer("a command that waits for a row", (server) => {
  let store: MysqlStore;
  let pool: Pool;
  let admin: Connection;

  beforeEach(async () => {
    store = await openMysqlStore(server);
    pool = createPool({ uri: store.url, connectionLimit: 4 });
    // As a server's own setting would.
    pool.pool.on("connection", (connection) => connection.query("set innodb_lock_wait_timeout = 3"));
    admin = await createConnection(store.url);
  });
  afterEach(async () => {
    await admin.rollback();
    await Promise.all([admin.end(), pool.end()]);
    expect(await auditStore(store.storage)).toEqual([]);
    await store.close();
  });

  const lockRow = async (id: string) => {
    await admin.beginTransaction();
    await admin.query("select * from slotwright_slots where id = ? for update", [id]);
  };
  const published = async (count: number) => {
    const engine = createEngine({ storage: store.storage });
    const { slots } = await engine.createSlots({ actor, providerId: "p", facilityId: "f", slots: halfHours(count) });
    return slots.map(({ id }) => id);
  };

  it("delays no write of any process, whatever else it does", async () => {
    const [wanted = "", ...others] = await published(13);
    const engines = [createEngine({ storage: mysqlAdapter({ pool }) }), createEngine({ storage: store.second })];
    for (const engine of engines) await engine.listSlots({ limit: 1 });
    const host = await store.beginHostTransaction();
    const inHost = createEngine({ storage: store.storage }).within(host.transaction);
    await inHost.book({ actor, slotId: wanted, subjectId: "host" });
    let waits = true;
    const waiter = engines[0]?.book({ actor, slotId: wanted, subjectId: "late" }).finally(() => {
      waits = false;
    });
    waiter?.catch(() => {});
    await pause(200);
    const rounds: number[] = [];
    for (let round = 0; round < 3; round++) {
      const times = engines.flatMap((engine, index) => {
        const [booked = "", held = ""] = others.splice(0, 2);
        const elsewhere = { providerId: `p-${round}-${index}`, facilityId: "f", slots: halfHours(2) };
        return [
          duration(() => engine.book({ actor, slotId: booked, subjectId: "s" })),
          duration(() => engine.hold({ actor, slotId: held })),
          duration(() => engine.createSlots({ actor, ...elsewhere })),
        ];
      });
      rounds.push(Math.max(...(await Promise.all(times))));
    }
    // One of them, because the machine may be busy with something else. All of them would wait as long as the host.
    expect(Math.min(...rounds)).toBeLessThan(700);
    expect(waits).toBe(true);
    await host.commit();
    await expect(waiter).rejects.toMatchObject({ code: "slot_booked" });
  }, 60_000);

  it("is busy when its budget is spent, and its neighbours are booked at once", async () => {
    const [locked = "", ...others] = await published(30);
    const engine = createEngine({ storage: mysqlAdapter({ pool }), retry: { budgetMs: 1000 } });
    await engine.listSlots({ limit: 1 });
    await lockRow(locked);
    const book = (slotId: string) => engine.book({ actor, slotId, subjectId: "s" });
    const answers = await Promise.all([
      duration(() => expect(book(locked)).rejects.toMatchObject({ code: "storage_busy" })),
      duration(() => Promise.all(others.map(book))),
    ]);
    expect(answers[0]).toBeLessThan(2500);
    expect(answers[1]).toBeLessThan(2500);
  }, 60_000);

  it("waits at most a second for what it cannot see, such as a command's id, and leaves the session unchanged", async () => {
    const slots = [slotAt(0), slotAt(30)];
    await store.storage.commit([creation(...slots)]);
    const single = createPool({ uri: store.url, connectionLimit: 1 });
    const storage = mysqlAdapter({ pool: single });
    await single.query("set innodb_lock_wait_timeout = 7");
    const seconds = async () => {
      const [rows] = await single.query<RowDataPacket[]>("select @@innodb_lock_wait_timeout as s");
      return rows[0]?.s;
    };
    const want = booking(slotAt(0));
    await admin.beginTransaction();
    await admin.query("insert into slotwright_commands values (?, 'h', '1', null)", [want.command.id]);
    for (const batch of [[want], [want, largeCreation(100)]]) {
      const took = await duration(() => expect(storage.commit(batch)).rejects.toMatchObject({ failure: "transient" }));
      expect(took).toBeLessThan(5000);
      expect(await seconds()).toBe(7);
    }
    await admin.rollback();
    await lockRow(slotAt(30).id);
    expect(await storage.commit([booking(slotAt(30)), want])).toMatchObject([{ status: "busy" }, committed]);
    expect(await seconds()).toBe(7);
    await single.end();
  }, 60_000);

  it("does not keep anybody from publishing right beside it, on its schedule or the next", async () => {
    const on = (id: string, version: number, ...minutes: readonly number[]) => {
      const schedule = { ...sampleSchedule, id, providerId: id, version };
      const slots = minutes.map((minute) => slotAt(minute, { id: `${id}-${minute}`, scheduleId: id, providerId: id }));
      return transitionOf(`publish ${id} ${version}`, schedule, ...slots);
    };
    expect(await store.storage.commit([on("a", 1, 0, 60), on("b", 1, 600)])).toEqual([committed, committed]);
    await lockRow("a-60");
    expect(await mysqlAdapter({ pool }).commit([on("a", 2, 90), on("b", 2, 300)])).toEqual([committed, committed]);
  });

  it("is also busy in a batch that takes several statements, and its neighbours are committed", async () => {
    const slot = slotAt(0);
    await store.storage.commit([creation(slot)]);
    const single = createPool({ uri: store.url, connectionLimit: 1 });
    const storage = mysqlAdapter({ pool: single });
    await lockRow(slot.id);
    const busy = { status: "busy", keys: [{ kind: "slot", id: slot.id }] };
    expect(await storage.commit([largeCreation(100), booking(slot), largeCreation(900)])).toMatchObject([
      committed,
      busy,
      committed,
    ]);
    await admin.rollback();
    expect(await storage.commit([booking(slot)])).toEqual([committed]);
    const [rows] = await single.query<RowDataPacket[]>(
      "select @@innodb_lock_wait_timeout = @@global.innodb_lock_wait_timeout as same",
    );
    expect(rows[0]?.same).toBe(1);
    await single.end();
  }, 60_000);
});

/** Slots on a schedule of their own, too many for one statement. */
function largeCreation(first: number) {
  const schedule = { ...sampleSchedule, id: `schedule-${first}`, providerId: `provider-${first}` };
  const slots = Array.from({ length: 20 }, (_, index) => ({
    ...slotAt((first + index) * 30),
    scheduleId: schedule.id,
    providerId: schedule.providerId,
    metadata: { large: "x".repeat(16_000) },
  }));
  return transitionOf(`large ${first}`, schedule, ...slots);
}
