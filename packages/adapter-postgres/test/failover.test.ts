import { createEngine, type Engine } from "@slotwright/core";
import { type OwnServer, type PostgresCluster, startCluster, startPgBouncer } from "@slotwright/test-servers";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresAdapterOptions, type PostgresPool, postgresAdapter } from "../src/index.ts";
import { bookedOn, bookThrough, publishSlots, urlOfAll } from "./through-changes.ts";

const found = await startCluster("postgres");
afterAll(() => found?.stop());

const settings = { query_wait_timeout: "5", server_login_retry: "1" };
/** One before each server, or some of them undefined if they cannot be had. */
const poolers = await Promise.all(found?.nodes.map(({ url }) => startPgBouncer(url, { settings })) ?? []);
afterAll(() => Promise.all(poolers.map((pooler) => pooler?.stop())));

/** Enough for all failovers at the speed of a fast machine; callers stop when they are used up. */
const slotCount = 2_000;

describe.skipIf(found === undefined)("an engine on a PostgreSQL cluster", () => {
  const cluster = found as PostgresCluster;
  let urls: readonly string[];
  let everyServer: string;
  let slotIds: string[];
  beforeAll(async () => {
    urls = (await cluster.createDatabase()).urls;
    everyServer = urlOfAll(urls);
    const storage = postgresAdapter({ connectionString: everyServer });
    slotIds = await publishSlots(storage, slotCount);
    await storage.close();
  });

  /** As a host may write one: it asks each server in turn whether it takes writes. */
  function choosingPool(): PostgresPool {
    const pools = urls.map((connectionString) => new Pool({ connectionString, max: 4 }));
    const on = (event: "error", listener: () => void) => pools.map((pool) => pool.on(event, listener));
    const connect = async () => {
      for (const pool of pools) {
        const client = await pool.connect().catch(() => undefined);
        const state = await client?.query("show transaction_read_only").catch(() => undefined);
        if (client !== undefined && state?.rows[0].transaction_read_only === "off") return client;
        client?.release(true);
      }
      throw new Error("No server takes writes.");
    };
    return { on, connect } as unknown as PostgresPool;
  }

  /** The same database, through the pooler before each server. */
  const throughPoolers = () =>
    urlOfAll(
      poolers.map((pooler) => {
        const { host } = new URL((pooler as OwnServer).url);
        return Object.assign(new URL(urls[0] as string), { host }).href;
      }),
    );
  const ways: [string, number, () => PostgresAdapterOptions][] = [
    ["a URL that names all servers", 2, () => ({ connectionString: everyServer })],
    ["a host's own pool that asks them", 2, () => ({ pool: choosingPool() })],
  ];
  if (poolers.every((pooler) => pooler !== undefined)) {
    ways.push(["a URL that names a PgBouncer before each server", 1, () => ({ connectionString: throughPoolers() })]);
  }

  it.each(ways)(
    "follows the primary by itself, through %s, and all that was acknowledged is there once",
    async (how, failovers, options) => {
      const storage = postgresAdapter(options());
      const engine = createEngine({ storage }) as Engine<never>;
      const before = await bookedOn(urls[cluster.primary()] as string);
      const acknowledged = [...before];
      for (let failover = 1; failover <= failovers; failover++) {
        const former = cluster.nodes[cluster.primary()];
        const { slots, gapMs } = await bookThrough(engine, slotIds, cluster.failOver);
        process.stderr.write(`[failover] through ${how}: the next booking after ${gapMs} ms\n`);
        acknowledged.push(...slots);
        await former?.process.restart();
      }
      await storage.close();
      for (const url of urls) await expect.poll(() => bookedOn(url)).toEqual(acknowledged.sort());
    },
  );
});
