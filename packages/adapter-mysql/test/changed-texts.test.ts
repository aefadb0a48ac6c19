import { booking, creation, journalOf, slotAt } from "@slotwright/conformance";
import type { Warning } from "@slotwright/core";
import callbacks from "mysql2";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { afterEach, beforeEach, expect, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";

const slots = [slotAt(0), slotAt(30), slotAt(60), slotAt(90)] as const;
const [slot, other, third, fourth] = slots;
const committed = [{ status: "committed" }];
const keys = [{ kind: "slot", id: slot.id }] as const;

let traces = 0;

/** Like sqlcommenter: the trace, in a comment after each statement. */
function traced(connection: object, comment: () => string): void {
  const tracedConnection = connection as Record<"execute" | "query", (...given: unknown[]) => unknown>;
  for (const name of ["execute", "query"] as const) {
    const method = tracedConnection[name].bind(connection);
    tracedConnection[name] = (options, ...others) => {
      if (typeof options !== "object" || options === null || !("sql" in options)) return method(options, ...others);
      return method({ ...options, sql: `${options.sql} /*${comment()}*/` }, ...others);
    };
  }
}

const newTrace = () => {
  traces += 1;
  return `traceparent='00-${traces}'`;
};

describeOnEachServer("a tracer that appends a comment to each statement", (server) => {
  let store: MysqlStore;
  let pool: callbacks.Pool;
  let warnings: Warning[];
  const call = { onWarning: (warning: Warning) => void warnings.push(warning) };
  beforeEach(async () => {
    warnings = [];
    store = await openMysqlStore(server);
    await store.storage.commit([creation(...slots)]);
    pool = callbacks.createPool({ uri: store.url, connectionLimit: 1 });
  });
  afterEach(async () => {
    await pool.promise().end();
    await store.close();
  });

  /** How many statements the pool's one connection has prepared. */
  async function prepared(): Promise<number> {
    const connection = await pool.promise().getConnection();
    const [rows] = await connection.query<RowDataPacket[]>("show session status like 'Com_stmt_prepare'");
    connection.release();
    return Number(rows[0]?.Value);
  }

  it("is noticed: statements go out as plain text from then on, and one warning says so", async () => {
    pool.on("connection", (connection) => traced(connection, newTrace));
    const storage = mysqlAdapter({ pool });
    for (let round = 0; round < 3; round++) expect(await storage.load(keys, call)).toEqual([slot]);
    const before = await prepared();
    for (let round = 0; round < 3; round++) expect(await storage.load(keys, call)).toEqual([slot]);
    const all = await Promise.all([slot, other, third].map((one) => storage.commit([booking(one)], call)));
    expect(all).toEqual([committed, committed, committed]);
    expect((await storage.findSlots({ asOf: new Date(), limit: 9 }, call)).length).toBe(4);
    expect((await journalOf(storage, { record: slot, limit: 9 }, call)).length).toBe(2);
    expect(await prepared()).toBe(before);
    expect(warnings).toEqual([
      {
        code: "statement_names_refused",
        message: expect.stringContaining("preparedStatements: false"),
        details: {},
      },
    ]);
  });

  it("does not end a host's transaction", async () => {
    const storage = mysqlAdapter({ pool });
    const connection = await createConnection(store.url);
    traced((connection as unknown as { connection: object }).connection, newTrace);
    await connection.beginTransaction();
    const inside = storage.within(connection);
    for (let round = 0; round < 3; round++) expect(await inside.load(keys, call)).toEqual([slot]);
    expect(await inside.commit([booking(fourth)], call)).toEqual(committed);
    await connection.commit();
    await connection.end();
    expect(await storage.load([{ kind: "slot", id: fourth.id }], call)).toMatchObject([{ status: "booked" }]);
    expect(warnings.map(({ code }) => code)).toEqual(["statement_names_refused"]);
  });

  it("that is always the same is harmless", async () => {
    pool.on("connection", (connection) => traced(connection, () => "app='clinic'"));
    const storage = mysqlAdapter({ pool });
    for (let round = 0; round < 5; round++) expect(await storage.load(keys, call)).toEqual([slot]);
    expect(warnings).toEqual([]);
  });

  it("causes no warning if the adapter was created without prepared statements", async () => {
    pool.on("connection", (connection) => traced(connection, newTrace));
    const storage = mysqlAdapter({ pool, preparedStatements: false });
    for (let round = 0; round < 3; round++) expect(await storage.load(keys, call)).toEqual([slot]);
    expect(await storage.commit([booking(slot)], call)).toEqual(committed);
    expect(await prepared()).toBe(0);
    expect(warnings).toEqual([]);
  });
});
