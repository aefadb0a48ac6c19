import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { type PostgresCluster, startCluster } from "../src/index.ts";
import { query } from "../src/postgres/query.ts";

const found = await startCluster("postgres");
afterAll(() => found?.stop());

describe.skipIf(found === undefined)("a cluster of PostgreSQL", () => {
  const cluster = found as PostgresCluster;

  it("waits with a commit until a standby has it, and no longer than that", async () => {
    const { urls, drop } = await cluster.createDatabase();
    await query(urls[0] as string, "create table t (n integer)");
    await cluster.nodes[1]?.process.pause();
    await query(urls[0] as string, "insert into t values (1)");
    await cluster.nodes[2]?.process.pause();
    const written = query(urls[0] as string, "insert into t values (2)");
    expect(await Promise.race([written, wait(500, "waits")])).toBe("waits");
    await cluster.nodes[1]?.process.resume();
    await written;
    await cluster.nodes[2]?.process.resume();
    await drop();
  });

  it("keeps what was committed when the standby that has it takes over, and takes the former primary back as a standby", async () => {
    const { urls, drop } = await cluster.createDatabase();
    const on = (place: number, sql: string) => query(urls[place] as string, sql);
    await on(0, "create table t (n integer)");
    // Paused, it would find the commit in its socket later.
    await cluster.nodes[1]?.process.kill();
    await on(0, "insert into t values (1)");
    await cluster.nodes[0]?.process.pause();
    await cluster.nodes[1]?.process.restart();
    await cluster.failOver();
    expect(cluster.primary()).toBe(2);
    expect(await on(2, "select n from t")).toEqual([{ n: 1 }]);
    await on(2, "insert into t values (2)");
    await cluster.nodes[0]?.process.restart();
    await cluster.nodes[1]?.process.restart();
    await on(2, "insert into t values (3)");
    for (const place of [0, 1]) {
      await expect.poll(() => on(place, "select n from t")).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
      await expect(on(place, "insert into t values (4)")).rejects.toMatchObject({ code: "25006" });
    }
    await drop();
  });

  it("lets a standby that is cut off have nothing, and everything afterwards, while clients reach all nodes", async () => {
    const { urls, drop } = await cluster.createDatabase();
    const primary = cluster.primary();
    const standby = (primary + 1) % 3;
    const on = (place: number, sql: string) => query(urls[place] as string, sql);
    await on(primary, "create table t (n integer)");
    await expect.poll(() => on(standby, "select n from t").catch(() => "none")).toEqual([]);
    cluster.cut(standby);
    await on(primary, "insert into t values (1)");
    await wait(100);
    expect(await on(standby, "select n from t")).toEqual([]);
    cluster.heal(standby);
    await cluster.settle();
    await expect.poll(() => on(standby, "select n from t")).toEqual([{ n: 1 }]);
    await drop();
  });
});
