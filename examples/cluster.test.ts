import { setTimeout as wait } from "node:timers/promises";
import { sampleInstant as at } from "@slotwright/conformance";
import { type PostgresCluster, startCluster, startOwnServer } from "@slotwright/test-servers";
import { testServer } from "@slotwright/test-servers/vitest";
import { Client, Pool, type PoolConfig } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { engineOnCluster } from "./cluster.ts";
import { commitOnCluster } from "./host-transactions/commit-on-cluster.ts";

const found = await startCluster("postgres");
afterAll(() => found?.stop());

const actor = { kind: "patient", id: "ada" } as const;

describe.skipIf(found === undefined)("the examples on a cluster", () => {
  const cluster = found as PostgresCluster;
  let primary: string;
  let opened: ReturnType<typeof engineOnCluster>;
  let slotIds: string[];
  let pools: Pool[] = [];
  beforeAll(async () => {
    const { urls } = await cluster.createDatabase();
    primary = urls[0] as string;
    const standby = new URL(urls[1] as string);
    // The standby comes first, and the engine finds the primary.
    opened = engineOnCluster(standby.href.replace(standby.host, `${standby.host},${new URL(primary).host}`));
    await opened.storage.migrate();
    const slots = Array.from({ length: 10 }, (_, index) => ({ start: at(index * 15), end: at(index * 15 + 15) }));
    const created = await opened.engine.createSlots({ actor, providerId: "p", facilityId: "f", slots });
    slotIds = created.slots.map(({ id }) => id);
    await poolOf().query(
      `create table invoices (key text primary key, number int, unique (number) deferrable initially deferred);
      create function divide() returns trigger language plpgsql as $$ begin perform 1 / new.number; return null; end $$;
      create constraint trigger divided after insert on invoices deferrable initially deferred
        for each row execute function divide()`,
    );
  });
  afterEach(async () => {
    await standbysBack();
    await Promise.all(pools.map((pool) => pool.end()));
    pools = [];
  });
  afterAll(() => opened.storage.close());

  function poolOf(options: PoolConfig = {}): Pool {
    const pool = new Pool({ connectionString: primary, ...options });
    pool.on("error", () => {});
    pool.on("connect", (client) => client.on("error", () => {}));
    pools.push(pool);
    return pool;
  }

  /** Books, and writes an invoice in the same transaction. */
  async function bookIn(pool: Pool, slotId: string, further = "select 1"): Promise<string> {
    const client = await pool.connect();
    let outcome: string;
    try {
      await client.query("begin");
      await opened.engine.within(client).book({ actor, slotId, subjectId: "ada", idempotencyKey: slotId });
      await client.query("insert into invoices values ($1) on conflict (key) do nothing", [slotId]);
      await client.query(further);
      outcome = await commitOnCluster(client);
    } catch (error) {
      outcome = `refused: ${(error as { readonly code?: string }).code}`;
      await client.query("rollback");
    }
    client.release(outcome === "unknown");
    return outcome;
  }

  const standbysAway = () => Promise.all([1, 2].map((place) => cluster.nodes[place]?.process.pause()));
  const standbysBack = () => Promise.all([1, 2].map((place) => cluster.nodes[place]?.process.resume()));
  const nextSlot = () => slotIds.shift() as string;
  const inTime = (call: Promise<string>) => Promise.race([call, wait(10_000, "waits")]);
  const bookedInvoices = async (slotId: string) => {
    const { status } = await opened.engine.getSlot(slotId);
    const { rowCount } = await poolOf().query("select from invoices where key = $1", [slotId]);
    return { status, invoices: rowCount };
  };

  it.each([
    ["as it is", {}],
    ["that hears of errors only", { options: "-c client_min_messages=error" }],
    ["that would not wait for a standby", { options: "-c synchronous_commit=local" }],
  ] satisfies [string, PoolConfig][])(
    "book on whichever server takes writes, and tell a commit that a standby has from one that only the primary has, on a session %s",
    async (_how, options) => {
      const [first, second] = [nextSlot(), nextSlot()];
      expect(await bookIn(poolOf(options), first)).toBe("on a standby");
      await standbysAway();
      const booked = bookIn(poolOf(options), second);
      await endWaits("pg_cancel_backend");
      expect(await inTime(booked)).toBe("on the primary only");
      await standbysBack();
      expect(await bookIn(poolOf(options), second)).toBe("on a standby");
      expect(await bookedInvoices(second)).toEqual({ status: "booked", invoices: 1 });
    },
  );

  it("tell that a commit is unknown if it is given up or its session ends, and the repeat tells what became of it", async () => {
    const [given, ended] = [nextSlot(), nextSlot()];
    const hasty = poolOf({ query_timeout: 1_000 });
    await standbysAway();
    expect(await inTime(bookIn(hasty, given))).toBe("unknown");
    await endWaits("pg_cancel_backend");
    const waiting = bookIn(poolOf(), ended);
    await endWaits("pg_terminate_backend");
    expect(await inTime(waiting)).toBe("unknown");
    await standbysBack();
    for (const slotId of [given, ended]) {
      expect(await bookedInvoices(slotId)).toEqual({ status: "booked", invoices: 1 });
      expect(await bookIn(hasty, slotId)).toBe("on a standby");
      expect(await bookedInvoices(slotId)).toEqual({ status: "booked", invoices: 1 });
    }
  });

  it.each([
    ["a constraint", "insert into invoices values ('a', 1), ('b', 1)", "23505"],
    ["an error of a trigger", "insert into invoices values ('a', 0)", "22012"],
  ])("throw if %s refuses the commit, and nothing is committed", async (_what, further, code) => {
    const slotId = nextSlot();
    expect(await bookIn(poolOf(), slotId, further)).toBe(`refused: ${code}`);
    expect(await bookedInvoices(slotId)).toEqual({ status: "available", invoices: 0 });
    expect(await bookIn(poolOf(), slotId)).toBe("on a standby");
  });

  /** Waits for the next one that waits for a standby, and ends that. */
  async function endWaits(how: string): Promise<void> {
    const pool = poolOf();
    const end = () => pool.query(`select ${how}(pid) from pg_stat_activity where wait_event = 'SyncRep'`);
    await expect.poll(async () => (await end()).rowCount, { timeout: 10_000 }).toBe(1);
  }
});

