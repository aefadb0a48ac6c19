import { keepsSettingsAndTime } from "@slotwright/adapter-sql/conformance";
import {
  appointmentOn,
  sampleInstant as at,
  bookedBy,
  booking,
  creation,
  journalOf,
  sampleNow as now,
  sampleSchedule as schedule,
  slotAt,
  transitionOf,
} from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import callbacks from "mysql2";
import { createPool, type PoolOptions } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";

/** Options and session settings that make mysql2 or the server answer differently. */
const hostile: Readonly<Record<string, { readonly options?: PoolOptions; readonly session?: string }>> = {
  "another time zone": { options: { timezone: "+09:00" }, session: "set time_zone = '-07:00'" },
  "a clock that stands still": { session: "set timestamp = 86400, time_zone = '+05:45'" },
  "dates as strings": { options: { dateStrings: true } },
  "a cast that makes everything a string": { options: { typeCast: (field) => field.string() } },
  "no casts": { options: { typeCast: false } },
  "big numbers as strings": { options: { supportBigNumbers: true, bigNumberStrings: true, decimalNumbers: true } },
  "rows as arrays": { options: { rowsAsArray: true } },
  "nested tables": { options: { nestTables: true } },
  "named placeholders": { options: { namedPlaceholders: true } },
  "no found rows": { options: { flags: ["-FOUND_ROWS"] } },
  "latin1, known to the driver": { options: { charset: "LATIN1_SWEDISH_CI" } },
  "latin1, unknown to the driver": { session: "set names latin1" },
  utf8mb3: { options: { charset: "UTF8_GENERAL_CI" } },
  "no strict mode, and ANSI quotes": {
    session: "set sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,IGNORE_SPACE,HIGH_NOT_PRECEDENCE'",
  },
  "safe updates, and few rows": { session: "set sql_safe_updates = 1, sql_select_limit = 1" },
  "read uncommitted": { session: "set session transaction isolation level read uncommitted" },
  serializable: { session: "set session transaction isolation level serializable" },
  "no autocommit": { session: "set autocommit = 0" },
  "no foreign keys": { session: "set foreign_key_checks = 0, unique_checks = 0" },
};

const text = "Grüße – 🏖 \\ ' \" ` \u2028 %_";
const record = slotAt(0, {
  id: text,
  facilityId: `f ${text}`,
  metadata: { [text]: [text, 1.5, null, { deep: true }] },
});

describeOnEachServer("a host's pool with", (server) => {
  let store: MysqlStore;

  beforeAll(async () => {
    store = await openMysqlStore(server);
  });
  afterAll(() => store.close());

  describe.each(Object.entries(hostile))("%s", (_title, { options, session }) => {
    it("changes no result, and is left unchanged", async () => {
      const own = await openMysqlStore(server);
      const pool = createPool({ uri: own.url, connectionLimit: 2, ...options });
      if (session !== undefined) pool.pool.on("connection", (connection) => void connection.query(session));
      await playedOn(mysqlAdapter({ pool }) as StorageAdapter, own.storage);
      await pool.end();
      await own.close();
    });
  });

  it("with callbacks works like one with promises", async () => {
    const own = await openMysqlStore(server);
    const pool = callbacks.createPool({ uri: own.url });
    await playedOn(mysqlAdapter({ pool }) as StorageAdapter, own.storage);
    await pool.promise().end();
    await own.close();
  });

  it("an isolation level that shows uncommitted data does not show settings that may still vanish", async () => {
    const own = await openMysqlStore(server);
    const pool = createPool({ uri: own.url });
    pool.pool.on("connection", (connection) => {
      connection.query("set session transaction isolation level read uncommitted");
    });
    const host = await own.beginHostTransaction();
    await own.storage.within(host.transaction).storeSettings({ overlapScope: "provider", idempotencyScope: "actor" });
    const storage = mysqlAdapter({ pool });
    expect(await storage.readSettings()).toBeUndefined();
    await host.commit();
    expect(await storage.readSettings()).toEqual({ overlapScope: "provider", idempotencyScope: "actor" });
    await pool.end();
    await own.close();
  });

  it("whose connection several adapters use has one more listener, and not one per adapter", async () => {
    const own = await openMysqlStore(server);
    const pool = createPool({ uri: own.url, connectionLimit: 1 });
    const connection = await pool.getConnection();
    const count = () => connection.connection.listenerCount("error");
    const before = count();
    connection.release();
    for (let index = 0; index < 12; index++) await mysqlAdapter({ pool }).load([{ kind: "slot", id: record.id }]);
    expect(count() - before).toBe(1);
    await pool.end();
    await own.close();
  });

  it("a transaction left open on a connection does not prevent anything from being stored", async () => {
    const own = await openMysqlStore(server);
    const pool = createPool({ uri: own.url, connectionLimit: 1 });
    const connection = await pool.getConnection();
    await connection.beginTransaction();
    await connection.query("select count(*) from slotwright_slots");
    connection.release();
    expect(await mysqlAdapter({ pool }).commit([creation(record)])).toEqual([{ status: "committed" }]);
    expect(await own.storage.load([{ kind: "slot", id: record.id }])).toEqual([record]);
    await pool.end();
    await own.close();
  });
});

