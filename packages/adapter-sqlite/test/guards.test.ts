import {
  allowedStatements,
  followsFurtherProviders,
  type GuardCase,
  guardRaceCases,
  guardStage,
  intoJournal,
  replacingGuardCases,
  runGuardRace,
  setSlot,
  sharedGuardCases,
} from "@slotwright/adapter-sql/conformance";
import { appointmentOn, bookedBy, creation, slotAt, transitionOf } from "@slotwright/conformance";
import type { Guard } from "@slotwright/core/adapter";
import Database from "better-sqlite3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { refusingGuard } from "../src/errors.ts";
import { openSqliteStore, type SqliteStore } from "./sqlite-harness.ts";

const cases: readonly GuardCase[] = [
  ...sharedGuardCases({}),
  ...replacingGuardCases({ verb: "insert or replace", ofAppointment: "row_format", numbersEntries: true, place: {} }),
  {
    guard: "journal_once_per_version",
    title: "a second entry for one version that replaces the first",
    sql: `insert or replace ${intoJournal({ reason: "'x'" })}`,
  },
];

describe("the database's own guards, without the adapter and with foreign keys off, refuse", () => {
  let store: SqliteStore;
  let database: Database.Database;

  beforeAll(async () => {
    store = await openSqliteStore();
    for (const one of guardStage) expect(await store.storage.commit([one])).toEqual([{ status: "committed" }]);
    database = new Database(store.filename);
    database.pragma("foreign_keys = off");
  });
  afterAll(async () => {
    database.close();
    await store.close();
  });
  beforeEach(() => {
    if (database.inTransaction) database.exec("rollback");
  });

  it("no write of appointments, and the list of further providers follows each", async () => {
    await followsFurtherProviders(async (sql) => {
      const statement = database.prepare<[], Record<string, unknown>>(sql);
      if (statement.reader) return statement.all();
      statement.run();
      return [];
    });
  });

  it.each(cases)("$title ($guard)", ({ guard, sql }) => {
    expect(guardThatRefuses(database, sql)).toBe(guard);
  });

  it("a slot whose appointment does not exist, also by a foreign key", () => {
    database.pragma("foreign_keys = on");
    database.exec("begin; drop trigger slotwright_slots_fit");
    const statement = setSlot("slot-30", "status = 'booked', appointment_id = 'gone'");
    expect(guardThatRefuses(database, statement)).toBe("slot_has_appointment_row");
    database.exec("rollback");
    database.pragma("foreign_keys = off");
  });

  it.each(allowedStatements)("nothing that is allowed: %s", (_title, sql) => {
    database.exec("begin");
    expect(database.prepare(sql).run().changes).toBe(1);
    database.exec("rollback");
  });

  it("an appointment may take rooms and devices of other providers as further slots", async () => {
    const room = slotAt(30, { id: "room", scheduleId: "schedule-2", providerId: "room-1", facilityId: "facility-2" });
    const rooms = { ...creation().put[0], id: "schedule-2", providerId: "room-1" } as Parameters<
      typeof transitionOf
    >[1];
    const both = appointmentOn(slotAt(30), { slotIds: ["slot-30", "room"] });
    const outcomes = await store.storage.commit([
      transitionOf("rooms", rooms, room),
      transitionOf("both", both, bookedBy(slotAt(30), both), bookedBy(room, both)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["committed", "committed"]);
  });
});

function guardThatRefuses(database: Database.Database, statement: string): Guard | undefined {
  try {
    database.prepare(statement).run();
  } catch (error) {
    return refusingGuard(error);
  }
  return undefined;
}

describe("one of two transactions by hand succeeds, not both, if", () => {
  it.each(guardRaceCases)("$title", async (race) => {
    const store = await openSqliteStore();
    for (const one of guardStage) await store.storage.commit([one]);
    const opened: Database.Database[] = [];
    await runGuardRace(race, store.storage, async () => {
      const transaction = new Database(store.filename, { timeout: 0 });
      opened.push(transaction);
      const run = async (sql: string) => void transaction.exec(sql);
      await run("begin");
      return { run, commit: () => run("commit"), rollback: () => run("rollback") };
    });
    for (const database of opened) database.close();
    await store.close();
  });
});
