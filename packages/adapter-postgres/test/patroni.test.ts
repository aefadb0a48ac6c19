import { setTimeout as wait } from "node:timers/promises";
import { createEngine, type Engine } from "@slotwright/core";
import { type OwnServer, type PatroniCluster, startCluster } from "@slotwright/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { bookedOn, bookThrough, publishSlots, urlOfAll } from "./through-changes.ts";

const found = await startCluster("patroni");
afterAll(() => found?.stop());

describe.skipIf(found === undefined)("an engine on PostgreSQL with Patroni", () => {
  const cluster = found as PatroniCluster;
  let urls: readonly string[];
  let storage: ReturnType<typeof postgresAdapter>;
  let slotIds: string[];
  const acknowledged: string[] = [];
  beforeAll(async () => {
    urls = (await cluster.createDatabase()).urls;
    storage = postgresAdapter({ connectionString: urlOfAll(urls, "&query_timeout=2000") });
    slotIds = await publishSlots(storage, 3_000);
  });
  afterAll(() => storage?.close());

  const processOf = (place: number) => (cluster.nodes[place] as OwnServer).process;

  /** Resolves when Patroni has made another node the primary. */
  async function another(former: number): Promise<void> {
    const next = await cluster.primary();
    if (next !== undefined && next !== former) return;
    await wait(50);
    return another(former);
  }

  // It hangs, or is replaced in order, in the proof on clusters.
  it.each([
    ["is killed", (place: number) => processOf(place).kill(), (place: number) => processOf(place).restart()],
    ["is cut off from etcd", async (place: number) => cluster.cut(place), async (place: number) => cluster.heal(place)],
  ])(
    "goes on by itself when the primary %s, and all that was acknowledged is on each node, once",
    async (how, strike, mend) => {
      const engine = createEngine({ storage }) as Engine<never>;
      const former = (await cluster.primary()) as number;
      const { slots, gapMs } = await bookThrough(engine, slotIds, async () => {
        await strike(former);
        await another(former);
      });
      process.stderr.write(`[failover] the primary ${how}: the next booking after ${gapMs} ms\n`);
      acknowledged.push(...slots);
      await mend(former);
      await cluster.settle();
      for (const url of urls) await expect.poll(() => bookedOn(url)).toEqual(acknowledged.sort());
    },
  );
});
