import { creation, slotAt } from "@slotwright/conformance";
import { createEngine } from "@slotwright/core";
import { createPool, type Pool, type PoolConnection, type RowDataPacket } from "mysql2/promise";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";

const actor = { kind: "patient", id: "p-1" };
const slot = slotAt(0);
const want = { actor, slotId: slot.id, subjectId: "p-1" };

describeOnEachServer("engine.transaction", (server) => {
  let store: MysqlStore;
  let pool: Pool;
  const engineOn = () => createEngine({ storage: mysqlAdapter({ pool }) });
  const counted = async () => {
    const [rows] = await store.pool.query<RowDataPacket[]>("select id from bills");
    const [row] = await store.second.load([{ kind: "slot", id: slot.id }]);
    return [row?.kind === "slot" && row.status, rows.length];
  };
  const insert = (transaction: PoolConnection, id = "one") =>
    transaction.execute("insert into bills (id) values (?)", [id]);
  /** How many connections the pool has, and how many of them are free. */
  const connections = () => {
    const { _allConnections, _freeConnections } = pool.pool as never as Record<string, { readonly length: number }>;
    return [_allConnections?.length, _freeConnections?.length];
  };

  beforeEach(async () => {
    store = await openMysqlStore(server);
    await store.storage.commit([creation(slot)]);
    pool = createPool({ uri: store.url, connectionLimit: 2 });
    await store.pool.query("create table if not exists bills (id varchar(40) primary key)");
    await store.pool.query("delete from bills");
  });
  afterEach(async () => {
    await pool.end();
    await store.close();
  });

  it("commits the booking and the host's row together, at READ COMMITTED", async () => {
    await engineOn().transaction(async ({ transaction, engine }) => {
      expect(await counted()).toEqual(["available", 0]);
      await transaction.query("select * from bills");
      await store.pool.query("insert into bills (id) values ('of another')");
      // At REPEATABLE READ, it would not be seen.
      const [rows] = await transaction.query<RowDataPacket[]>("select * from bills");
      expect(rows).toHaveLength(1);
      await insert(transaction);
      await engine.book(want);
      expect(await counted()).toEqual(["available", 1]);
    });
    expect(await counted()).toEqual(["booked", 2]);
    expect(connections()).toEqual([1, 1]);
  });

  it("rolls both back when the callback throws, and passes the driver's error on unchanged", async () => {
    const failed = engineOn().transaction(async ({ transaction, engine }) => {
      await engine.book(want);
      await insert(transaction);
      await insert(transaction);
    });
    await expect(failed).rejects.toMatchObject({ errno: 1062 });
    expect(await counted()).toEqual(["available", 0]);
    expect(connections()).toEqual([1, 1]);
  });

  it.each(["rollback", "commit", "create table if not exists other_bills (id int)"])(
    "does not acknowledge a transaction that %s in its callback has ended",
    async (statement) => {
      const failed = engineOn().transaction(async ({ transaction, engine }) => {
        await transaction.query(statement);
        await expect(engine.book(want)).rejects.toMatchObject({ code: "storage_misused" });
      });
      await expect(failed).rejects.toMatchObject({
        code: "storage_misused",
        message: expect.stringContaining("ended before its callback returned"),
      });
      expect(await counted()).toEqual(["available", 0]);
    },
  );

  it("runs again on another connection if the connection was lost before COMMIT", async () => {
    let runs = 0;
    await engineOn().transaction(async ({ transaction, engine }) => {
      runs += 1;
      await insert(transaction);
      if (runs === 1) await transaction.query(`kill connection_id()`).catch(() => {});
      await engine.book(want);
    });
    expect(runs).toBe(2);
    expect(await counted()).toEqual(["booked", 1]);
  });

  it("reports outcome_unknown if the connection is lost during COMMIT: it took effect wholly, or not at all", async () => {
    let runs = 0;
    const lost = engineOn().transaction(async ({ transaction, engine }) => {
      runs += 1;
      await engine.book(want);
      await insert(transaction);
      const query = transaction.query.bind(transaction) as (query: { sql: string }) => Promise<unknown>;
      transaction.query = ((given: { sql: string }) => {
        const answer = query(given);
        if (given.sql.startsWith("commit")) (transaction as never as Connected).connection.stream.destroy();
        return answer;
      }) as never;
    });
    await expect(lost).rejects.toMatchObject({ code: "outcome_unknown", details: { idempotencyKey: null } });
    expect(runs).toBe(1);
    // The server may be starting on it only now.
    const whole = [
      ["available", 0],
      ["booked", 1],
    ];
    await vi.waitFor(async () => expect(whole).toContainEqual(await counted()), 10_000);
  });
});

interface Connected {
  readonly connection: { readonly stream: { destroy(): void } };
}
