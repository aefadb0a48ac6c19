import {
  auditStore,
  booking,
  creation,
  journalOf,
  sampleSchedule as schedule,
  slotAt,
  transitionOf,
} from "@slotwright/conformance";
import { createEngine, isBookingError } from "@slotwright/core";
import { StorageError } from "@slotwright/core/adapter";
import { type OwnServer, startOwnServer } from "@slotwright/test-servers";
import { noServer } from "@slotwright/test-servers/vitest";
import { Pool } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore, withClient } from "./postgres-harness.ts";

const slot = slotAt(0);
const keys = [{ kind: "slot", id: slot.id }] as const;
const committed = [{ status: "committed" }];
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What every call must reject with: the contract's own error, with words for an operator, and its cause. */
async function failure(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => "it succeeded",
    (reason: unknown) => reason,
  );
  if (!(error instanceof StorageError)) return `no StorageError: ${String(error)}`;
  expect(error.message).toMatch(/database|server/);
  expect(error.message).not.toMatch(/secret/);
  return error.failure;
}

describeOnServer("a server that cannot be used is reported by the first call, never by the factory:", (url) => {
  const changed = (change: (url: URL) => void) => {
    const copy = new URL(url());
    change(copy);
    return copy.href;
  };
  const load = async (connectionString: string) => {
    const storage = postgresAdapter({ connectionString });
    const result = await failure(storage.load(keys));
    await storage.close();
    return result;
  };

  it("nobody listens", async () => {
    expect(await load(changed((it) => (it.port = "1")))).toBe("unavailable");
    expect(await load("postgres://user:secret@no-such-host.invalid/db")).toBe("unavailable");
    expect(await load("this is : no url, secret")).toBe("unavailable");
  });

  it("a role that does not exist, and a database that does not", async () => {
    expect(await load(changed((it) => (it.username = "nobody_at_all")))).toBe("unavailable");
    expect(await load(changed((it) => (it.pathname = "/missing")))).toBe("unavailable");
  });

  it("a schema that does not exist", async () => {
    const storage = postgresAdapter({ connectionString: url(), schema: "missing" });
    expect(await failure(storage.load(keys))).toBe("schema_outdated");
    await storage.close();
  });

  it("names that are not valid names", async () => {
    for (const names of [{ schema: 'a"; drop' }, { tablePrefix: "1" }, { tablePrefix: "x".repeat(40) }]) {
      const storage = postgresAdapter({ connectionString: url(), ...names });
      await expect(storage.load([])).rejects.toMatchObject({ failure: "misused" });
      await expect(storage.migrate()).rejects.toMatchObject({ failure: "misused" });
    }
  });

  it("says where, and never the password", async () => {
    const { port } = new URL(url());
    const storage = postgresAdapter({ connectionString: `postgres://user:secret@127.0.0.1:${port}/missing` });
    await expect(storage.load(keys)).rejects.toMatchObject({
      message: expect.stringContaining(`127.0.0.1:${port}/missing`),
      cause: expect.objectContaining({ code: expect.any(String) }),
    });
    await storage.close();
  });
});

