import { setTimeout as wait } from "node:timers/promises";
import { sampleInstant as at, booking, creation, slotAt } from "@slotwright/conformance";
import { createEngine, type Engine } from "@slotwright/core";
import { type PostgresCluster, startCluster } from "@slotwright/test-servers";
import { Pool, type PoolClient, type PoolConfig } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { withClient } from "./postgres-harness.ts";

const found = await startCluster("postgres");
afterAll(() => found?.stop());

const actor = { kind: "patient", id: "p" } as const;
const unknown = { code: "outcome_unknown" };

describe.skipIf(found === undefined)("a PostgreSQL cluster", () => {
  const cluster = found as PostgresCluster;
  const pools: Pool[] = [];
  let urls: readonly string[];
  let slotIds: string[];
  beforeAll(async () => {
    urls = (await cluster.createDatabase()).urls;
    const engine = await engineOn();
    const slots = Array.from({ length: 40 }, (_, index) => ({ start: at(index * 15), end: at(index * 15 + 15) }));
    const created = await engine.createSlots({ actor, providerId: "p", facilityId: "f", slots });
    slotIds = created.slots.map(({ id }) => id);
  });
  afterEach(standbysBack);
  afterAll(() => Promise.all(pools.map((pool) => pool.end())));

  const primaryUrl = () => urls[cluster.primary()] as string;
  const standbys = () => cluster.nodes.filter((_, place) => place !== cluster.primary());
  const standbysAway = () => Promise.all(standbys().map((node) => node.process.pause()));
  function standbysBack() {
    return Promise.all(standbys().map((node) => node.process.resume()));
  }

  /** An engine on the primary, with a pool of its host, which knows already that it agrees with the others. */
  async function engineOn(options: PoolConfig = {}): Promise<Engine<PoolClient>> {
    const pool = new Pool({ connectionString: primaryUrl(), ...options });
    pool.on("error", () => {});
    pools.push(pool);
    const storage = postgresAdapter({ pool });
    await storage.migrate();
    const engine = createEngine({ storage, retry: { budgetMs: 500 } }) as Engine<PoolClient>;
    const refused = engine.book({ actor, slotId: "none", subjectId: "s" });
    await expect(refused).rejects.toMatchObject({ code: "slot_not_found" });
    return engine;
  }

  /** A request that can be repeated with its key. */
  function request() {
    const slotId = slotIds.shift() as string;
    return { actor, slotId, subjectId: "s", idempotencyKey: `book ${slotId}` };
  }

  /** Cancels each wait for standbys, or ends its session, until the call has been answered. */
  async function withoutWaits<T>(call: Promise<T>, how = "pg_cancel_backend"): Promise<T> {
    let isAnswered = false;
    const answered = call.finally(() => {
      isAnswered = true;
    });
    answered.catch(() => {});
    await withClient(primaryUrl(), async (client) => {
      while (!isAnswered) {
        await client.query(`select ${how}(pid) from pg_stat_activity where wait_event = 'SyncRep'`);
        await wait(10);
      }
    });
    return answered;
  }

  const orWaits = (call: Promise<unknown>) => Promise.race([call, wait(400, "waits")]);

  it.each([
    ["as the server tells it", {}],
    ["if the session is to hear of errors only", { options: "-c client_min_messages=error" }],
  ] satisfies [string, PoolConfig][])(
    "does not acknowledge a booking whose wait for standbys was cancelled, %s, nor its repeat before a standby has it",
    async (_how, options) => {
      const engine = await engineOn(options);
      const wanted = request();
      await standbysAway();
      await expect(withoutWaits(engine.book(wanted))).rejects.toMatchObject(unknown);
      await expect(withoutWaits(engine.book(wanted))).rejects.toMatchObject(unknown);
      const repeat = engine.book(wanted);
      expect(await orWaits(repeat)).toBe("waits");
      await standbysBack();
      expect(await repeat).toMatchObject({ replayed: true, appointment: { slotIds: [wanted.slotId] } });
    },
  );

  it("does not tell that a command was replayed before a standby has what it tells of", async () => {
    const storage = postgresAdapter({ connectionString: primaryUrl() });
    const slot = slotAt(0);
    await storage.commit([creation(slot)]);
    const commit = () => storage.commit([booking(slot)]);
    await standbysAway();
    await expect(withoutWaits(commit())).rejects.toMatchObject({ failure: "unknown" });
    await withClient(primaryUrl(), async (other) => {
      // A row that the repeat can lock is written, and its commit would wait for that.
      await other.query(
        "begin; select from slotwright_slots for update; select from slotwright_appointments for update",
      );
      await expect(withoutWaits(commit())).rejects.toMatchObject({ failure: "unknown" });
      const repeat = commit();
      expect(await orWaits(repeat)).toBe("waits");
      await standbysBack();
      expect(await repeat).toMatchObject([{ status: "replayed" }]);
    });
    await storage.close();
  });

  it("does not acknowledge a transaction whose wait was cancelled, nor one that only repeats a booking", async () => {
    const engine = await engineOn({ options: "-c client_min_messages=error" });
    const wanted = request();
    const book = () => engine.transaction(({ engine: inside }) => inside.book(wanted));
    await standbysAway();
    await expect(withoutWaits(book())).rejects.toMatchObject(unknown);
    await expect(withoutWaits(book())).rejects.toMatchObject(unknown);
    const repeat = book();
    expect(await orWaits(repeat)).toBe("waits");
    await standbysBack();
    expect(await repeat).toMatchObject({ replayed: true });
  });

  const sessions = [
    ["as it is", ""],
    ["that hears of errors only", "?options=-c%20client_min_messages=error"],
    ["that would not wait for a standby", "?options=-c%20synchronous_commit=local"],
  ] as const;

  it.each(sessions)(
    "does not say that a relay's state is stored if the wait was cancelled, on a session %s",
    async (how, options) => {
      const storage = postgresAdapter({ connectionString: primaryUrl() + options });
      await storage.load([]);
      await standbysAway();
      const relay = { name: how, expected: 0, state: { at: 1 } };
      await expect(withoutWaits(storage.storeRelay(relay))).rejects.toMatchObject({ failure: "unknown" });
      await standbysBack();
      expect(await storage.readRelay(relay.name)).toMatchObject({ version: 1, state: relay.state });
      await storage.close();
    },
  );

  it.each(sessions)(
    "does not say that settings are stored if the wait was cancelled, on a session %s",
    async (how, options) => {
      const schema = `agreed_${how.length}`;
      const storage = postgresAdapter({ connectionString: primaryUrl() + options, schema });
      await storage.migrate();
      await standbysAway();
      const settings = { overlapScope: "facility", idempotencyScope: "actor" } as const;
      await expect(withoutWaits(storage.storeSettings(settings))).rejects.toMatchObject({ failure: "unknown" });
      await standbysBack();
      expect(await storage.storeSettings(settings)).toEqual(settings);
      await storage.close();
    },
  );

  it("does not say that migrate() is done if the wait was cancelled, and the next call finds it done", async () => {
    const storage = postgresAdapter({ connectionString: primaryUrl(), schema: "migrated_alone" });
    await standbysAway();
    const message = expect.stringContaining("Call migrate() again");
    await expect(withoutWaits(storage.migrate())).rejects.toMatchObject({ failure: "unknown", message });
    await standbysBack();
    expect(await storage.migrate()).toMatchObject({ applied: [] });
    await storage.close();
  });

  it("does not say that migrate() is done if query_timeout has given its commit up", async () => {
    const storage = postgresAdapter({ connectionString: `${primaryUrl()}?query_timeout=1000`, schema: "given_up" });
    await standbysAway();
    const message = expect.stringMatching(/during a migration .*Call migrate\(\) again/);
    await expect(storage.migrate()).rejects.toMatchObject({ failure: "unknown", message });
    await standbysBack();
    expect(await storage.migrate()).toMatchObject({ applied: [] });
    await storage.close();
  });

  it("answers each call for itself: what one was not told of does not make the next one unknown", async () => {
    const engine = await engineOn({ max: 1 });
    await standbysAway();
    await expect(withoutWaits(engine.book(request()))).rejects.toMatchObject(unknown);
    await standbysBack();
    expect(await engine.book(request())).toMatchObject({ appointment: { status: "confirmed" } });
  });

  it("does not acknowledge a booking whose session ended while it waited, nor its repeat after a restart of the primary", async () => {
    const engine = await engineOn();
    const wanted = request();
    await standbysAway();
    await expect(withoutWaits(engine.book(wanted), "pg_terminate_backend")).rejects.toMatchObject(unknown);
    const primary = cluster.nodes[cluster.primary()];
    await primary?.process.kill();
    await primary?.process.restart();
    const repeat = engine.book(wanted);
    expect(await orWaits(repeat)).toBe("waits");
    await standbysBack();
    expect(await repeat).toMatchObject({ replayed: true });
  });

  it("waits for a standby whatever statement_timeout says, and answers in time if the pool has a query_timeout", async () => {
    const wanted = request();
    const patient = await engineOn({ options: "-c statement_timeout=100" });
    const hasty = await engineOn({ query_timeout: 300 });
    await standbysAway();
    const waiting = patient.book(request());
    expect(await orWaits(waiting)).toBe("waits");
    await expect(hasty.book(wanted)).rejects.toMatchObject(unknown);
    await standbysBack();
    expect(await hasty.book(wanted)).toMatchObject({ appointment: { slotIds: [wanted.slotId] } });
    expect(await waiting).toMatchObject({ appointment: { status: "confirmed" } });
  });
});
