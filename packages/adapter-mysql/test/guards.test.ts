import type { Guard } from "@slotwright/core";
import { type Connection, createConnection, type ResultSetHeader } from "mysql2/promise";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { refusingGuard } from "../src/errors.ts";
import { describeOnEachServer } from "./each-server.ts";
import { appointment, booked, guardCases, insertSlot, ms, slot } from "./guard-cases.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";
import { appointmentOn, at, booking, creation, slotAt, transitionOf } from "./records.ts";

describeOnEachServer("the database's own guards, without the adapter, refuse", (server) => {
  let store: MysqlStore;
  let connection: Connection;

  beforeAll(async () => {
    store = await openMysqlStore(server);
    const held = slotAt(90, { status: "held", hold: { tokenHash: "h", expiresAt: at(300) } });
    const slots = [
      slotAt(0),
      slotAt(30),
      slotAt(15, { status: "blocked" }),
      held,
      slotAt(30, { id: "seat-1", seat: 1 }),
    ];
    const asked = appointmentOn(slotAt(30), { id: "asked", status: "scheduled", slotIds: [] });
    const created = await store.storage.commit([creation(...slots)]);
    const outcomes = await store.storage.commit([booking(slotAt(0)), transitionOf("ask", asked)]);
    expect([...created, ...outcomes].map(({ status }) => status)).toEqual(["committed", "committed", "committed"]);
    connection = await createConnection(store.url);
  });
  afterAll(async () => {
    await connection.end();
    await store.close();
  });
  beforeEach(async () => connection.beginTransaction());
  afterEach(async () => connection.rollback());

  it.each(guardCases)("$title ($guard)", async ({ guard, sql }) => {
    expect(await guardThatRefuses(connection, sql)).toBe(guard);
  });

  it.each(guardCases.filter(({ guard }) => guard === "slot_has_appointment_row" || guard === "row_format"))(
    "without foreign keys: $title ($guard)",
    async ({ guard, sql }) => {
      await connection.query("set foreign_key_checks = 0");
      expect(await guardThatRefuses(connection, sql)).toBe(guard);
      await connection.query("set foreign_key_checks = 1");
    },
  );

  it("every guard of the contract has a case here", () => {
    const guards: Record<Guard, true> = {
      known_status: true,
      valid_time_range: true,
      booked_has_appointment: true,
      held_has_hold: true,
      owner_has_slots: true,
      no_overlap: true,
      appointment_fits_slot: true,
      slot_has_appointment_row: true,
      appointment_keeps_slots: true,
      journal_append_only: true,
      journal_once_per_version: true,
      row_format: true,
    };
    expect([...new Set(guardCases.map(({ guard }) => guard))].sort()).toEqual(Object.keys(guards).sort());
  });

  it.each([
    ["slots that touch", `insert ${insertSlot({ start_at: ms(60), end_at: ms(90) })}`],
    ["the same time on another seat", `insert ${insertSlot({ seat: 2, start_at: ms(0), end_at: ms(30) })}`],
    ["a blocked slot across others", `insert ${insertSlot({ status: "'blocked'", start_at: ms(0), end_at: ms(90) })}`],
    ["a longer slot around its appointment", `${slot} start_at = start_at - 60000 where id = 'slot-0'`],
    ["a shorter appointment within its slot", `${appointment} end_at = end_at - 60000 where id = '${booked}'`],
    ["a deleted free slot", "delete from slotwright_slots where id = 'slot-30'"],
  ])("nothing that is allowed: %s", async (_title, sql) => {
    const [result] = await connection.query<ResultSetHeader>(sql);
    expect(result.affectedRows).toBe(1);
  });

  it("the second of two transactions that put overlapping slots on one schedule, in any isolation", async () => {
    for (const level of ["read committed", "repeatable read", "serializable"]) {
      const other = await createConnection(store.url);
      for (const one of [connection, other]) {
        await one.rollback();
        await one.query(`set transaction isolation level ${level}`);
        await one.beginTransaction();
        // The snapshot of REPEATABLE READ is as old as the first read.
        await one.query("select count(*) from slotwright_commands");
      }
      await connection.query(`insert ${insertSlot({ id: "'one'", start_at: ms(900), end_at: ms(930) })}`);
      const second = guardThatRefuses(
        other,
        `insert ${insertSlot({ id: "'two'", start_at: ms(910), end_at: ms(940) })}`,
      );
      await connection.commit();
      expect(await second, level).toBe("no_overlap");
      await other.end();
      await connection.query("delete from slotwright_slots where id = 'one'");
    }
  });

  it("a slot that overlaps one that was committed while its statement waited", async () => {
    const other = await createConnection(store.url);
    await connection.query(
      "insert into slotwright_schedules select 'schedule-0', 'p', 'f', time_zone, 1, 0, 0 from slotwright_schedules limit 1",
    );
    await connection.commit();
    await connection.beginTransaction();
    await connection.query(`insert ${insertSlot({ id: "'one'", start_at: ms(900), end_at: ms(930) })}`);
    await other.query("set transaction isolation level read committed");
    await other.beginTransaction();
    // The first row's guard has read, and may see only that moment, when the second row's guard waits for its schedule.
    const [first, second] = [
      insertSlot({ id: "'zero'", schedule_id: "'schedule-0'", start_at: ms(900), end_at: ms(930) }),
      insertSlot({ id: "'two'", start_at: ms(910), end_at: ms(940) }),
    ];
    const both = guardThatRefuses(other, `insert ${first}, ${second.slice(second.indexOf("values ") + 7)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await connection.commit();
    expect(await both).toBe("no_overlap");
    await other.end();
    await connection.query("delete from slotwright_slots where id = 'one'");
    await connection.query("delete from slotwright_schedules where id = 'schedule-0'");
  });
});

async function guardThatRefuses(connection: Connection, statement: string): Promise<Guard | string | undefined> {
  try {
    await connection.query(statement);
  } catch (error) {
    return refusingGuard(error) ?? String(error);
  }
  return undefined;
}