describeOnServer("a database that fails later", (url) => {
  let store: PostgresStore;
  beforeEach(async () => {
    store = await openPostgresStore(url());
    await store.storage.commit([creation(slot)]);
  });
  afterEach(() => store.close());

  const onPool = (config: object) => {
    const pool = new Pool({ connectionString: url(), ...config });
    return { pool, storage: postgresAdapter({ pool, schema: store.schema }) };
  };
  /** Holds what no commit can skip: none can write a command until it is released. */
  const holdCommits = async () => {
    const host = await store.beginHostTransaction();
    await host.transaction.query("lock table slotwright_commands in share mode");
    return host;
  };
  /** Commits sleep until the answer, `wake`, is called. */
  const slowCommits = async (seconds: number) => {
    await store.pool.query(`create table ${store.schema}.slow (seconds float);
      insert into ${store.schema}.slow values (${seconds});
      create function ${store.schema}.be_slow() returns trigger language plpgsql as
        'begin perform pg_sleep(seconds) from ${store.schema}.slow; return new; end';
      create trigger slow before insert on ${store.schema}.slotwright_commands
        for each row execute function ${store.schema}.be_slow()`);
    return () => store.pool.query(`delete from ${store.schema}.slow`);
  };

  it.each(["lock_timeout", "statement_timeout"])(
    "is transient at %s, and the connection is used again",
    async (name) => {
      const { pool, storage } = onPool({ options: `-c ${name}=100`, max: 1 });
      await storage.load(keys);
      const host = await holdCommits();
      expect(await failure(storage.commit([booking(slot)]))).toBe("transient");
      expect(pool.totalCount).toBe(1);
      await host.rollback();
      expect(await storage.commit([booking(slot)])).toEqual(committed);
      await pool.end();
    },
  );

  it("is unknown at the client's own timeout, because the server goes on; the connection is destroyed", async () => {
    const { pool, storage } = onPool({ query_timeout: 150, max: 1 });
    await storage.load(keys);
    await slowCommits(0.5);
    expect(await failure(storage.commit([booking(slot)]))).toBe("unknown");
    expect(pool.totalCount).toBe(0);
    // The server did commit it.
    const status = async () => ((await store.second.load(keys))[0] as { readonly status: string }).status;
    await expect.poll(status, { timeout: 20_000 }).toBe("booked");
    expect(await storage.commit([booking(slot)])).toMatchObject([{ status: "replayed" }]);
    await pool.end();
  });

  it("is unknown when the backend is terminated during a commit; the process lives, and the engine settles it", async () => {
    const { pool, storage } = onPool({ max: 2 });
    const engine = createEngine({ storage });
    await storage.load(keys);
    const other = slotAt(30);
    await store.second.commit([transitionOf("other", other)]);
    const wake = await slowCommits(60);
    const terminated = failure(storage.commit([booking(slot)]));
    const booked = engine.book({ actor: { kind: "p", id: "p" }, slotId: other.id, subjectId: "s" });
    const waiting = "from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()";
    const waitingPids = async () => (await store.pool.query(`select pid ${waiting}`)).rows;
    await expect.poll(waitingPids, { timeout: 20_000 }).toHaveLength(2);
    await wake();
    await store.pool.query(`select pg_terminate_backend(pid) ${waiting}`);
    expect(await terminated).toBe("unknown");
    expect((await booked).slots).toMatchObject([{ status: "booked" }]);
    await pool.end();
  });

  it("is transient when a pool of one is lent to the host for too long", async () => {
    const { pool, storage } = onPool({ max: 1, connectionTimeoutMillis: 1_000 });
    const lent = await pool.connect();
    expect(await failure(storage.load(keys))).toBe("transient");
    lent.release();
    expect(await storage.load(keys)).toEqual([slot]);
    await pool.end();
  });

  it("is transient when there are too many connections", async () => {
    await store.pool.query("create role limited login connection limit 0 password 'secret'");
    const limited = new URL(url());
    limited.username = "limited";
    limited.password = "secret";
    const storage = postgresAdapter({ connectionString: limited.href, schema: store.schema });
    expect(await failure(storage.load(keys))).toBe("transient");
    await storage.close();
    await store.pool.query("drop role limited");
  });

  it("is unavailable to a role without privileges, and says what to grant", async () => {
    await store.pool.query(
      `create role reader login password 'secret'; grant usage on schema ${store.schema} to reader; grant select on all tables in schema ${store.schema} to reader`,
    );
    const reader = new URL(url());
    reader.username = "reader";
    reader.password = "secret";
    const storage = postgresAdapter({ connectionString: reader.href, schema: store.schema });
    expect(await storage.load(keys)).toEqual([slot]);
    await expect(storage.commit([booking(slot)])).rejects.toMatchObject({
      failure: "unavailable",
      message: expect.stringContaining("Grant"),
    });
    await storage.close();
    await store.pool.query("drop owned by reader; drop role reader");
  });

  it("is unavailable to a role that may not call the function, and says so", async () => {
    const role = `caller_${process.pid}`;
    await store.pool.query(`revoke execute on all functions in schema ${store.schema} from public;
      create role ${role} login password 'secret'; grant usage on schema ${store.schema} to ${role};
      grant select, insert, update on all tables in schema ${store.schema} to ${role}`);
    const limited = new URL(url());
    limited.username = role;
    limited.password = "secret";
    const storage = postgresAdapter({ connectionString: limited.href, schema: store.schema });
    await expect(storage.commit([booking(slot)])).rejects.toMatchObject({
      failure: "unavailable",
      message: expect.stringContaining("EXECUTE on the functions"),
    });
    await withClient(url(), (client) =>
      client.query(`grant execute on all functions in schema ${store.schema} to ${role}`),
    );
    expect(await storage.commit([booking(slot)])).toEqual([{ status: "committed" }]);
    await storage.close();
    await store.pool.query(`drop owned by ${role}; drop role ${role}`);
  });

  it("is misused after it was closed, and the host's pool stays open", async () => {
    const { pool, storage } = onPool({});
    await storage.load(keys);
    await storage.close();
    expect(await failure(storage.load(keys))).toBe("misused");
    await expect(storage.begin()).rejects.toMatchObject({ failure: "misused" });
    expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    const other = postgresAdapter({ pool, schema: store.schema });
    await pool.end();
    expect(await failure(other.load(keys))).toBe("misused");
    const own = postgresAdapter({ connectionString: url(), schema: store.schema });
    await own.load(keys);
    await own.close();
    expect(await failure(own.load(keys))).toBe("misused");
  });

  it("is outdated when a table or the function is gone, and the connection is used again", async () => {
    const { pool, storage } = onPool({ max: 1 });
    await storage.load(keys);
    await store.pool.query(`alter table ${store.schema}.slotwright_journal rename to gone`);
    expect(await failure(journalOf(storage, { record: { kind: "slot", id: "x" }, limit: 1 }))).toBe("schema_outdated");
    expect(await failure(storage.commit([booking(slot)]))).toBe("schema_outdated");
    await store.pool.query(`alter table ${store.schema}.gone rename to slotwright_journal`);
    expect(await storage.commit([booking(slot)])).toEqual(committed);
    await pool.end();
  });

  it("terminated connections end no process, even with many callers, and all callers continue", async () => {
    const { pool, storage } = onPool({ max: 8 });
    const engine = createEngine({ storage });
    let isDone = false;
    let answered = 0;
    const callers = Array.from({ length: 40 }, async () => {
      for (; !isDone; answered += 1) await engine.listSlots({ limit: 1 });
    });
    const others = "pid <> pg_backend_pid() and datname = current_database()";
    for (let round = 0; round < 100; round++) {
      await pause(10);
      await store.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${others}`);
    }
    isDone = true;
    await Promise.all(callers);
    expect(answered).toBeGreaterThan(40);
    await pool.end();
  });

  it("each client of the pool has one listener, however often it is used, and by however many adapters", async () => {
    const { pool, storage } = onPool({ max: 1 });
    await storage.load(keys);
    await postgresAdapter({ pool, schema: store.schema }).load(keys);
    const client = await pool.connect();
    const before = client.listenerCount("error");
    client.release();
    for (let n = 0; n < 20; n++) await storage.load(keys);
    const again = await pool.connect();
    expect(again.listenerCount("error")).toBe(before);
    again.release();
    await pool.end();
  });

  it("terminating an idle connection of the pool does not end the process, and the connection is replaced", async () => {
    const { pool, storage } = onPool({ max: 1 });
    await storage.load(keys);
    const { rows } = await pool.query("select pg_backend_pid() as pid");
    await store.pool.query("select pg_terminate_backend($1)", [rows[0].pid]);
    await expect.poll(() => pool.totalCount, { timeout: 20_000 }).toBe(0);
    expect(await storage.load(keys)).toEqual([slot]);
    await pool.end();
  });

  it("of two concurrent creations of one schedule, the second waits and is then stale", async () => {
    const fresh = { ...schedule, id: "schedule-9" };
    const host = await store.beginHostTransaction();
    await store.storage.within(host.transaction).commit([transitionOf("one", fresh)]);
    const second = store.second.commit([transitionOf("two", fresh), booking(slot)]);
    const same = store.storage.commit([transitionOf("one", { ...schedule, id: "schedule-8" })]);
    await pause(100);
    await host.commit();
    expect(await second).toEqual([{ status: "stale", keys: [{ kind: "schedule", id: "schedule-9" }] }, ...committed]);
    expect(await same).toMatchObject([{ status: "replayed", result: { done: "one" } }]);
  });
});

describe("a server of the test's own", () => {
  let server: OwnServer | undefined;
  let url = "";
  beforeAll(async () => {
    server = await startOwnServer("postgres");
    url = (await server?.createDatabase())?.url ?? "";
  });
  afterAll(() => server?.stop());

  it("that is killed and restarted under a live pool ends no process, and callers continue by themselves", async (context) => {
    if (server === undefined) return context.skip(noServer("postgres"));
    const pool = new Pool({ connectionString: url, max: 4 });
    const storage = postgresAdapter({ pool });
    await storage.migrate();
    const engine = createEngine({ storage });
    const actor = { kind: "p", id: "p" };
    const times = Array.from({ length: 400 }, (_, n) => {
      const start = Date.UTC(2026, 2, 2) + n * 600_000;
      return { start: new Date(start), end: new Date(start + 600_000) };
    });
    const { slots } = await engine.createSlots({ actor, providerId: "p", facilityId: "f", slots: times });
    const lent = await pool.connect();
    lent.on("error", () => {});
    const acknowledged: string[] = [];
    const codes = new Set<string>();
    const book = async (slotId: string): Promise<void> => {
      try {
        acknowledged.push(
          (await engine.book({ actor, slotId, subjectId: "s", idempotencyKey: slotId })).appointment.id,
        );
      } catch (error) {
        if (!isBookingError(error)) throw error;
        codes.add(error.code);
        await pause(50);
        await book(slotId);
      }
    };
    const callers = Array.from({ length: 8 }, async (_, n) => {
      for (const { id } of slots.slice(n * 50, n * 50 + 50)) await book(id);
    });
    await pause(50);
    await server.process.kill();
    await pause(200);
    await server.process.restart();
    await Promise.all(callers);
    lent.release(true);
    expect(acknowledged.length).toBe(400);
    for (const code of codes) expect(["storage_unavailable", "storage_busy", "outcome_unknown"]).toContain(code);
    expect((await engine.listSlots({ providerIds: ["p"], statuses: ["booked"], limit: 500 })).items).toHaveLength(400);
    expect((await engine.listAppointments({ limit: 500 })).items.map(({ id }) => id).sort()).toEqual(
      acknowledged.sort(),
    );
    expect(await auditStore(storage)).toEqual([]);
    await pool.end();
  });

  it("does not accept a wrong password", async (context) => {
    if (server === undefined) return context.skip(noServer("postgres"));
    const wrong = new URL(url);
    wrong.password = "secret";
    await withClient(url, (client) =>
      client.query("create role guarded login password 'right'").then(() => client.query("select 1")),
    );
    wrong.username = "guarded";
    const trusts = await withClient(wrong.href, () => Promise.resolve(true)).catch(() => false);
    if (trusts) return context.skip("The server lets everybody in, whatever the password.");
    const storage = postgresAdapter({ connectionString: wrong.href });
    expect(await failure(storage.load(keys))).toBe("unavailable");
    await storage.close();
  });
});
