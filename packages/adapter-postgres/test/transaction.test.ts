import { creation, slotAt } from "@slotwright/conformance";
import { createEngine } from "@slotwright/core";
import { Pool, type PoolClient } from "pg";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-harness.ts";

const actor = { kind: "patient", id: "p-1" };
const slot = slotAt(0);
const want = { actor, slotId: slot.id, subjectId: "p-1" };

describeOnServer("engine.transaction", (url) => {
  let store: PostgresStore;
  let pool: Pool;
  const engineOn = () => createEngine({ storage: postgresAdapter({ pool, schema: store.schema }) });
  const counted = async () => {
    const invoices = (await store.pool.query(`select count(*)::int as n from ${store.schema}.invoices`)).rows[0].n;
    const [row] = await store.second.load([{ kind: "slot", id: slot.id }]);
    return [row?.kind === "slot" && row.status, invoices];
  };
  const insert = (transaction: PoolClient, id = "one") =>
    transaction.query(`insert into ${store.schema}.invoices (id) values ($1)`, [id]);

  beforeEach(async () => {
    store = await openPostgresStore(url());
    await store.storage.commit([creation(slot)]);
    pool = new Pool({ connectionString: url(), max: 2 });
    await store.pool.query(
      `create table ${store.schema}.invoices (id text, unique (id) deferrable initially deferred)`,
    );
  });
  afterEach(async () => {
    await pool.end();
    await store.close();
  });

  it("commits the booking and the host's row together, at READ COMMITTED, and durably", async () => {
    pool.on("connect", (client) => {
      void client.query("set default_transaction_isolation = serializable; set synchronous_commit = local");
    });
    const levels = await engineOn().transaction(async ({ transaction, engine }) => {
      await insert(transaction);
      await engine.book(want);
      expect(await counted()).toEqual(["available", 0]);
      const { rows } = await transaction.query(
        "select current_setting('transaction_isolation') as level, current_setting('synchronous_commit') as sync",
      );
      return rows;
    });
    expect(levels).toEqual([{ level: "read committed", sync: "on" }]);
    expect(await counted()).toEqual(["booked", 1]);
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1]);
  });

  it("rolls both back when the callback throws, and passes the driver's error on unchanged", async () => {
    const failed = engineOn().transaction(async ({ transaction, engine }) => {
      await engine.book(want);
      await insert(transaction);
      await transaction.query("select 1 / 0");
    });
    await expect(failed).rejects.toMatchObject({ code: "22012" });
    expect(await counted()).toEqual(["available", 0]);
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1]);
  });

  it("treats the answer ROLLBACK to COMMIT as a failure", async () => {
    const failed = engineOn().transaction(async ({ transaction, engine }) => {
      await engine.book(want);
      await transaction.query("select 1 / 0").catch(() => {});
      return "booked";
    });
    await expect(failed).rejects.toMatchObject({
      code: "storage_misused",
      message: expect.stringContaining("Nothing of the transaction was stored"),
    });
    expect(await counted()).toEqual(["available", 0]);
  });

  it("does not acknowledge what the callback itself has rolled back", async () => {
    const failed = engineOn().transaction(async ({ transaction, engine }) => {
      await engine.book(want);
      await transaction.query("rollback");
    });
    await expect(failed).rejects.toMatchObject({ code: "storage_misused" });
    expect(await counted()).toEqual(["available", 0]);
  });

  it("reports that a deferred constraint refused it at COMMIT", async () => {
    const failed = engineOn().transaction(async ({ transaction, engine }) => {
      await engine.book(want);
      for (const id of ["twice", "twice"]) await insert(transaction, id);
    });
    await expect(failed).rejects.toMatchObject({ code: "refused_by_database" });
    expect(await counted()).toEqual(["available", 0]);
  });

  it("runs again on another connection if the connection was lost before COMMIT", async () => {
    let runs = 0;
    await engineOn().transaction(async ({ transaction, engine }) => {
      runs += 1;
      await insert(transaction);
      if (runs === 1) {
        await transaction.query("select pg_terminate_backend(pg_backend_pid())").catch(() => {});
      }
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
      const query = transaction.query.bind(transaction) as (query: { text: string }) => Promise<unknown>;
      transaction.query = ((given: { text: string }) => {
        const answer = query(given);
        if (given.text === "commit") (transaction as never as Connected).connection.stream.destroy();
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
    expect(pool.totalCount).toBe(0);
  });

  it("returns its connection even if the callback has already done so", async () => {
    for (let run = 0; run < 4; run++) {
      await engineOn().transaction(async ({ transaction }) => {
        if (run % 2 === 0) transaction.release();
      });
    }
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1]);
  });
});

interface Connected {
  readonly connection: { readonly stream: { destroy(): void } };
}
