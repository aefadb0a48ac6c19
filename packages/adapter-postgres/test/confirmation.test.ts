import { setTimeout as wait } from "node:timers/promises";
import { booking, creation, slotAt } from "@slotwright/conformance";
import { createEngine, type Engine } from "@slotwright/core";
import type { StorageAdapter } from "@slotwright/core/adapter";
import { type OwnServer, startOwnServer } from "@slotwright/test-servers";
import { Pool } from "pg";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { type PostgresPool, postgresAdapter } from "../src/index.ts";
import { withClient } from "./postgres-harness.ts";

const found = [await startOwnServer("postgres"), await startOwnServer("postgres")];
const [former, next] = found as [OwnServer, OwnServer];
afterAll(() => Promise.all(found.map((server) => server?.stop())));

const actor = { kind: "patient", id: "p" } as const;
const slot = slotAt(0);
const slotKey = { kind: "slot", id: slot.id } as const;

/**
 * The former primary has committed something that no standby has. The next one has all that was there before. A pool
 * that asks which of them takes writes lends its sessions.
 */
describe.skipIf(found.includes(undefined))(
  "when another server takes over between a look-up and its confirmation",
  () => {
    let schema: string;
    let tests = 0;
    let pools: readonly Pool[];
    /** How many sessions of the former primary are still lent. */
    let left: number;
    let storage: StorageAdapter;
    let engine: Engine;
    const book = (slotId: string) => engine.book({ actor, slotId, subjectId: "s", idempotencyKey: "k" });
    beforeEach(async () => {
      tests += 1;
      schema = `changed_${tests}`;
      left = Number.POSITIVE_INFINITY;
      pools = [former, next].map(({ url }) => new Pool({ connectionString: url }));
      await waitForStandbys("");
      for (const pool of pools) {
        const same = postgresAdapter({ pool, schema });
        await same.migrate();
        await same.storeSettings({ overlapScope: "facility", idempotencyScope: "actor" });
        await same.commit([creation(slot)]);
      }
      storage = postgresAdapter({ pool: choosing, schema });
      engine = createEngine({ storage, retry: { budgetMs: 500 }, remember: { slots: 0 } });
      // From now on, it knows that it agrees with the others.
      await expect(book("none")).rejects.toMatchObject({ code: "slot_not_found" });
      await waitForStandbys("nobody");
    });
    afterEach(() => Promise.all(pools.map((pool) => pool.end())));

    const choosing = {
      on: () => {},
      connect: async () => {
        left -= 1;
        return pools[left >= 0 ? 0 : 1]?.connect();
      },
    } as unknown as PostgresPool;

    async function withoutWait<T>(call: Promise<T>): Promise<T> {
      let isAnswered = false;
      const answered = call.finally(() => {
        isAnswered = true;
      });
      answered.catch(() => {});
      await withClient(former.url, async (client) => {
        while (!isAnswered) {
          await client.query("select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'");
          await wait(10);
        }
      });
      return answered;
    }

    const keys = [{ kind: "command", id: booking(slot).command.id }, slotKey] as const;

    it.each<[string, () => Promise<unknown>]>([
      ["found", () => storage.load(keys)],
      ["found with what is around a place", () => storage.loadAround(keys, []).then(({ records }) => records)],
    ])("a command that is %s is not told of if the next primary does not have it", async (_how, load) => {
      await expect(withoutWait(storage.commit([booking(slot)]))).rejects.toMatchObject({ failure: "unknown" });
      left = 1;
      expect(await load()).toEqual([undefined, slot]);
    });

    it("a commit is not told that it was replayed if the next primary does not have it, and is made there", async () => {
      await expect(withoutWait(storage.commit([booking(slot)]))).rejects.toMatchObject({ failure: "unknown" });
      await withClient(former.url, async (other) => {
        // Locked, so that the repeat writes nothing here: its own commit would wait for a standby that never comes.
        const lock = (table: string) => `select from ${schema}.slotwright_${table} for update`;
        await other.query(`begin; ${lock("slots")}; ${lock("appointments")}`);
        left = 1;
        expect(await storage.commit([booking(slot)])).toMatchObject([{ status: "busy" }]);
      });
      expect(await storage.commit([booking(slot)])).toEqual([{ status: "committed" }]);
    });

    it("a repeated booking is made on the next primary", async () => {
      await expect(withoutWait(book(slot.id))).rejects.toMatchObject({ code: "outcome_unknown" });
      left = 1;
      const { appointment } = await book(slot.id);
      left = 0;
      expect(await engine.getAppointment(appointment.id)).toEqual(appointment);
    });
  },
);

async function waitForStandbys(names: string): Promise<void> {
  await withClient(former.url, async (client) => {
    await client.query(`alter system set synchronous_standby_names = '${names}'`);
    await client.query("select pg_reload_conf()");
    await expect
      .poll(async () => (await client.query("show synchronous_standby_names")).rows)
      .toEqual([{ synchronous_standby_names: names }]);
  });
}