const single = await testServer("postgres");

it.skipIf(single === undefined)("a commit on a server without standbys is on the primary only", async () => {
  const client = new Client({ connectionString: single?.url });
  await client.connect();
  await client.query("begin");
  expect(await commitOnCluster(client)).toBe("on the primary only");
  await client.end();
});

const own = await startOwnServer("postgres");
afterAll(() => own?.stop());

it.skipIf(own === undefined)(
  "a commit whose wait ended because no standby is named any longer is on the primary only",
  async () => {
    const pool = new Pool({ connectionString: own?.url });
    pool.on("error", () => {});
    pool.on("connect", (one) => one.on("error", () => {}));
    const setNames = async (names: string) => {
      await pool.query(`alter system set synchronous_standby_names = '${names}'`);
      await pool.query("select pg_reload_conf()");
      const shown = async () => (await pool.query("show synchronous_standby_names")).rows[0];
      await expect.poll(shown).toEqual({ synchronous_standby_names: names });
    };
    await pool.query("create table notes (text text)");
    await setNames("nobody");
    // A process of its own lets commits wait, and may hear of the names later than a session.
    const commit = () => pool.query("select pg_logical_emit_message(true, 'a', 'a')");
    await expect.poll(() => Promise.race([commit(), wait(100, "waits")])).toBe("waits");
    const client = await pool.connect();
    await client.query("begin; insert into notes values ('a')");
    const outcome = commitOnCluster(client);
    const waiting = "select from pg_stat_activity where wait_event = 'SyncRep'";
    await expect.poll(async () => (await pool.query(waiting)).rowCount).toBe(2);
    await setNames("");
    expect(await outcome).toBe("on the primary only");
    client.release();
    await pool.end();
  },
);
