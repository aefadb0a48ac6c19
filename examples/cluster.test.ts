import { setTimeout as wait } from "node:timers/promises";
import { sampleInstant as at } from "@slotwright/conformance";
import { type PostgresCluster, startCluster } from "@slotwright/test-servers";
import { Pool } from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { engineOnCluster } from "./cluster.ts";
import { commitOnCluster } from "./host-transactions/commit-on-cluster.ts";

const found = await startCluster("postgres");
afterAll(() => found?.stop());

const actor = { kind: "patient", id: "ada" } as const;

describe.skipIf(found === undefined)("the examples on a cluster", () => {
  const cluster = found as PostgresCluster;

  it("book on whichever server takes writes, and tell a commit that a standby has from one that only the primary has", async () => {
    const { urls, drop } = await cluster.createDatabase();
    const [standby = "", primary = ""] = [urls[1], urls[0]];
    const several = standby.replace(new URL(standby).host, `${new URL(standby).host},${new URL(primary).host}`);
    const { storage, engine } = engineOnCluster(several);
    await storage.migrate();
    const slots = [0, 15].map((minutes) => ({ start: at(minutes), end: at(minutes + 15) }));
    const created = await engine.createSlots({ actor, providerId: "p", facilityId: "f", slots });
    const [first, second] = created.slots.map(({ id }) => id) as [string, string];
    const pool = new Pool({ connectionString: primary, options: "-c client_min_messages=error" });
    // The database is dropped while a client may still be taking its leave.
    pool.on("error", () => {});
    const book = async (slotId: string) => {
      const client = await pool.connect();
      await client.query("begin");
      await engine.within(client).book({ actor, slotId, subjectId: "ada" });
      return commitOnCluster(client).finally(() => client.release());
    };
    expect(await book(first)).toBe("on a standby");
    await Promise.all([1, 2].map((place) => cluster.nodes[place]?.process.pause()));
    const waiting = book(second);
    const cancelWaits = () =>
      pool.query("select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'");
    await expect.poll(async () => (await cancelWaits()).rowCount).toBe(1);
    expect(await Promise.race([waiting, wait(5_000, "waits")])).toBe("on the primary only");
    await Promise.all([1, 2].map((place) => cluster.nodes[place]?.process.resume()));
    await pool.end();
    await storage.close();
    await drop();
  });
});
