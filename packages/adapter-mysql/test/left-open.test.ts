import {
  creation,
  journalOf,
  sampleNow as now,
  sampleSchedule as schedule,
  slotAt,
  transitionOf,
} from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { createPool, type Pool, type PoolConnection, type PoolOptions } from "mysql2/promise";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type MysqlPool, mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";

const first = slotAt(0);
const late = slotAt(60);
const keyOf = ({ id }: { readonly id: string }) => ({ kind: "slot", id }) as const;

/** A pool that reveals nothing beyond the contract's interface, as a host's wrapper around its pool may. */
function bare(pool: Pool): MysqlPool {
  return {
    getConnection: async () => {
      const connection = await pool.getConnection();
      return {
        execute: (options) => connection.execute(options),
        query: (options) => connection.query(options),
        release: () => connection.release(),
        destroy: () => connection.destroy(),
      };
    },
  };
}

describeOnEachServer("reads on a pooled connection", (server) => {
  let store: MysqlStore;
  let pool: Pool;
  let sent: string[];

  const opened = (options: PoolOptions = {}) => {
    pool = createPool({ uri: store.url, connectionLimit: 1, ...options });
    return pool;
  };

  beforeEach(async () => {
    store = await openMysqlStore(server);
    await store.storage.commit([creation(first)]);
    opened();
  });
  afterEach(async () => {
    await pool.end();
    await store.close();
  });

  /** What the host does on the connection before it forgets to end its transaction. */
  const leaving = async (...statements: readonly string[]) => {
    const connection = await pool.getConnection();
    for (const statement of statements) await connection.query(statement);
    connection.release();
  };
  const publishLate = () => store.second.commit([transitionOf("late", { ...schedule, version: 2 }, late)]);
  const slotsOf = (storage: StorageAdapter) => storage.findSlots({ asOf: now, limit: 9, startFrom: now });

  const pools: Readonly<Record<string, () => MysqlPool>> = {
    "of mysql2": () => pool as unknown as MysqlPool,
    "whose driver does not report it": () => bare(pool),
  };

  describe.each(Object.entries(pools))("of a pool %s", (_title, poolOf) => {
    it("see what is stored now, not what an open transaction saw", async () => {
      const storage = mysqlAdapter({ pool: poolOf() }) as StorageAdapter;
      expect(await storage.load([keyOf(late)])).toEqual([undefined]);
      await leaving("start transaction", "select count(*) from slotwright_slots");
      await publishLate();
      expect(await storage.load([keyOf(late)])).toEqual([late]);
      expect(await slotsOf(storage)).toEqual([first, late]);
      expect(await journalOf(storage, { record: late, limit: 9 })).toHaveLength(1);
    });

    it("see nothing that was left uncommitted", async () => {
      const storage = mysqlAdapter({ pool: poolOf() }) as StorageAdapter;
      await leaving("start transaction", "update slotwright_slots set metadata = '{}', version = 9");
      expect(await slotsOf(storage)).toEqual([first]);
      expect(await storage.load([keyOf(first)])).toEqual([first]);
    });

    it("see what is stored now after the host has turned autocommit off and on again", async () => {
      const storage = mysqlAdapter({ pool: poolOf() }) as StorageAdapter;
      expect(await storage.load([keyOf(late)])).toEqual([undefined]);
      await leaving("set autocommit = 0", "select count(*) from slotwright_slots");
      await store.second.load([keyOf(first)]);
      expect(await storage.load([keyOf(late)])).toEqual([undefined]);
      await publishLate();
      expect(await storage.load([keyOf(late)])).toEqual([late]);
      await leaving("set autocommit = 1");
      for (let round = 0; round < 2; round++) expect(await slotsOf(storage)).toEqual([first, late]);
    });

    it("leave no transaction open behind them, at any autocommit setting", async () => {
      const storage = mysqlAdapter({ pool: poolOf() }) as StorageAdapter;
      await storage.load([keyOf(first)]);
      await leaving("set autocommit = 0");
      for (let round = 0; round < 2; round++) {
        await slotsOf(storage);
        // Refused within a transaction.
        await leaving("set transaction isolation level read committed");
      }
    });
  });

  it("cost one statement each, on a fresh connection and on one that the host has used", async () => {
    sent = [];
    pool.pool.on("connection", (connection) => recordOn(connection as unknown as PoolConnection));
    const storage = mysqlAdapter({ pool });
    await storage.load([keyOf(first)]);
    await leaving("select 1");
    sent.length = 0;
    expect(await storage.load([keyOf(first)])).toEqual([first]);
    await slotsOf(storage as StorageAdapter);
    expect(sent).toEqual(["execute", "execute"]);
  });

  const recordOn = (connection: PoolConnection) => {
    const target = connection as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (const method of ["execute", "query"]) {
      const original = target[method]?.bind(connection);
      target[method] = (...args) => {
        sent.push(method);
        return original?.(...args);
      };
    }
  };
});

describeOnEachServer("migrations on a connection without autocommit", (server) => {
  it("are recorded, and do not commit a transaction that was left open there", async () => {
    const { url, drop } = await server.createDatabase();
    const pool = createPool({ uri: url, connectionLimit: 1 });
    await pool.query("create table notes (id int primary key)");
    await pool.query("set autocommit = 0");
    await pool.query("insert into notes values (1)");
    const storage = mysqlAdapter({ pool });
    expect(await storage.migrate()).toMatchObject({ from: 0, applied: ["initial"] });
    expect(await storage.migrate()).toMatchObject({ applied: [] });
    expect((await pool.query("select * from notes"))[0]).toEqual([]);
    await pool.end();
    const later = mysqlAdapter({ uri: url });
    expect(await later.load([keyOf(first)])).toEqual([undefined]);
    await later.close();
    await drop();
  });
});
