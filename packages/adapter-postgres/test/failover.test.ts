import { setTimeout as wait } from "node:timers/promises";
import { sampleInstant as at } from "@slotwright/conformance";
import { createEngine, type Engine, isBookingError } from "@slotwright/core";
import { type PostgresCluster, startCluster } from "@slotwright/test-servers";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresAdapterOptions, type PostgresPool, postgresAdapter } from "../src/index.ts";
import { withClient } from "./postgres-harness.ts";

const found = await startCluster("postgres");
afterAll(() => found?.stop());

const actor = { kind: "patient", id: "p" } as const;
/** Enough for all failovers at the speed of a fast machine; callers stop when they are used up. */
const slotCount = 2_000;

describe.skipIf(found === undefined)("an engine on a PostgreSQL cluster", () => {
  const cluster = found as PostgresCluster;
  let urls: readonly string[];
  let everyServer: string;
  const slotIds: string[] = [];
  beforeAll(async () => {
    urls = (await cluster.createDatabase()).urls;
    const [first] = urls.map((url) => new URL(url)) as [URL];
    const hosts = urls.map((url) => new URL(url).host).join(",");
    everyServer = first.href.replace(first.host, hosts).concat("?target_session_attrs=read-write");
    const storage = postgresAdapter({ connectionString: everyServer });
    await storage.migrate();
    const slots = Array.from({ length: slotCount }, (_, index) => ({
      start: at(index * 15),
      end: at(index * 15 + 15),
    }));
    const engine = createEngine({ storage });
    for (let from = 0; from < slotCount; from += 500) {
      const some = slots.slice(from, from + 500);
      const created = await engine.createSlots({ actor, providerId: "p", facilityId: "f", slots: some });
      slotIds.push(...created.slots.map(({ id }) => id));
    }
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

  /** Books one slot after another, and repeats each booking with its key until it is answered. */
  async function bookUntil(engine: Engine<never>, signal: AbortSignal, acknowledged: Map<string, number>) {
    for (let slotId = slotIds.pop(); slotId !== undefined && !signal.aborted; slotId = slotIds.pop()) {
      const booking = { actor, slotId, subjectId: "s", idempotencyKey: `book ${slotId}` };
      while (!acknowledged.has(slotId)) {
        await engine.book(booking).then(
          () => acknowledged.set(slotId as string, performance.now()),
          (error: unknown) => {
            if (!isBookingError(error) || !/^storage_|^outcome_unknown$/.test(error.code)) throw error;
            return wait(20);
          },
        );
      }
      await wait(5);
    }
  }

  /** Returns the longest time without a booking, and the slots that were acknowledged before, between and after. */
  async function failOverUnder(engine: Engine<never>) {
    const over = new AbortController();
    const acknowledged = new Map<string, number>();
    const callers = Array.from({ length: 3 }, () => bookUntil(engine, over.signal, acknowledged));
    await expect.poll(() => acknowledged.size, { timeout: 15_000 }).toBeGreaterThan(10);
    await cluster.failOver();
    const promoted = performance.now();
    const isOver = () => [...acknowledged.values()].some((time) => time > promoted + 300);
    await expect.poll(isOver, { timeout: 15_000 }).toBe(true);
    over.abort();
    await Promise.all(callers);
    const times = [...acknowledged.values()].sort((a, b) => a - b);
    const gaps = times.slice(1).map((time, index) => time - (times[index] as number));
    return { slots: [...acknowledged.keys()], gapMs: Math.round(Math.max(...gaps)) };
  }

  const bookedOn = (url: string) =>
    withClient(url, async (client) => {
      const { rows } = await client.query<{ slot: string }>(
        "select slot_ids::json ->> 0 as slot from slotwright_appointments",
      );
      return rows.map(({ slot }) => slot).sort();
    });

  it.each([
    ["a URL that names all servers", (): PostgresAdapterOptions => ({ connectionString: everyServer })],
    ["a host's own pool that asks them", (): PostgresAdapterOptions => ({ pool: choosingPool() })],
  ])("follows the primary by itself, through %s, and all that was acknowledged is there once", async (how, options) => {
    const storage = postgresAdapter(options());
    const engine = createEngine({ storage }) as Engine<never>;
    const before = await bookedOn(urls[cluster.primary()] as string);
    const acknowledged = [...before];
    for (let failover = 1; failover <= 2; failover++) {
      const former = cluster.nodes[cluster.primary()];
      const { slots, gapMs } = await failOverUnder(engine);
      process.stderr.write(`[failover] through ${how}: the next booking after ${gapMs} ms\n`);
      acknowledged.push(...slots);
      await former?.process.restart();
    }
    await storage.close();
    for (const url of urls) await expect.poll(() => bookedOn(url)).toEqual(acknowledged.sort());
  });
});
