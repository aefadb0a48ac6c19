import { createEngine, type Engine, type StorageAdapter } from "@slotwright/core";
import { type OwnServer, type PostgresCluster, startCluster, startPgBouncer } from "@slotwright/test-servers";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresAdapterOptions, type PostgresPool, postgresAdapter } from "../src/index.ts";
import { withClient } from "./postgres-harness.ts";
import { bookedOn, bookThrough, publishSlots, urlOfAll } from "./through-changes.ts";

const found = await startCluster("postgres");
afterAll(() => found?.stop());

const actor = { kind: "patient", id: "p" } as const;

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

  it("books no slot that it saw free where a failover has taken that back, and its version has come again with a hold", async () => {
    const standbys = cluster.nodes.filter((_, place) => place !== cluster.primary()).map(({ url }) => url);
    const storages = [1, 2].map(() => postgresAdapter({ connectionString: everyServer }));
    const [engine, other] = storages.map((storage) => createEngine({ storage })) as [Engine<never>, Engine<never>];
    const slotId = slotIds.pop() as string;
    const hasty = createEngine({ storage: storages[1] as StorageAdapter<never>, retry: { budgetMs: 2_000 } });
    const { holdToken } = await hasty.hold({ actor, slotId });
    for (const url of standbys) {
      await withClient(url, (client) => client.query("alter system set primary_conninfo = ''"));
      await withClient(url, (client) => client.query("select pg_reload_conf()"));
    }
    let answer: unknown;
    hasty.release({ actor, slotId, holdToken }).catch(({ code }) => {
      answer = code;
    });
    // Each wait, as the engine looks up what became of the first.
    const cancel = "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'";
    await withClient(urls[cluster.primary()] as string, (client) =>
      expect.poll(() => client.query(cancel).then(() => answer), { timeout: 15_000 }).toBe("outcome_unknown"),
    );
    expect(await engine.getSlot(slotId)).toMatchObject({ version: 3, status: "available" });
    await cluster.failOver();
    expect((await other.extend({ actor, slotId, holdToken })).slot).toMatchObject({ version: 3, status: "held" });
    const book = (engine: Engine<never>, more: object = {}) => engine.book({ actor, slotId, subjectId: "s", ...more });
    await expect(book(engine)).rejects.toMatchObject({ code: "slot_held" });
    expect((await book(other, { holdToken })).slots).toMatchObject([{ version: 4, status: "booked" }]);
    await Promise.all(storages.map((storage) => storage.close()));
  });
});
