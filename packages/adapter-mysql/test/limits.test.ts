import { createHash } from "node:crypto";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { booking, creation, slotAt } from "@slotwright/conformance";
import { createConnection, createPool } from "mysql2/promise";
import { describe, expect, it } from "vitest";
import { toStorageError } from "../src/errors.ts";
import { mysqlAdapter } from "../src/index.ts";
import { tooOld } from "../src/strategy.ts";
import { describeOnEachServer } from "./each-server.ts";
import { openMysqlStore } from "./mysql-harness.ts";

const slot = slotAt(0);
const key = { kind: "slot", id: slot.id } as const;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describeOnEachServer("a pool of the adapter's own", (server) => {
  it("waits for a connection no longer than connectTimeout, and serves the next one", async () => {
    const store = await openMysqlStore(server);
    await store.storage.commit([creation(slot)]);
    const storage = mysqlAdapter({ uri: `${store.url}?connectionLimit=1&connectTimeout=300` });
    await storage.load([key]);
    const admin = await createConnection(store.url);
    await admin.beginTransaction();
    // A lock that the commit cannot see before it waits for it.
    await admin.query("insert into slotwright_commands values (?, 'h', '1', null)", [booking(slot).command.id]);
    const held = storage.commit([booking(slot)]);
    const error = await storage.load([key]).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      failure: "transient",
      message: expect.stringMatching(/within [345]\d\d ms.*connectionLimit/),
    });
    await admin.rollback();
    expect(await held).toEqual([{ status: "committed" }]);
    for (let round = 0; round < 3; round++) expect(await storage.load([key])).toMatchObject([{ status: "booked" }]);
    await storage.close();
    await admin.end();
    await store.close();
  });

  it("migrates under one lock per database, whatever the database's name and the session's SQL mode", async () => {
    const name = `o'dd\\name"${Date.now() % 1e6}`;
    const admin = await createConnection(server.url);
    await admin.query(`create database \`${name}\``);
    const lock = `slotwright:${createHash("sha256").update(`${name}:slotwright_`).digest("hex").slice(0, 40)}`;
    for (const mode of ["", "NO_BACKSLASH_ESCAPES"]) {
      await admin.query("select get_lock(?, 1)", [lock]);
      const pool = createPool({ uri: server.url, connectionLimit: 1 });
      await pool.query("set sql_mode = ?", [mode]);
      const storage = mysqlAdapter({ pool, database: name, tablePrefix: `slotwright_` });
      let done = false;
      const migrated = storage.migrate().finally(() => {
        done = true;
      });
      await pause(300);
      expect(done).toBe(false);
      await admin.query("select release_lock(?)", [lock]);
      expect(await migrated).toMatchObject({ from: 0, to: 1 });
      expect(await storage.commit([creation(slot)])).toEqual([{ status: "committed" }]);
      expect(await storage.commit([booking(slot)])).toEqual([{ status: "committed" }]);
      await pool.end();
      await admin.query(`drop database \`${name}\``);
      await admin.query(`create database \`${name}\``);
    }
    await admin.query(`drop database \`${name}\``);
    await admin.end();
  });
});

describe("a server", () => {
  it("that accepts connections and never answers is transient after connectTimeout", async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => void sockets.push(socket));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    const storage = mysqlAdapter({ uri: `mysql://u:secret@127.0.0.1:${port}/db?connectTimeout=300` });
    const error = await storage.load([key]).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      failure: "transient",
      message: expect.stringMatching(/did not answer.*connectTimeout/),
    });
    await storage.close();
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it.each([
    ["5.7.44-log", "MySQL 5.7.44-log", "MySQL 8.0.17"],
    ["8.0.16", "MySQL 8.0.16", "MySQL 8.0.17"],
    ["8.0.11-TiDB-v7.5.1", "MySQL 8.0.11-TiDB-v7.5.1", "MySQL 8.0.17"],
    ["10.5.29-MariaDB-1:10.5.29+maria~ubu2004", "MariaDB 10.5.29-MariaDB-1:10.5.29+maria~ubu2004", "MariaDB 10.6.0"],
    ["5.5.68-MariaDB", "MariaDB 5.5.68-MariaDB", "MariaDB 10.6.0"],
  ])("of version %s is too old", (version, found, needed) => {
    expect(tooOld(version)).toEqual({ found, needed });
  });

  it("is named where it lacks the collation of the tables", () => {
    const error = { errno: 1273, sqlState: "HY000", message: "Unknown collation: 'utf8mb4_0900_bin'" };
    const { message } = toStorageError(error, { databaseName: "h:1/d", during: "migrate" });
    expect(message).toContain(tooOld("8.0.16")?.needed);
    expect(message).toContain(tooOld("10.5-MariaDB")?.needed.replace(/\.0$/, ""));
  });

  it.each([
    "8.0.17",
    "8.0.36-28",
    "8.4.0",
    "9.7.4-2",
    "10.6.0-MariaDB",
    "10.11.18-MariaDB-0+deb12u1",
    "11.8.2-MariaDB",
  ])("of version %s is not", (version) => {
    expect(tooOld(version)).toBeUndefined();
  });
});
