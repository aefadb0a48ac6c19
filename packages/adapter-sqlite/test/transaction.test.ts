import { setTimeout as sleep } from "node:timers/promises";
import { creation, slotAt } from "@slotwright/conformance";
import { createEngine } from "@slotwright/core";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sqliteAdapter } from "../src/index.ts";
import { openSqliteStore, type SqliteStore } from "./sqlite-harness.ts";

const actor = { kind: "patient", id: "p-1" };
const slots = [slotAt(0), slotAt(30), slotAt(60)] as const;
const want = (number: 0 | 1 | 2) => ({ actor, slotId: slots[number].id, subjectId: "p-1" });

let store: SqliteStore;
beforeEach(async () => {
  store = await openSqliteStore();
  await store.storage.commit([creation(...slots)]);
});
afterEach(async () => {
  vi.useRealTimers();
  await store.close();
});

const statusesOf = async (storage: SqliteStore["storage"]) =>
  (await storage.findSlots({ asOf: new Date(0), limit: 5 })).map(({ status }) => status);

describe("engine.transaction on a file", () => {
  const opened = () => {
    const storage = sqliteAdapter({ filename: store.filename });
    return { storage, engine: createEngine({ storage }) };
  };

  it("commits the booking and the host's row together, and others read in the meantime", async () => {
    const { storage, engine } = opened();
    await engine.transaction(async ({ transaction, engine: inside }) => {
      transaction.exec("create table invoices (id text)");
      transaction.prepare("insert into invoices values (?)").run("one");
      await inside.book(want(0));
      expect(transaction.pragma("synchronous", { simple: true })).toBe(2);
      expect((await engine.getSlot(slots[0].id)).status).toBe("available");
    });
    const reader = new Database(store.filename);
    expect(reader.prepare("select * from invoices").all()).toHaveLength(1);
    reader.close();
    expect(await statusesOf(store.second)).toEqual(["booked", "available", "available"]);
    await storage.close();
  });

  it("makes other bookings of the same engine wait, and they are booked when it has ended", async () => {
    const { storage, engine } = opened();
    let beside: Promise<unknown> | undefined;
    await engine.transaction(async ({ engine: inside }) => {
      await inside.book(want(0));
      beside = engine.book(want(1));
      await sleep(100);
      expect((await engine.getSlot(slots[1].id)).status).toBe("available");
    });
    await beside;
    expect(await statusesOf(store.second)).toEqual(["booked", "booked", "available"]);
    await storage.close();
  });

  it("a booking gets its turn beside transactions that never pause", async () => {
    const { storage, engine } = opened();
    let ended = 0;
    let isBooked = false;
    // One more is always waiting.
    const callers = Array.from({ length: 5 }, async () => {
      while (!isBooked && ended < 300) {
        await engine.transaction(() => sleep(10));
        ended += 1;
      }
    });
    await engine.book(want(0));
    isBooked = true;
    expect(ended).toBeLessThan(100);
    await Promise.all(callers);
    await storage.close();
  });

  it.each(["throws", "returns"])("a callback that %s during an iterate() leaves no lock behind", async (how) => {
    const { storage, engine } = opened();
    const transacted = engine.transaction(async ({ transaction, engine: inside }) => {
      await inside.book(want(0));
      transaction.prepare("select 1 union select 2").iterate().next();
      if (how === "throws") throw new Error("no");
    });
    const refusal = how === "throws" ? { message: "no" } : { code: "storage_misused" };
    await expect(transacted).rejects.toMatchObject(refusal);
    await engine.book(want(1));
    await createEngine({ storage: store.second }).book(want(2));
    expect(await statusesOf(store.second)).toEqual(["available", "booked", "booked"]);
    await storage.close().catch(() => {});
  });

  it("ends one that takes too long during an iterate(), whose next write fails", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { storage } = opened();
    const { transaction, commit } = await storage.begin();
    transaction.exec("create table invoices (id text)");
    const rows = transaction.prepare("select 1 union select 2").iterate();
    rows.next();
    vi.advanceTimersByTime(30_000);
    vi.useRealTimers();
    rows.return?.();
    expect(() => transaction.exec("create table invoices (id text)")).toThrow(/readonly|not open/);
    await expect(commit()).rejects.toMatchObject({ failure: "misused" });
    const next = await storage.begin();
    next.transaction.exec("create table invoices (id text)");
    await next.commit();
    await storage.close().catch(() => {});
  });

  it("tells a caller that waits for a transaction which waits for it what to call", async () => {
    const { storage } = opened();
    const engine = createEngine({ storage, retry: { budgetMs: 1 } });
    const nested = engine.transaction(() => engine.book(want(0)));
    await expect(nested).rejects.toMatchObject({
      code: "storage_busy",
      details: { problem: expect.stringContaining("call the engine that it was given") },
    });
    await storage.close();
  });

  it("does not acknowledge a transaction that its callback has ended", async () => {
    const { storage, engine } = opened();
    const failed = engine.transaction(async ({ transaction, engine: inside }) => {
      await inside.book(want(0));
      transaction.exec("rollback");
    });
    await expect(failed).rejects.toMatchObject({ code: "storage_misused" });
    expect(await statusesOf(store.second)).toEqual(["available", "available", "available"]);
    await storage.close();
  });

  it("reports that a deferred foreign key refused it at COMMIT, and goes on", async () => {
    const { storage, engine } = opened();
    const failed = engine.transaction(async ({ transaction, engine: inside }) => {
      transaction.exec("create table parents (id text primary key)");
      transaction.exec("create table children (id text references parents deferrable initially deferred)");
      transaction.exec("insert into children values ('none')");
      await inside.book(want(0));
    });
    await expect(failed).rejects.toMatchObject({ code: "refused_by_database" });
    await engine.transaction(({ engine: inside }) => inside.book(want(0)));
    await storage.close();
  });

  it("ends after thirty seconds: it is rolled back, the next ones go on, and the late one gets an error", async () => {
    const { storage, engine } = opened();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const [begun, late] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const attempts: unknown[] = [];
    const slow = engine.transaction(async ({ transaction, engine: inside }) => {
      await inside.book(want(0));
      begun.resolve();
      await late.promise;
      await inside.book(want(1)).catch((error: unknown) => attempts.push(error));
      transaction.exec("create table invoices (id text)");
    });
    const outcome = slow.catch((error: unknown) => error);
    await begun.promise;
    await vi.advanceTimersByTimeAsync(29_000);
    await expect(store.storage.begin()).rejects.toMatchObject({ failure: "transient" });
    await vi.advanceTimersByTimeAsync(2_000);
    vi.useRealTimers();
    await engine.transaction(({ engine: inside }) => inside.book(want(0)));
    late.resolve();
    expect(await outcome).toMatchObject({
      code: "storage_misused",
      message: expect.stringContaining("longer than 30 seconds"),
    });
    expect(attempts).toMatchObject([{ code: "storage_misused" }]);
    expect(await statusesOf(store.second)).toEqual(["booked", "available", "available"]);
    await storage.close();
  });
});

describe.each(["the host's own Database", "a database in memory"])("engine.transaction on %s", (kind) => {
  it("waits its turn, and so do calls beside it, because there is one connection", async () => {
    const database = kind.includes("memory") ? undefined : new Database(store.filename);
    const storage = sqliteAdapter(database === undefined ? { filename: ":memory:" } : { database });
    if (database === undefined) {
      await storage.migrate();
      await storage.commit([creation(...slots)]);
    }
    const engine = createEngine({ storage });
    let isInside = false;
    const book = (number: 0 | 1) =>
      engine.transaction(async ({ engine: inside }) => {
        expect(isInside).toBe(false);
        isInside = true;
        await inside.book(want(number));
        await sleep(50);
        isInside = false;
      });
    const beside = async () => {
      await sleep(20);
      await engine.book(want(2));
      expect(isInside).toBe(false);
    };
    await Promise.all([book(0), book(1), beside()]);
    expect(await statusesOf(storage as never)).toEqual(["booked", "booked", "booked"]);
    const failed = engine.transaction(async ({ transaction }) => {
      expect(transaction.inTransaction).toBe(true);
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    expect((await engine.getSlot(slots[0].id)).status).toBe("booked");
    await storage.close();
    database?.close();
  });
});