/** A booking's life through one adapter, observed through it and through another. */
async function playedOn(storage: StorageAdapter, other: StorageAdapter): Promise<void> {
  await storage.migrate();
  await keepsSettingsAndTime(storage, other);
  const keys = [
    { kind: "slot", id: record.id },
    { kind: "schedule", id: schedule.id },
    { kind: "appointment", id: "a" },
    { kind: "command", id: "create" },
    { kind: "slot", id: "slot-30" },
  ] as const;
  expect(await storage.load(keys)).toEqual(keys.map(() => undefined));
  expect(await other.commit([creation(record, slotAt(30))])).toEqual([{ status: "committed" }]);
  const appointment = appointmentOn(record, { id: "a", metadata: { text } });
  const taken = bookedBy(record, appointment);
  const book = { ...transitionOf("book", appointment, taken) };
  const journal = book.journal.map((entry) => ({ ...entry, reason: text }));
  expect(await storage.commit([{ ...book, journal }])).toEqual([{ status: "committed" }]);
  for (const one of [storage, other]) {
    expect(await one.load(keys)).toEqual([
      taken,
      schedule,
      appointment,
      { kind: "command", ...creation(record).command },
      slotAt(30),
    ]);
    expect(await journalOf(one, { record: record, limit: 9 })).toEqual([creation(record).journal[0], journal[1]]);
    const query = {
      asOf: now,
      limit: 9,
      facilityId: record.facilityId,
      startFrom: at(-1),
      after: { start: at(-1), id: text },
    };
    expect(await one.findSlots(query)).toEqual([taken]);
    expect(await one.findAppointments({ limit: 9, providerIds: ["provider-1", "x", text] })).toEqual([appointment]);
  }
  expect((await storage.commit([booking(record), booking(slotAt(30))])).map(({ status }) => status)).toEqual([
    "stale",
    "committed",
  ]);
  expect(await storage.commit([book])).toMatchObject([{ status: "replayed" }]);
  // A connection that has read once must not keep seeing that moment.
  const late = transitionOf("late", { ...schedule, version: 2 }, slotAt(600));
  for (let round = 0; round < 3; round++)
    expect(await storage.load([{ kind: "slot", id: "slot-600" }])).toEqual([undefined]);
  expect(await other.commit([late])).toEqual([{ status: "committed" }]);
  for (let round = 0; round < 3; round++)
    expect(await storage.load([{ kind: "slot", id: "slot-600" }])).toEqual([slotAt(600)]);
  expect(await other.findSlots({ asOf: now, limit: 9, statuses: ["booked"] })).toHaveLength(2);
  expect(await storage.findSlots({ asOf: now, limit: 9, statuses: ["booked"] })).toHaveLength(2);
}
