import { booking, creation, slotAt, transitionOf } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core/adapter";
import { testServer } from "@slotwright/test-servers/vitest";
import { type ClientBase, Pool, type PoolConfig } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type JsonAdapterOptions, jsonAdapter } from "./adapter.ts";
import { ownTransaction } from "./commit.ts";
import type { Run } from "./connection.ts";

// Without the server, these tests are skipped, and say so. With CI=true, that is a failure instead.
const server = await testServer("postgres");
const slot = slotAt(0);
const key = { kind: "slot", id: slot.id } as const;

// What no case of the suite can provoke, because each database has its own ways to fail.
describe.skipIf(server === undefined)("what the adapter throws when the database fails", async () => {
  const database = await server?.createDatabase();
  const pools: Pool[] = [];
  const admin = poolWith({});
  let schemas = 0;

  function poolWith(config: PoolConfig): Pool {
    const pool = new Pool({ connectionString: database?.url, ...config });
    pool.on("error", () => {});
    pools.push(pool);
    return pool;
  }

  const adapter = (schema: string, config: PoolConfig, steps: NonNullable<JsonAdapterOptions["steps"]> = {}) =>
    jsonAdapter({ pool: poolWith(config), schema, steps });

  /** A fresh schema with one free slot. */
  async function prepared(): Promise<{ schema: string; sound: StorageAdapter<ClientBase> }> {
    schemas += 1;
    const schema = `errors_${schemas}`;
    const sound = jsonAdapter({ pool: admin, schema });
    await sound.migrate();
    await sound.commit([creation(slot)]);
    return { schema, sound };
  }

  const cutOff = async (run: Run) => {
    const { rows } = await run<{ pid: string }>("select pg_backend_pid() as pid");
    await admin.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
  };

  beforeAll(() => admin.query("select 1"));
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await database?.drop();
  });

  it("a connection that does not become free in time is transient, and is returned if it arrives too late", async () => {
    const { schema } = await prepared();
    const pool = poolWith({ max: 1 });
    const storage = jsonAdapter({ pool, schema });
    const client = await pool.connect();
    const started = performance.now();
    for (const late of [storage.load([key], { connectWithinMs: 50 }), storage.begin({ connectWithinMs: 50 })]) {
      await expect(late).rejects.toMatchObject({
        failure: "transient",
        poolProblem: expect.stringContaining("within()"),
      });
    }
    expect(performance.now() - started).toBeLessThan(1_000);
    client.release();
    expect(await storage.load([key], { connectWithinMs: 1_000 })).toEqual([slot]);
  });

  it("a connection lost before COMMIT is transient, and nothing is written", async () => {
    const { schema, sound } = await prepared();
    const journal: typeof ownTransaction.journal = async (run, tables, one) => {
      await cutOff(run);
      return ownTransaction.journal(run, tables, one);
    };
    const lost = adapter(schema, {}, { journal }).commit([booking(slot)]);
    await expect(lost).rejects.toMatchObject({ name: "StorageError", failure: "transient" });
    expect(await sound.load([key])).toEqual([slot]);
    expect(await sound.commit([booking(slot)])).toEqual([{ status: "committed" }]);
  });

  it("a connection lost around COMMIT is unknown", async () => {
    const { schema } = await prepared();
    const commit = (run: Run) => cutOff(run).then(() => ownTransaction.commit(run));
    const lost = adapter(schema, {}, { commit }).commit([booking(slot)]);
    await expect(lost).rejects.toMatchObject({ name: "StorageError", failure: "unknown" });
  });

  it("a COMMIT that is answered by ROLLBACK is transient, because nothing is written", async () => {
    const { schema, sound } = await prepared();
    const journal = (run: Run) =>
      run("select 1/0")
        .then(() => true)
        .catch(() => true);
    const lost = adapter(schema, {}, { journal }).commit([booking(slot)]);
    await expect(lost).rejects.toThrow("answered ROLLBACK to COMMIT");
    await expect(lost).rejects.toMatchObject({ failure: "transient" });
    expect(await sound.load([key])).toEqual([slot]);
  });

  it("a failure after a part of a batch was committed is unknown", async () => {
    const { schema } = await prepared();
    let journals = 0;
    const journal: typeof ownTransaction.journal = async (run, tables, one) => {
      journals += 1;
      if (journals === 2) await cutOff(run);
      return ownTransaction.journal(run, tables, one);
    };
    const lost = adapter(schema, {}, { journal }).commit([booking(slot), transitionOf("add", slotAt(30))]);
    await expect(lost).rejects.toMatchObject({ failure: "unknown" });
  });

  it("a lock that is not obtained in time is transient", async () => {
    const { schema } = await prepared();
    const holder = await admin.connect();
    const same = JSON.stringify({ kind: "command", ...booking(slot).command });
    await holder.query("begin");
    await holder.query(`insert into ${schema}.commands (document) values ($1)`, [same]);
    const waiting = adapter(schema, { options: "-c lock_timeout=50ms" }).commit([booking(slot)]);
    await expect(waiting).rejects.toMatchObject({ failure: "transient" });
    await holder.query("rollback");
    holder.release();
  });

  it("a read-only session is read_only, and missing tables are schema_outdated", async () => {
    const { schema } = await prepared();
    const reading = adapter(schema, { options: "-c default_transaction_read_only=on" });
    await expect(reading.commit([booking(slot)])).rejects.toMatchObject({ failure: "read_only" });
    expect(await reading.load([key])).toEqual([slot]);
    await expect(adapter("nowhere", {}).load([key])).rejects.toMatchObject({ failure: "schema_outdated" });
  });

  it("a server that cannot be reached is unavailable", async () => {
    const unreachable = adapter("nowhere", { connectionString: "postgres://127.0.0.1:1/none" });
    await expect(unreachable.load([key])).rejects.toMatchObject({ failure: "unavailable" });
  });

  it("tables of a later version are schema_too_new", async () => {
    const { schema, sound } = await prepared();
    await admin.query(`insert into ${schema}.migrations values ('9999_later')`);
    await expect(sound.migrate()).rejects.toMatchObject({ failure: "schema_too_new" });
  });
});
