import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type GroupCluster, type OwnServer, startCluster } from "../src/index.ts";
import { query } from "../src/mysql-family/client.ts";

const found = await startCluster("group-replication", {
  settings: { "loose-group-replication-unreachable-majority-timeout": "2" },
});
afterAll(() => found?.stop());

describe.skipIf(found === undefined)("a group of MySQL servers with a network that breaks", () => {
  const cluster = found as GroupCluster;
  let urls: readonly string[];
  const on = (place: number, sql: string) => query(urls[place] as string, sql);
  const states = async (place: number) => {
    const rows = await on(place, "SELECT member_state AS state FROM performance_schema.replication_group_members");
    return rows.map(({ state }) => String(state)).sort();
  };
  const ids = async (place: number) => (await on(place, "SELECT id FROM t ORDER BY id")).map(({ id }) => Number(id));
  const all = ["ONLINE", "ONLINE", "ONLINE"];
  const soon = { timeout: 20_000, interval: 100 };

  beforeAll(async () => {
    urls = (await cluster.createDatabase()).urls;
    await on(0, "CREATE TABLE t (id INT PRIMARY KEY)");
    await vi.waitFor(() => ids(2), soon);
  });

  it("a member that is cut off hears nothing, and is a member still if the network is back before it is missed", async () => {
    cluster.cut(2);
    await on(0, "INSERT INTO t VALUES (1)");
    await expect.poll(() => ids(1), soon).toEqual([1]);
    expect(await ids(2)).toEqual([]);
    cluster.heal(2);
    await expect.poll(() => ids(2), soon).toEqual([1]);
    expect(await states(2)).toEqual(all);
  });

  it("a member that is missed is expelled, and once the network is back, joins again with what it has missed", async () => {
    cluster.cut(2);
    await expect.poll(() => states(0), soon).toEqual(["ONLINE", "ONLINE"]);
    await on(0, "INSERT INTO t VALUES (2)");
    cluster.heal(2);
    await cluster.settle();
    expect([await states(0), await states(2), await ids(2)]).toEqual([all, all, [1, 2]]);
  });

  it("a member that is killed joins again as soon as the others have missed it", async () => {
    const began = performance.now();
    const { process } = cluster.nodes[2] as OwnServer;
    await process.kill();
    await process.restart();
    await cluster.settle();
    expect(await states(0)).toEqual(all);
    // One that tries before is refused, and hears nothing of it for a minute.
    expect(performance.now() - began).toBeLessThan(40_000);
  });

  it("a primary that is cut off commits nothing more, and the others have chosen another one", async () => {
    const [former] = await cluster.primaries();
    expect(former).toBe(0);
    cluster.cut(0);
    const committing = on(0, "INSERT INTO t VALUES (3)");
    await expect(committing).rejects.toMatchObject({ errno: 3100 });
    await expect.poll(() => cluster.primaries(), soon).toEqual([expect.toSatisfy((place) => place !== former)]);
    const [primary] = (await cluster.primaries()) as [number];
    await on(primary, "INSERT INTO t VALUES (4)");
    cluster.heal(0);
    await cluster.settle();
    expect(await Promise.all([0, 1, 2].map(ids))).toEqual(Array(3).fill([1, 2, 4]));
  });
});
