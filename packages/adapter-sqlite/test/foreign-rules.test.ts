import { type ForeignRule, neighboursOfRefused } from "@slotwright/adapter-sql/conformance";
import { booking, creation, slotAt } from "@slotwright/conformance";
import { StorageError } from "@slotwright/core/adapter";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { sqliteAdapter } from "../src/index.ts";
import { openSqliteStore } from "./sqlite-harness.ts";

const raising = (title: string, does: string, when = "new.subject_id = 'refused'"): ForeignRule => ({
  title,
  add: [
    `create trigger refuse_some before insert on slotwright_appointments when ${when}
      begin ${does}; end`,
  ],
  remove: ["drop trigger refuse_some"],
});

const rules: readonly ForeignRule[] = [
  raising("a trigger with RAISE(ABORT)", "select raise(abort, 'not this one')"),
  raising("a trigger with RAISE(FAIL)", "select raise(fail, 'not this one')"),
  raising("a trigger with RAISE(ROLLBACK)", "select raise(rollback, 'not this one')"),
  raising("a trigger with RAISE(IGNORE)", "select raise(ignore)"),
  raising("a trigger whose own statement fails", "select json('{')"),
  raising(
    "a trigger whose message reads like SQLite's about missing tables",
    "select raise(abort, 'no such table for two')",
  ),
  raising(
    "a trigger whose message reads like the driver's",
    "select raise(abort, 'the connection is not open on Mondays')",
  ),
  {
    title: "a trigger that breaks the host's own foreign key",
    add: [
      "create table host_people (id text primary key)",
      "create table host_visits (person text references host_people (id))",
      `create trigger refuse_some after insert on slotwright_appointments when new.subject_id = 'refused'
        begin insert into host_visits values (new.subject_id); end`,
    ],
    remove: ["drop trigger refuse_some", "drop table host_visits", "drop table host_people"],
  },
  {
    title: "a unique index",
    add: ["create unique index only_one on slotwright_appointments (subject_id)"],
    remove: ["drop index only_one"],
  },
];

describe("of six concurrent bookings, the third is refused and the others are booked:", () => {
  it.each(rules)("$title", async (rule) => {
    const store = await openSqliteStore();
    const database = new Database(store.filename);
    await neighboursOfRefused(store, async (sql) => database.exec(sql), rule);
    database.close();
    await store.close();
  });
});

describe("a trigger with RAISE(IGNORE)", () => {
  it.each([
    ["slots", "update"],
    ["journal", "insert"],
    ["commands", "insert"],
  ])("on %s refuses the booking, and nothing of it is stored", async (table, event) => {
    const store = await openSqliteStore();
    await store.storage.commit([creation(slotAt(0))]);
    const database = new Database(store.filename);
    database.exec(`create trigger leave_out before ${event} on slotwright_${table} begin select raise(ignore); end`);
    await expect(store.storage.commit([booking(slotAt(0))])).rejects.toMatchObject({ failure: "refused" });
    database.exec("drop trigger leave_out");
    expect(await store.storage.commit([booking(slotAt(0))])).toEqual([{ status: "committed" }]);
    database.close();
    await store.close();
  });
});

describe("a trigger with RAISE(IGNORE) that leaves out one of a hundred", () => {
  it.each(["slots", "journal"])("new rows of %s refuses all of them", async (table) => {
    const store = await openSqliteStore();
    const slots = Array.from({ length: 100 }, (_, index) => slotAt(index * 30));
    const database = new Database(store.filename);
    database.exec(`create trigger leave_out before insert on slotwright_${table}
      when (select count(*) from slotwright_${table}) = 50 begin select raise(ignore); end`);
    await expect(store.storage.commit([creation(...slots)])).rejects.toMatchObject({ failure: "refused" });
    database.exec("drop trigger leave_out");
    expect(await store.storage.load(slots.map(({ kind, id }) => ({ kind, id })))).toEqual(slots.map(() => undefined));
    database.close();
    await store.close();
  });
});

describe("within a host's transaction", () => {
  it("what a trigger refuses leaves nothing behind, and the transaction stays usable", async () => {
    const store = await openSqliteStore();
    await store.storage.commit([creation(slotAt(0), slotAt(30))]);
    const database = new Database(store.filename);
    for (const sql of (rules[0] as ForeignRule).add) database.exec(sql);
    database.exec("begin immediate");
    const inside = sqliteAdapter({ database }).within(database);
    const refused = inside.commit([booking(slotAt(0), { subjectId: "refused" })]);
    await expect(refused).rejects.toMatchObject({ failure: "refused", cause: { code: "SQLITE_CONSTRAINT_TRIGGER" } });
    await expect(refused).rejects.toBeInstanceOf(StorageError);
    expect(await inside.commit([booking(slotAt(30))])).toEqual([{ status: "committed" }]);
    database.exec("commit");
    database.close();
    expect(await store.second.load([{ kind: "slot", id: "slot-0" }])).toEqual([slotAt(0)]);
    await store.close();
  });
});
