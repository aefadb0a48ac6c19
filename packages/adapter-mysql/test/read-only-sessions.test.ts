import { booking, creation, journalOf, slotAt } from "@slotwright/conformance";
import { createEngine } from "@slotwright/core";
import { type OwnServer, startOwnServer, type TestDatabase } from "@slotwright/test-servers";
import { type Connection, createConnection, createPool, type Pool } from "mysql2/promise";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { isReadOnlySession, toStorageError } from "../src/errors.ts";
import { mysqlAdapter } from "../src/index.ts";

const size = 5;
const committed = [{ status: "committed" }];

/** On a server of the test's own, because the role applies to everybody. */
describe.each(["mariadb", "mysql"] as const)("%s sessions that outlive their server's role", (engine) => {
  let server: OwnServer | undefined;
  let database: TestDatabase;
  let admin: Connection;
  let pool: Pool;
  /** Free connections, of which each test takes its own. */
  const free = Array.from({ length: 16 }, (_, index) => slotAt(index * 30));
  const [slotOfHost = slotAt(0)] = free.splice(0, 1);

  beforeAll(async () => {
    server = await startOwnServer(engine);
    if (server === undefined) return;
    database = await server.createDatabase();
    const storage = mysqlAdapter({ uri: database.url });
    await storage.migrate();
    expect(await storage.commit([creation(slotOfHost, ...free)])).toEqual(committed);
    await storage.close();
    admin = await createConnection(database.url);
    // What is read-only for others is not read-only for an administrator.
    await admin.query("create user app identified by 'secret'");
    await admin.query(`grant all on ${database.name}.* to app`);
  });
  afterAll(async () => {
    await admin?.end();
    await server?.stop();
  });
  beforeEach((context) => {
    if (server === undefined) return context.skip("there is no server that may be changed");
    const uri = Object.assign(new URL(database.url), { username: "app", password: "secret" }).href;
    pool = createPool({ uri, connectionLimit: size });
  });
  afterEach(() => pool?.end());

  const fill = async (text = "select 1") => {
    const all = await Promise.all(Array.from({ length: size }, () => pool.getConnection()));
    for (const one of all) await one.query(text);
    for (const one of all) one.release();
  };
  it("do not tell a reader that its place is gone, which it had from a server that is ahead, until they take writes", async () => {
    const storage = mysqlAdapter({ pool });
    const ahead = [{ partition: 1, seq: 1_000_000, digest: "0".repeat(22) }];
    await admin.query("set global read_only = 1");
    await expect(storage.readFeed({ after: ahead, limit: 1 })).rejects.toMatchObject({
      failure: "transient",
      message: expect.stringContaining("takes no writes, and lacks entries"),
    });
    await admin.query("set global read_only = 0");
    expect(await storage.readFeed({ after: ahead, limit: 1 })).toEqual({ status: "reset" });
    await storage.close();
  });

  it.each(["set global transaction read only", "set session transaction read only"])(
    "of a whole pool, read-only by %s, are replaced by the first write, and nothing is applied twice",
    async (text) => {
      const slots = free.splice(0, 3);
      const storage = mysqlAdapter({ pool });
      if (text.includes("global")) {
        await admin.query(text);
        await fill();
        await admin.query("set global transaction read write");
      } else await fill(text);
      const keys = [{ kind: "slot", id: slots[0]?.id ?? "" }] as const;
      expect(await storage.load(keys)).toEqual([slots[0]]);
      const booked = await Promise.all(slots.map((slot) => storage.commit([booking(slot)])));
      expect(booked).toEqual(slots.map(() => committed));
      const journal = await journalOf(storage, { record: keys[0], limit: 9 });
      expect(journal.map(({ version }) => version)).toEqual([1, 2]);
    },
  );

  it.each(engine === "mysql" ? ["read_only", "super_read_only"] : ["read_only"])(
    "are discarded if the server has %s, which a fresh session confirms, and work when it is off",
    async (variable) => {
      const slot = free.pop() ?? slotAt(0);
      const storage = mysqlAdapter({ pool });
      await fill();
      let opened = 0;
      pool.on("connection", () => {
        opened += 1;
      });
      await admin.query(`set global ${variable} = 1`);
      await expect(storage.commit([booking(slot)])).rejects.toMatchObject({
        failure: "read_only",
        cause: { errno: 1290 },
      });
      // All that were idle, and a fresh one.
      expect(opened).toBe(1);
      await admin.query(`set global ${variable} = 0`);
      await admin.query("set global read_only = 0");
      expect(await storage.commit([booking(slot)])).toEqual(committed);
    },
  );

  it("are replaced in transaction(), unless a fresh one is read-only, too", async () => {
    const [slot = slotAt(0), other = slotAt(0)] = free.splice(0, 2);
    const storage = mysqlAdapter({ pool });
    await storage.storeSettings({ overlapScope: "facility", idempotencyScope: "actor" });
    const engine = createEngine({ storage });
    await fill("set session transaction read only");
    let runs = 0;
    const book = (slotId: string) =>
      engine.transaction(async ({ engine: inside }) => {
        runs += 1;
        return inside.book({ actor: { kind: "patient", id: "p" }, slotId, subjectId: "p" });
      });
    await book(slot.id);
    // Each session of the pool, and a fresh one.
    expect(runs).toBe(size + 1);
    await admin.query("set global read_only = 1");
    await expect(book(other.id)).rejects.toMatchObject({ code: "storage_read_only" });
    await admin.query("set global read_only = 0");
    await book(other.id);
  });

  it("are not used at all if the URI names several servers: it waits for one that takes writes", async () => {
    const [slot, other] = free.splice(0, 2) as [typeof slotOfHost, typeof slotOfHost];
    const url = Object.assign(new URL(database.url), { username: "app", password: "secret" });
    // Nothing listens on the first.
    const storage = mysqlAdapter({ uri: url.href.replace(url.host, `127.0.0.1:1,${url.host}`) });
    expect(await storage.commit([booking(slot)])).toEqual(committed);
    await storage.close();
    const later = mysqlAdapter({ uri: url.href.replace(url.host, `${url.host},127.0.0.1:1`) });
    await admin.query("set global read_only = 1");
    const call = later.load([{ kind: "slot", id: slot.id }]);
    const says = /^No server of the database 127.0.0.1:\d+,127.0.0.1:1\/\w+ takes writes: /;
    await expect(call).rejects.toMatchObject({ failure: "transient", message: expect.stringMatching(says) });
    await admin.query("set global read_only = 0");
    expect(await later.commit([booking(other)])).toEqual(committed);
    await later.close();
  });

  it("leave a host's transaction where it is: it is not tried anywhere else", async () => {
    const connection = await pool.getConnection();
    await connection.query("start transaction read only");
    const inside = mysqlAdapter({ pool }).within(connection);
    await expect(inside.commit([booking(slotOfHost)])).rejects.toMatchObject({ failure: "read_only" });
    await connection.rollback();
    expect(await connection.query("select 1")).toBeDefined();
    connection.release();
  });
});

describe("error 1290 of another option", () => {
  const error = Object.assign(
    new Error("The MySQL server is running with the --secure-file-priv option so it cannot execute this statement"),
    { errno: 1290 },
  );

  it("says nothing of the session's role", () => {
    expect(isReadOnlySession(error)).toBe(false);
    expect(toStorageError(error, { databaseName: "db", during: "commit" }).failure).toBe("unavailable");
  });
});
