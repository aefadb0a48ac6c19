import { keepsSettingsAndTime } from "@slotwright/adapter-sql/conformance";
import { booking, creation, slotAt } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SqliteDatabase, sqliteAdapter } from "../src/index.ts";
import { fileSource } from "../src/open.ts";
import { freshFile } from "./fresh-folder.ts";
import { openSqliteStore, type SqliteStore } from "./sqlite-harness.ts";

const slot = slotAt(0);
const committed = [{ status: "committed" }];
const slotKey = { kind: "slot", id: slot.id } as const;

describe("on a host's database", () => {
  it("no setting of the host changes a result, and the host's own stay unchanged", async () => {
    const database = new Database(freshFile());
    database.defaultSafeIntegers(true);
    database.pragma("foreign_keys = off");
    database.pragma("journal_mode = wal");
    const storage = sqliteAdapter({ database });
    await storage.migrate();
    expect(await storage.commit([creation(slot)])).toEqual(committed);
    expect(await storage.load([slotKey])).toEqual([slot]);
    expect(await storage.commit([booking(slot, { id: "a" }), booking(slotAt(30))])).toMatchObject([
      { status: "committed" },
      { status: "stale" },
    ]);
    const other = sqliteAdapter({ filename: database.name }) as StorageAdapter;
    await keepsSettingsAndTime(storage as StorageAdapter, other);
    await other.close();
    expect(database.pragma("foreign_keys")).toEqual([{ foreign_keys: 0n }]);
    await storage.close();
    expect(database.open).toBe(true);
    database.close();
  });

  it("what was acknowledged is synced to disk, whatever the driver's default", async () => {
    const filename = freshFile();
    const first = new Database(filename);
    first.pragma("journal_mode = wal");
    first.close();
    const database = new Database(filename);
    // The driver lowers it when it first reads a file that has a write-ahead log, and not before.
    await sqliteAdapter({ database }).migrate();
    expect(database.pragma("synchronous", { simple: true })).toBe(2);
    const lowered = new Database(filename);
    lowered.prepare("select * from slotwright_slots").all();
    expect(lowered.pragma("synchronous", { simple: true })).toBe(1);
    await sqliteAdapter({ database: lowered }).load([]);
    expect(lowered.pragma("synchronous", { simple: true })).toBe(2);
    lowered.close();
    database.close();
  });

  it("what was acknowledged is synced to disk in a file of the adapter's own", () => {
    const source = fileSource(freshFile());
    const { database } = source.connection();
    const pragma = (name: string) => database.pragma(name, { simple: true });
    expect([pragma("journal_mode"), pragma("synchronous"), pragma("busy_timeout")]).toEqual(["wal", 2, 0]);
    source.close();
  });

  it("two prefixes are two stores, and the host's tables with the same names are left alone", async () => {
    const database = new Database(freshFile());
    database.exec(
      "create table slots (mine); create table migrations (mine); create index slots_by_start on slots (mine)",
    );
    const [one, two] = [sqliteAdapter({ database }), sqliteAdapter({ database, tablePrefix: "two_" })];
    await one.migrate();
    await two.migrate();
    await one.commit([creation(slot)]);
    expect(await two.load([slotKey])).toEqual([undefined]);
    expect(await two.findSlots({ asOf: slot.start, limit: 9, providerIds: ["provider-1", "x"] })).toEqual([]);
    expect(database.prepare("select * from slots").all()).toEqual([]);
    database.close();
  });

  it("waits for the end of a transaction that the host has open on the connection", async () => {
    const database = new Database(freshFile());
    const storage = sqliteAdapter({ database });
    await storage.migrate();
    database.exec("begin");
    const transient = { failure: "transient", message: expect.stringContaining("within()") };
    await expect(storage.commit([creation(slot)])).rejects.toMatchObject(transient);
    await expect(storage.load([slotKey])).rejects.toMatchObject(transient);
    await expect(storage.findSlots({ asOf: slot.start, limit: 1 })).rejects.toMatchObject(transient);
    expect(database.inTransaction).toBe(true);
    database.exec("commit");
    expect(await storage.commit([creation(slot)])).toEqual(committed);
    database.close();
  });
});

