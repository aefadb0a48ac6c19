import { columnNames } from "@slotwright/adapter-sql";
import {
  allowedStatements,
  followsFurtherProviders,
  type GuardCase,
  guardRaceCases,
  guardStage,
  intoAppointments,
  intoSlots,
  ms,
  replacingGuardCases,
  runGuardRace,
  setBookedAppointment,
  setSlot,
  sharedGuardCases,
} from "@slotwright/adapter-sql/conformance";
import { appointmentOn, slotAt } from "@slotwright/conformance";
import type { Guard } from "@slotwright/core/adapter";
import { type Connection, createConnection, type ResultSetHeader, type RowDataPacket } from "mysql2/promise";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { refusingGuard } from "../src/errors.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";

const place = { feed_partition: 0, seq: 1_000 };
// On PostgreSQL, the foreign key is the first to refuse it, by its own name.
const renamed: GuardCase = {
  guard: "appointment_keeps_slots",
  title: "an appointment under another id than its slot has",
  sql: setBookedAppointment("id = 'x'"),
};
const guardCases = [
  renamed,
  ...sharedGuardCases(place),
  ...replacingGuardCases({ verb: "replace", ofAppointment: "appointment_keeps_slots", numbersEntries: false, place }),
];

/** What is left to triggers where a session checks no foreign keys, or where operators of a group have dropped one. */
const withoutKeys = "set foreign_key_checks = 0";
const ofForeignKeys: readonly Guard[] = ["slot_has_appointment_row", "appointment_keeps_slots", "row_format"];

