import { booking, creation, slotAt } from "@slotwright/conformance";
import type { TestDatabase } from "@slotwright/test-servers";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { afterEach, beforeEach, expect, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";

const slot = slotAt(0);
const nothing = { from: 1, to: 1, applied: [] };

describeOnEachServer("after a restore that omitted triggers or procedures, migrate()", (server) => {
  let database: TestDatabase;
  let admin: Connection;
  const storageAs = (user?: string, options: { database?: string } = {}) => {
    const url = new URL(database.url);
    if (user !== undefined) [url.username, url.password] = [user, "secret"];
    if (options.database !== undefined) url.pathname = "mysql";
    return mysqlAdapter({ uri: url.href, ...options });
  };
  const migrated = async (user?: string, options: { database?: string } = {}) => {
    const storage = storageAs(user, options);
    return storage.migrate().finally(() => storage.close());
  };

  beforeEach(async () => {
    database = await server.createDatabase();
    admin = await createConnection(database.url);
    const storage = storageAs();
    await storage.migrate();
    await storage.commit([creation(slot)]);
    await storage.close();
  });
  afterEach(async () => {
    await admin.end();
    await database.drop();
  });

  /** All triggers and procedures, with their bodies. */
  async function described(): Promise<readonly RowDataPacket[]> {
    const [rows] = await admin.query<RowDataPacket[]>(
      `select 'trigger' as kind, trigger_name as name, concat(action_timing, event_manipulation, event_object_table) as at,
        action_statement as text, sql_mode as mode from information_schema.triggers where trigger_schema = database()
      union all select 'procedure', routine_name, security_type, routine_definition, sql_mode
        from information_schema.routines where routine_schema = database() order by 1, 2`,
    );
    return rows;
  }
  const user = async (name: string, privileges: string) => {
    const unique = `${name}_${database.name.slice(-8)}`;
    await admin.query(`create user ${unique} identified by 'secret'`);
    await admin.query(`grant ${privileges} on ${database.name}.* to ${unique}`);
    return unique;
  };

  it("finds each one that is gone, puts back only that, and reports it", async () => {
    const before = await described();
    expect(before).toHaveLength(12);
    for (const { kind, name } of before) {
      await admin.query(`drop ${kind} ${name}`);
      expect(await migrated()).toEqual({ from: 1, to: 1, applied: [`put back: ${kind} ${name}`] });
      expect(await described(), name).toEqual(before);
    }
    expect(await migrated()).toEqual(nothing);
  });

  it("puts back all of them, in a database that the option names, and bookings go on", async () => {
    const before = await described();
    for (const { kind, name } of before) await admin.query(`drop ${kind} ${name}`);
    const storage = storageAs();
    await expect(storage.commit([booking(slot)])).rejects.toMatchObject({
      failure: "schema_outdated",
      message: expect.stringContaining("Run migrate()"),
    });
    expect((await migrated(undefined, { database: database.name })).applied).toHaveLength(12);
    expect((await described()).length).toBe(12);
    expect(await storage.commit([booking(slot)])).toEqual([{ status: "committed" }]);
    await storage.close();
  });

  it("puts back once if several callers run it at the same time", async () => {
    await admin.query("drop trigger slotwright_journal_not_deleted");
    const reports = await Promise.all([1, 2, 3, 4].map(() => migrated()));
    expect(reports.flatMap(({ applied }) => applied)).toEqual(["put back: trigger slotwright_journal_not_deleted"]);
  });

  it("has nothing to do for a role that may not see them, and tells it what is missing when they are gone", async () => {
    const writer = await user("writer", "select, insert, update, execute");
    const reader = await user("reader", "select");
    expect(await migrated(writer)).toEqual(nothing);
    expect(await migrated(reader)).toEqual(nothing);
    await admin.query("drop trigger slotwright_slots_kept");
    for (const name of [writer, reader]) {
      await expect(migrated(name)).rejects.toMatchObject({
        failure: "unavailable",
        message: expect.stringMatching(/lacks trigger slotwright_slots_kept, .*migrate\(\)/),
      });
    }
    await migrated();
    await admin.query("drop procedure slotwright_commit_v1");
    await expect(migrated(writer)).rejects.toMatchObject({
      message: expect.stringMatching(/lacks procedure slotwright_commit_v1, .*CREATE ROUTINE/),
    });
    await migrated();
    expect(await migrated(writer)).toEqual(nothing);
    await admin.query(`drop user ${writer}, ${reader}`);
  });

  it("creates triggers under a user that stays, if the one who created them is gone", async () => {
    const owner = await user("owner", "all");
    const [triggers] = await admin.query<RowDataPacket[]>("show triggers");
    const dropAll = async () => {
      for (const { Trigger: name } of triggers) await admin.query(`drop trigger ${name}`);
    };
    await dropAll();
    const statements = triggers.map(
      ({ Trigger, Timing, Event, Table, Statement }) =>
        `create definer = ${owner} trigger ${Trigger} ${Timing} ${Event} on ${Table} for each row ${Statement}`,
    );
    for (const statement of statements) await admin.query(statement);
    await admin.query(`drop user ${owner}`);
    const storage = storageAs();
    await expect(storage.commit([booking(slot)])).rejects.toMatchObject({
      failure: "unavailable",
      message: expect.stringMatching(/is gone .*drop the triggers and call migrate\(\)/),
    });
    await dropAll();
    expect((await storage.migrate()).applied).toHaveLength(10);
    expect(await storage.commit([booking(slot)])).toEqual([{ status: "committed" }]);
    await storage.close();
  });
});
