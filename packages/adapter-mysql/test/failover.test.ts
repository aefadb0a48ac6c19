import { setTimeout as wait } from "node:timers/promises";
import { sampleInstant as at } from "@slotwright/conformance";
import { createEngine, type Engine, isBookingError } from "@slotwright/core";
import { type GroupCluster, startCluster } from "@slotwright/test-servers";
import { createConnection, createPool, type RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type MysqlAdapterOptions, type MysqlPool, mysqlAdapter } from "../src/index.ts";

const found = await startCluster("group-replication");
afterAll(() => found?.stop());

const actor = { kind: "patient", id: "p" } as const;
/** Enough for all failovers at the speed of a fast machine; callers stop when they are used up. */
const slotCount = 3_000;

describe.skipIf(found === undefined)("an engine on a group of MySQL servers with one primary", () => {
  const cluster = found as GroupCluster;
  let urls: readonly string[];
  let everyServer: string;
  const slotIds: string[] = [];
  beforeAll(async () => {
    urls = (await cluster.createDatabase()).urls;
    const [first] = urls.map((url) => new URL(url)) as [URL];
    // The primary is the last one that is asked.
    const hosts = urls.map((url) => new URL(url).host).reverse();
    everyServer = first.href.replace(first.host, hosts.join(","));
    const storage = mysqlAdapter({ uri: everyServer });
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

  const primary = async () => (await cluster.primaries())[0] as number;

  async function on<Row>(place: number, sql: string): Promise<readonly Row[]> {
    const connection = await createConnection(urls[place] as string);
    try {
      return (await connection.query<RowDataPacket[]>(sql))[0] as Row[];
    } finally {
      await connection.end();
    }
  }

  /** As a host may write one: it asks each server in turn whether it takes writes. */
  function choosingPool(): MysqlPool {
    const pools = urls.map((uri) => createPool({ uri, connectionLimit: 4, connectTimeout: 2_000 }));
    const getConnection = async () => {
      for (const pool of pools) {
        const connection = await pool.getConnection().catch(() => undefined);
        const state = await connection?.query<RowDataPacket[]>("select @@read_only as r").catch(() => undefined);
        if (connection !== undefined && state?.[0][0]?.r === 0) return connection;
        connection?.destroy();
      }
      throw Object.assign(new Error("No server takes writes."), { code: "ETIMEDOUT" });
    };
    return { getConnection };
  }

  /** Books one slot after another, and repeats each booking with its key until it is answered. */
  async function bookUntil(engine: Engine<never>, signal: AbortSignal, acknowledged: Map<string, number>) {
    for (let slotId = slotIds.pop(); slotId !== undefined && !signal.aborted; slotId = slotIds.pop()) {
      const booking = { actor, slotId, subjectId: "s", idempotencyKey: `book ${slotId}` };
      while (!acknowledged.has(slotId)) {
        await engine.book(booking).then(
          () => acknowledged.set(slotId as string, performance.now()),
          (error: unknown) => {
            if (!isBookingError(error) || !/^storage_(busy|unavailable)$|^outcome_unknown$/.test(error.code))
              throw error;
            return wait(20);
          },
        );
      }
      await wait(5);
    }
  }

  /** Returns the longest time without a booking, and the slots that were acknowledged before, between and after. */
  async function failOverUnder(engine: Engine<never>, lose: (former: number) => Promise<unknown>) {
    const over = new AbortController();
    const acknowledged = new Map<string, number>();
    const callers = Array.from({ length: 3 }, () => bookUntil(engine, over.signal, acknowledged));
    await expect.poll(() => acknowledged.size, { timeout: 15_000 }).toBeGreaterThan(10);
    const former = await primary();
    await lose(former);
    const lost = performance.now();
    const isOver = async () =>
      (await primary()) !== former && [...acknowledged.values()].some((time) => time > lost + 300);
    await expect.poll(isOver, { timeout: 60_000 }).toBe(true);
    await wait(300);
    over.abort();
    await Promise.all(callers);
    const times = [...acknowledged.values()].sort((a, b) => a - b);
    const gaps = times.slice(1).map((time, index) => time - (times[index] as number));
    return { slots: [...acknowledged.keys()], gapMs: Math.round(Math.max(...gaps)) };
  }

  const bookedOn = async (place: number) => {
    const rows = await on<{ slot: string }>(
      place,
      "select json_unquote(json_extract(slot_ids, '$[0]')) as slot from slotwright_appointments",
    );
    return rows.map(({ slot }) => slot).sort();
  };

  const killed = (former: number) => cluster.nodes[former]?.process.kill() as Promise<void>;
  /** Its sessions stay open, and never answer. */
  const stopped = (former: number) => cluster.nodes[former]?.process.pause() as Promise<void>;
  const replaced = async (former: number) => {
    const [next] = await on<{ id: string }>((former + 1) % 3, "select @@server_uuid as id");
    await on(former, `select group_replication_set_as_primary('${next?.id}')`);
  };

  it.each([
    ["is replaced by another", "a host's own pool that asks them", replaced, () => ({ pool: choosingPool() })],
    ["is replaced by another", "a URI that names all servers", replaced, () => ({ uri: everyServer })],
    ["is killed", "a URI that names all servers", killed, () => ({ uri: everyServer })],
    ["hangs", "a URI that names all servers", stopped, () => ({ uri: everyServer })],
  ] satisfies [string, string, (former: number) => Promise<unknown>, () => MysqlAdapterOptions][])(
    "follows the primary by itself when it %s, through %s, and all that was acknowledged is there once",
    async (what, how, lose, options) => {
      const storage = mysqlAdapter(options());
      const engine = createEngine({ storage }) as Engine<never>;
      const former = await primary();
      const before = await bookedOn(former);
      const { slots, gapMs } = await failOverUnder(engine, lose);
      process.stderr.write(`[failover] The primary ${what}, through ${how}: the next booking after ${gapMs} ms\n`);
      if (lose === stopped) await killed(former);
      if (lose !== replaced) await cluster.nodes[former]?.process.restart();
      await storage.close();
      const acknowledged = [...before, ...slots].sort();
      for (const place of urls.keys()) await expect.poll(() => bookedOn(place)).toEqual(acknowledged);
    },
  );
});