describeOnEachServer("the database's own guards, without the adapter, refuse", (server, engine) => {
  let store: MysqlStore;
  let connection: Connection;

  beforeAll(async () => {
    store = await openMysqlStore(server);
    for (const one of guardStage) expect(await store.storage.commit([one])).toEqual([{ status: "committed" }]);
    connection = await createConnection(store.url);
  });
  afterAll(async () => {
    await connection.end();
    await store.close();
  });
  beforeEach(async () => connection.beginTransaction());
  afterEach(async () => {
    await connection.rollback();
    await connection.query("set foreign_key_checks = 1");
  });

  it("no write of appointments, and the list of further providers follows each", async () => {
    await followsFurtherProviders(async (sql) => {
      const [rows] = await connection.query(sql);
      return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
    });
  });

  it.each(guardCases)("$title ($guard)", async ({ guard, sql }) => {
    const said = engine === "mariadb" && guard === "journal_once_per_version" ? primaryKey : new RegExp(`^${guard}$`);
    expect(await guardThatRefuses(connection, sql)).toMatch(said);
  });

  it.each(guardCases.filter(({ guard }) => ofForeignKeys.includes(guard)))(
    "without foreign keys: $title ($guard)",
    async ({ guard, sql }) => {
      await connection.query(withoutKeys);
      expect(await guardThatRefuses(connection, sql)).toBe(guard);
      // What a check refuses, IGNORE may make fit. A trigger's signal stays an error.
      if (guard === "row_format") return;
      expect(await guardThatRefuses(connection, sql.replace(/^(insert|update|delete)\b/, "$1 ignore"))).toBe(guard);
    },
  );

  it.each(allowedStatements)("nothing that is allowed: %s", async (_title, sql) => {
    const [result] = await connection.query<ResultSetHeader>(sql);
    expect(result.affectedRows).toBe(1);
  });

  it("no insert of a slot that is there and in the way of nothing but itself, which becomes an update", async () => {
    const columns = columnNames.slots.join(", ");
    const [result] = await connection.query<ResultSetHeader>(
      `insert into slotwright_slots (${columns}) select ${columns} from slotwright_slots as s where id = 'slot-30'
      on duplicate key update metadata = '{"room":7}'`,
    );
    expect(result.affectedRows).toBe(2);
  });

  it("a slot whose seat or start is left open on another, which INSERT IGNORE would fill in after the guard", async () => {
    await connection.query(`insert ${intoSlots({ id: "'one'", start_at: ms(900), end_at: ms(930) })}`);
    const again = { id: "'two'", start_at: ms(900), end_at: ms(930), version: 1 };
    for (const open of [{ seat: "null" }, { start_at: "null" }, { end_at: "null" }])
      await connection.query(`insert ignore ${intoSlots({ ...again, ...open })}`).catch(() => {});
    const [rows] = await connection.query<RowDataPacket[]>(
      "select id from slotwright_slots where id in ('one', 'two')",
    );
    expect(rows).toEqual([{ id: "one" }]);
  });

  it("a slot that no appointment lists, even if its id reads like two that are listed", async () => {
    await connection.query(`insert into slotwright_appointments (${columnNames.appointments.join(", ")})
      select 'both', subject_id, provider_id, facility_id, ${ms(30)}, ${ms(60)}, status, '["slot-30","seat-1"]',
        provider_ids, metadata, version, created_at, updated_at, request from slotwright_appointments where status = 'confirmed'`);
    const taken = { seat: 5, start_at: ms(30), end_at: ms(60), status: "'booked'", appointment_id: "'both'" };
    const statement = `insert ${intoSlots({ ...taken, id: `'slot-30","seat-1'` })}`;
    expect(await guardThatRefuses(connection, statement)).toBe("appointment_fits_slot");
  });

  it("the second of two transactions that put overlapping slots on one schedule, at any isolation level", async () => {
    for (const level of ["read committed", "repeatable read", "serializable"]) {
      const other = await createConnection(store.url);
      for (const one of [connection, other]) {
        await one.rollback();
        await one.query(`set transaction isolation level ${level}`);
        await one.beginTransaction();
        // The snapshot of REPEATABLE READ is as old as the first read.
        await one.query("select count(*) from slotwright_commands");
      }
      await connection.query(`insert ${intoSlots({ id: "'one'", start_at: ms(900), end_at: ms(930) })}`);
      const second = guardThatRefuses(
        other,
        `insert ${intoSlots({ id: "'two'", start_at: ms(910), end_at: ms(940) })}`,
      );
      await connection.commit();
      expect(await second, level).toBe("no_overlap");
      await other.end();
      await connection.query("delete from slotwright_slots where id = 'one'");
    }
  });

  it("two new slots of one schedule at a time, wherever they lie: none is there yet when the guard looks", async () => {
    const other = await createConnection(store.url);
    await connection.query(`insert ${intoSlots({ id: "'one'", start_at: ms(900), end_at: ms(930) })}`);
    await other.query("set innodb_lock_wait_timeout = 1");
    await other.query("set transaction isolation level read committed");
    await other.beginTransaction();
    const second = other.query(`insert ${intoSlots({ id: "'two'", start_at: ms(-100), end_at: ms(-70) })}`);
    await expect(second).rejects.toMatchObject({ errno: 1205 });
    await other.end();
  });

  it("a slot that overlaps one that was committed while its statement waited", async () => {
    const other = await createConnection(store.url);
    await connection.query(
      "insert into slotwright_schedules select 'schedule-0', 'p', 'f', time_zone, 1, 0, 0 from slotwright_schedules limit 1",
    );
    await connection.commit();
    await connection.beginTransaction();
    await connection.query(`insert ${intoSlots({ id: "'one'", start_at: ms(900), end_at: ms(930) })}`);
    await other.query("set transaction isolation level read committed");
    await other.beginTransaction();
    // The first row's guard has read, and may see only that moment, when the second row's guard waits for its schedule.
    const both = intoSlots(
      { id: "'zero'", schedule_id: "'schedule-0'", start_at: ms(900), end_at: ms(930) },
      { id: "'two'", start_at: ms(910), end_at: ms(940) },
    );
    const refusal = guardThatRefuses(other, `insert ${both}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await connection.commit();
    expect(await refusal).toBe("no_overlap");
    await other.end();
    await connection.query("delete from slotwright_slots where id = 'one'");
    await connection.query("delete from slotwright_schedules where id = 'schedule-0'");
  });
});

/** On MariaDB, a second entry by hand is refused by a key, and MariaDB does not name the key's table. */
const primaryKey = /for key 'PRIMARY'$/;

async function guardThatRefuses(connection: Connection, statement: string): Promise<Guard | string | undefined> {
  try {
    await connection.query(statement);
  } catch (error) {
    return refusingGuard(error) ?? String(error);
  }
  return undefined;
}

describeOnEachServer("one of two transactions by hand succeeds, not both, if", (server) => {
  const levels = ["read committed", "repeatable read", "serializable"] as const;

  it.each(levels.flatMap((level) => guardRaceCases.map((race) => ({ race, level, ...race }))))(
    "$title, at $level",
    async ({ race, level }) => {
      const store = await openMysqlStore(server);
      for (const one of guardStage) await store.storage.commit([one]);
      await runGuardRace(race, store.storage, async () => {
        const { transaction, ...host } = await store.beginHostTransaction(level);
        // From here on, reads without a lock see the past.
        await transaction.query("select 1 from slotwright_slots");
        return { run: async (sql) => void (await transaction.query(sql)), ...host };
      });
      await store.close();
    },
  );

  it.each(levels)(
    "a slot takes an appointment, and it is deleted meanwhile, without foreign keys, at %s",
    async (level) => {
      const store = await openMysqlStore(server);
      for (const one of guardStage) await store.storage.commit([one]);
      await store.pool.query(`insert ${intoAppointments({ id: "'listed'", slot_ids: `'["slot-30"]'` })}`);
      const [taking, deleting] = [await store.beginHostTransaction(level), await store.beginHostTransaction(level)];
      for (const { transaction } of [taking, deleting]) await transaction.query(withoutKeys);
      // The snapshot of REPEATABLE READ is as old as the first read.
      await deleting.transaction.query("select count(*) from slotwright_commands");
      await taking.transaction.query(setSlot("slot-30", "status = 'booked', appointment_id = 'listed'"));
      const statement = "delete from slotwright_appointments where id = 'listed'";
      const refusal = guardThatRefuses(deleting.transaction, statement);
      expect(await Promise.race([refusal, new Promise((resolve) => setTimeout(resolve, 200, "waits"))])).toBe("waits");
      await taking.commit();
      expect(await refusal).toBe("appointment_keeps_slots");
      await deleting.rollback();
      await store.close();
    },
  );
});

describeOnEachServer("an appointment that has a slot, which it does not list because guards were off,", (server) => {
  it.each([
    ["is not deleted", "delete from slotwright_appointments"],
    ["gets no other id", renamed.sql],
  ])("%s", async (_title, sql) => {
    const store = await openMysqlStore(server);
    for (const one of guardStage) await store.storage.commit([one]);
    await store.corrupt({ put: [appointmentOn(slotAt(0), { slotIds: ["slot-30"] })] });
    const { transaction } = await store.beginHostTransaction();
    await transaction.query(withoutKeys);
    expect(await guardThatRefuses(transaction, sql)).toBe("appointment_keeps_slots");
    await store.close();
  });
});
