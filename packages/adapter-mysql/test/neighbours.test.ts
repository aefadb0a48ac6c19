import { asksPoolForNobody } from "@slotwright/adapter-sql/conformance";
import { booking, creation, slotAt } from "@slotwright/conformance";
import { createEngine } from "@slotwright/core";
import { createConnection, createPool, type Pool } from "mysql2/promise";
import { afterEach, beforeEach, expect, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";

const actor = { kind: "patient", id: "p" } as const;
const timeOf = (minutes: number) => ({ start: slotAt(minutes).start, end: slotAt(minutes).end });

type Execute = (options: { readonly sql: string }, done: (error: unknown, result?: unknown) => void) => unknown;

describeOnEachServer("calls that go out together", (server) => {
  let store: MysqlStore;
  let pool: Pool;
  beforeEach(async () => {
    store = await openMysqlStore(server);
    pool = createPool({ uri: store.url, connectionLimit: 4 });
  });
  afterEach(async () => {
    await pool.end();
    await store.close();
  });

  it("learn what was committed if one hits a guard and the server then has no room", async () => {
    await store.storage.commit([creation(slotAt(0), slotAt(30))]);
    let commits = 0;
    pool.on("connection", (connection) => {
      const core = connection as unknown as { execute: Execute };
      const execute = core.execute.bind(core);
      core.execute = (options, done) => {
        if (/call .*commit_v1/.test(options.sql)) commits += 1;
        // The first sees the guard, the second commits by itself.
        if (commits !== 3) return execute(options, done);
        const error = Object.assign(new Error("Out of resources"), { errno: 1041, sqlState: "HY000" });
        return queueMicrotask(() => done(error));
      };
    });
    const storage = mysqlAdapter({ pool });
    const misfit = booking(slotAt(30));
    const put = misfit.put.map((one) => (one.kind === "appointment" ? { ...one, end: slotAt(60).end } : one));
    const outcomes = await storage.commit([booking(slotAt(0)), { ...misfit, put }]);
    expect(outcomes.map(({ status }) => status)).toEqual(["committed", "busy"]);
    expect(commits).toBe(3);
    const stored = await store.storage.load([0, 30].map((at) => ({ kind: "slot", id: slotAt(at).id }) as const));
    expect(stored).toMatchObject([{ status: "booked" }, { status: "available" }]);
  });

  it("ask the host's pool for a connection outside any caller's asynchronous context", async () => {
    await asksPoolForNobody((asked) => {
      const watching = Object.assign(Object.create(pool) as Pool, {
        getConnection: () => {
          asked();
          return pool.getConnection();
        },
      });
      return mysqlAdapter({ pool: watching }) as never;
    });
  });

  it("wait no longer than their budget for a transaction that stores the settings and stays open", async () => {
    const host = await createConnection(store.url);
    await host.beginTransaction();
    const slots = [timeOf(0)];
    const inside = createEngine({ storage: store.storage }).within(host);
    await inside.createSlots({ actor, providerId: "p", facilityId: "f", slots });
    const engine = createEngine({ storage: mysqlAdapter({ pool }), retry: { budgetMs: 1_000 } });
    const started = performance.now();
    const blocked = engine.createSlots({ actor, providerId: "q", facilityId: "f", slots });
    await expect(blocked).rejects.toMatchObject({ code: "storage_busy" });
    expect(performance.now() - started).toBeLessThan(4_000);
    const [[session]] = (await pool.query("select @@session.innodb_lock_wait_timeout as seconds")) as never as [
      [{ readonly seconds: number }],
    ];
    expect(session.seconds).not.toBe(1);
    await host.commit();
    await engine.createSlots({ actor, providerId: "q", facilityId: "f", slots });
    await host.end();
  });
});