describe("within a host's transaction", () => {
  let store: SqliteStore;
  let storage: StorageAdapter<SqliteDatabase>;

  beforeEach(async () => {
    store = await openSqliteStore();
    storage = store.storage as StorageAdapter<SqliteDatabase>;
    await storage.commit([creation(slot)]);
  });
  afterEach(() => store.close());

  it("a booking becomes visible with the host's COMMIT, together with the host's own rows", async () => {
    const host = await store.beginHostTransaction();
    host.transaction.exec("create table invoices (of); insert into invoices values ('me')");
    expect(await storage.within(host.transaction).commit([booking(slot)])).toEqual(committed);
    expect(await storage.load([slotKey])).toEqual([slot]);
    await host.commit();
    expect(await storage.load([slotKey])).toMatchObject([{ status: "booked" }]);
  });

  it("a booking vanishes with the host's ROLLBACK", async () => {
    const host = await store.beginHostTransaction();
    expect(await storage.within(host.transaction).commit([booking(slot)])).toEqual(committed);
    expect(await storage.within(host.transaction).load([slotKey])).toMatchObject([{ status: "booked" }]);
    await host.rollback();
    expect(await storage.load([slotKey])).toEqual([slot]);
    expect(await storage.commit([booking(slot)])).toEqual(committed);
  });

  it("refused and stale transitions leave the host's transaction usable and its rows in place", async () => {
    const host = await store.beginHostTransaction();
    host.transaction.exec("create table invoices (of); insert into invoices values ('me')");
    const inside = storage.within(host.transaction);
    const outcomes = await inside.commit([booking(slot, { slotIds: ["gone"] }), booking(slotAt(30))]);
    expect(outcomes).toMatchObject([{ status: "refused", guard: "appointment_fits_slot" }, { status: "stale" }]);
    expect(await inside.commit([booking(slot)])).toEqual(committed);
    expect(host.transaction.prepare("select * from invoices").all()).toHaveLength(1);
    await host.commit();
    expect(await storage.load([slotKey])).toMatchObject([{ status: "booked" }]);
  });

  it("what was loaded cannot be changed by others before the transaction ends", async () => {
    const database = new Database(store.filename, { timeout: 0 });
    database.exec("begin");
    expect(await storage.within(database).load([slotKey])).toEqual([slot]);
    await expect(store.second.commit([booking(slot)])).rejects.toMatchObject({ failure: "transient" });
    database.exec("rollback");
    expect(await store.second.commit([booking(slot)])).toEqual(committed);
    database.close();
  });

  it("a snapshot that is too old to write is transient, and the host is told to begin immediate", async () => {
    const database = new Database(store.filename, { timeout: 0 });
    database.exec("begin");
    database.prepare("select * from slotwright_slots").all();
    await store.second.commit([booking(slot)]);
    await expect(storage.within(database).load([slotKey])).rejects.toMatchObject({
      failure: "transient",
      message: expect.stringContaining("BEGIN IMMEDIATE"),
    });
    expect(database.inTransaction).toBe(true);
    database.close();
  });

  it("every call without an open transaction is refused, and so is migrate within one", async () => {
    const database = new Database(store.filename);
    const inside = storage.within(database);
    const misused = { failure: "misused", message: expect.stringContaining("BEGIN IMMEDIATE") };
    await expect(inside.commit([booking(slot)])).rejects.toMatchObject(misused);
    await expect(inside.load([slotKey])).rejects.toMatchObject(misused);
    database.exec("begin immediate");
    await expect(inside.migrate()).rejects.toMatchObject({ failure: "misused" });
    await inside.close();
    expect(await inside.commit([booking(slot)])).toEqual(committed);
    database.exec("rollback");
    database.close();
  });
});
