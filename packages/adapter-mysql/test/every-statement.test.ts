import {
  everyCall,
  fillPlanStage,
  laterHalfHour,
  planStage,
  type RunTitled,
} from "@slotwright/adapter-sql/conformance";
import { createEngine, type Engine, type StorageAdapter } from "@slotwright/core";
import { createPool, type Pool, type PoolConnection, type RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, expect, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";

const tables = ["schedules", "slots", "appointments", "commands", "journal"].map((name) => `slotwright_${name}`);

/**
 * What a session counts: the rows that it read, from tables, from indexes and from JSON, and the rows that it sorted.
 */
const counters = "show session status where Variable_name like 'Handler_read%' or Variable_name = 'Sort_rows'";

/**
 * MariaDB reads a window of many providers as a whole: it reads each key once, and sorts it. The windows have 20 or 57
 * slots of each.
 */
function mostOnMariadb(title: string): number {
  const keys = {
    "slots of a time, of 30": 30 * 20,
    "slots of ten providers": 10 * 57,
    "slots of thirty providers": 30 * 57,
  };
  const ofWindow = Object.entries(keys).find(([window]) => title.includes(window))?.[1] ?? 0;
  return Math.max(planStage.mostRows, 2 * ofWindow + 200);
}

describeOnEachServer("of every call on full tables", (server, name) => {
  let store: MysqlStore;
  let pool: Pool;
  let engine: Engine<never>;

  beforeAll(async () => {
    store = await openMysqlStore(server);
    await fillPlanStage(store.storage);
    // One connection, so that the counters of its session are those of the call.
    pool = createPool({ uri: store.url, connectionLimit: 1 });
    await pool.query(`analyze table ${tables.join(", ")}`);
    engine = createEngine({ storage: mysqlAdapter({ pool }) as StorageAdapter<never> });
    // What a session reads of the tables when it first uses them does not count.
    await everyCall({ engine, schedule: 1, run: (_, call) => call() });
  }, 120_000);
  afterAll(async () => {
    await pool.end();
    await store.close();
  });

  async function countOn(session: Pool | PoolConnection): Promise<number> {
    const [rows] = await session.query<RowDataPacket[]>(counters);
    return rows.reduce((sum, { Value }) => sum + Number(Value), 0);
  }

  /** Counts how many rows each call took. */
  function counting(session: Pool | PoolConnection, taken: Map<string, number>): RunTitled {
    return async (title, call) => {
      const before = await countOn(session);
      const result = await call();
      const after = await countOn(session);
      // Asking for the counters counts as well.
      taken.set(title, after - before - ((await countOn(session)) - after));
      return result;
    };
  }

  const busyAmong = (taken: ReadonlyMap<string, number>) =>
    [...taken].filter(([title, rows]) => rows > (name === "mariadb" ? mostOnMariadb(title) : planStage.mostRows));

  it("none reads or sorts more rows than it was asked for, including procedures and guards", async () => {
    const taken = new Map<string, number>();
    await everyCall({ engine, schedule: 3, run: counting(pool, taken) });
    expect(taken.get("book")).toBeGreaterThan(3);
    expect(busyAmong(taken)).toEqual([]);
  });

  it("nor does one within a host's transaction, which locks rows", async () => {
    const connection = await pool.getConnection();
    await connection.beginTransaction();
    const taken = new Map<string, number>();
    const storage = mysqlAdapter({ uri: store.url });
    const within = createEngine({ storage }).within(connection);
    await everyCall({ engine: within as never, schedule: 4, run: counting(connection, taken), isWithin: true });
    await connection.rollback();
    connection.release();
    await storage.close();
    expect(taken.get("book")).toBeGreaterThan(3);
    expect(busyAmong(taken)).toEqual([]);
  });

  // A known gap: slots that are open when the range begins are searched for among all slots of the 31 days before.
  it.fails("reconcile reads few slots that began before its range", async () => {
    const taken = new Map<string, number>();
    await counting(pool, taken)("reconcile", () =>
      engine.reconcile({ actor: { kind: "test", id: "test-1" }, dryRun: true, ...laterHalfHour }),
    );
    expect(busyAmong(taken)).toEqual([]);
  });
});
