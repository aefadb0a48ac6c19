import { booking, creation, slotAt } from "@slotwright/conformance";
import { startProxy } from "@slotwright/test-servers/proxy";
import { Pool } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { breaksConnection, type During, toStorageError } from "../src/errors.ts";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-harness.ts";

type Storage = ReturnType<typeof postgresAdapter>;

const slot = slotAt(0);
const keys = [{ kind: "slot", id: slot.id }] as const;
const committed = [{ status: "committed" }];
const hangingWayTo = (url: string) => startProxy({ engine: "postgres", url });

/** Stops this whole process: what the server sends in the meantime is read only after the next statement was sent. */
function sleepDeeply(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

const tooOld = "The server is older than PostgreSQL 17, and does not know transaction_timeout.";

describeOnServer("a server that ends sessions by the clock", (url) => {
  let store: PostgresStore;
  beforeEach(async () => {
    store = await openPostgresStore(url());
    await store.storage.commit([creation(slot)]);
  });
  afterEach(() => store.close());

  const knowsTransactionTimeout = async () =>
    (await store.pool.query("select from pg_settings where name = 'transaction_timeout'")).rowCount === 1;

  it("has applied nothing at transaction_timeout: transient, and the connection is replaced", async (context) => {
    if (!(await knowsTransactionTimeout())) return context.skip(tooOld);
    const pool = new Pool({ connectionString: url(), options: "-c transaction_timeout=150", max: 1 });
    const storage = postgresAdapter({ pool, schema: store.schema });
    await storage.load(keys);
    const host = await store.beginHostTransaction();
    await host.transaction.query("lock table slotwright_commands in share mode");
    await expect(storage.commit([booking(slot)])).rejects.toMatchObject({
      failure: "transient",
      message: expect.stringContaining("transaction_timeout"),
      cause: { code: "25P04" },
    });
    expect(pool.totalCount).toBe(0);
    await host.rollback();
    expect(await storage.load(keys)).toEqual([slot]);
    expect(await storage.commit([booking(slot)])).toEqual(committed);
    await pool.end();
  });

  it.for([
    ["idle_in_transaction_session_timeout", "25P03"],
    ["transaction_timeout", "25P04"],
  ])(
    "is transient at %s within a host's transaction, and the host is told to repeat it",
    async ([setting, code], context) => {
      if (setting === "transaction_timeout" && !(await knowsTransactionTimeout())) return context.skip(tooOld);
      const host = await store.beginHostTransaction();
      host.transaction.on("error", () => {});
      const inside = store.storage.within(host.transaction);
      await inside.load(keys);
      await host.transaction.query(`set local ${setting} = '50ms'`);
      sleepDeeply(200);
      await expect(inside.commit([booking(slot)])).rejects.toMatchObject({
        failure: "transient",
        message: expect.stringContaining("repeat all of it"),
        cause: { code },
      });
      expect(await store.second.load(keys)).toEqual([slot]);
    },
  );

  it("has not read the commit that it answers with idle_session_timeout: transient, and the next one is applied", async () => {
    const pool = new Pool({ connectionString: url(), options: "-c idle_session_timeout=50", max: 1 });
    const storage = postgresAdapter({ pool, schema: store.schema });
    await storage.load(keys);
    sleepDeeply(200);
    await expect(storage.commit([booking(slot)])).rejects.toMatchObject({
      failure: "transient",
      cause: { code: "57P05" },
    });
    expect(await storage.commit([booking(slot)])).toEqual(committed);
    await pool.end();
  });
});

describeOnServer("a server that hangs under the idle sessions of a URL with two", (url) => {
  it.each<[string, object, (storage: Storage) => Promise<() => Promise<unknown>>]>([
    ["a read", { failure: "transient" }, async (storage) => () => storage.load(keys)],
    ["the begin of a transaction", { failure: "transient" }, async (storage) => () => storage.begin()],
    ["the commit of a transaction", { failure: "unknown" }, async (storage) => (await storage.begin()).commit],
    [
      "a statement of a host",
      { message: "Query read timeout" },
      async (storage) => {
        const { transaction, rollback } = await storage.begin();
        return async () => {
          const error = await transaction.query("select").catch((error: unknown) => error);
          await rollback(error);
          throw error;
        };
      },
    ],
  ])(
    "costs one call its query_timeout, and the next ones go to the other server, or are unavailable if that is away as well: %s",
    async (_, failure, before) => {
      const [first, second] = [await hangingWayTo(url()), await hangingWayTo(url())];
      const { host } = new URL(second.url(url()));
      const all = new URL(first.url(url()));
      const connectionString = `${all.href.replace(all.host, `${all.host},${host}`)}?query_timeout=500`;
      const storage = postgresAdapter({ connectionString });
      await storage.migrate();
      const begun = await Promise.all(Array.from({ length: 6 }, () => storage.begin()));
      await Promise.all(begun.map(({ rollback }) => rollback()));
      const call = await before(storage);
      first.pause();
      first.refuse();
      await expect(call()).rejects.toMatchObject(failure);
      for (const _call of begun) expect(await storage.load(keys)).toEqual([undefined]);
      second.pause();
      second.refuse();
      await expect(storage.load(keys)).rejects.toMatchObject({ failure: "transient" });
      await expect(storage.load(keys)).rejects.toMatchObject({ failure: "unavailable" });
      await storage.close();
      await Promise.all([first.close(), second.close()]);
    },
  );
});

describe("a session that the server has ended", () => {
  const answer = (code: string, severity: string) => Object.assign(new Error("failed"), { code, severity });
  const meaning = (code: string, during: During, severity = "FATAL") =>
    toStorageError(answer(code, severity), { databaseName: "h:1/d", during }).failure;

  it.each(["25P03", "25P04", "57P03", "57P05", "53300"])("has committed nothing if it reports %s", (code) => {
    expect(meaning(code, "commit")).toBe("transient");
  });

  it.each(["28P01", "3D000", "57P04"])("never existed, or exists no longer, if it reports %s", (code) => {
    expect(meaning(code, "commit")).toBe("unavailable");
    expect(meaning(code, "read")).toBe("unavailable");
  });

  it("may have committed if it was shut down, if the server gave up, and if a pooler lost it", () => {
    expect(meaning("57P01", "commit")).toBe("unknown");
    expect(meaning("57P02", "commit")).toBe("unknown");
    expect(meaning("08P01", "commit", "ERROR")).toBe("unknown");
    expect(meaning("58000", "commit")).toBe("unknown");
    expect(meaning("53100", "commit", "PANIC")).toBe("unknown");
    expect(meaning("53100", "commit", "ERROR")).toBe("unavailable");
  });

  it.each(["25P03", "25P04", "57P01", "57P02", "57P03", "57P04", "57P05", "08006"])(
    "is not used again after %s, in any language of the server",
    (code) => {
      expect(breaksConnection(answer(code, "致命的エラー"))).toBe(true);
      expect(breaksConnection(answer("57014", "エラー"))).toBe(false);
    },
  );
});
