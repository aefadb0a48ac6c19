import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { type OwnServer, type ServerName, startOwnServer } from "../src/index.ts";
import { query } from "./query.ts";

const versions: Readonly<Record<ServerName, RegExp>> = {
  postgres: /^(?:1[89]|[2-9]\d)\.\d+$/,
  mysql: /^\d+\.\d+\.\d+(?!.*MariaDB)/,
  mariadb: /^1\d\.\d+\.\d+-MariaDB/,
};
const engines = Object.keys(versions) as ServerName[];
// One after another would take the sum of their times.
const servers = await Promise.all(engines.map((engine) => startOwnServer(engine)));

afterAll(() => Promise.all(servers.map((server) => server?.stop())));

describe.each(engines.map((engine, index) => ({ engine, started: servers[index] })))(
  "$engine",
  ({ engine, started }) => {
    const skipped = started === undefined;
    const server = started as OwnServer;

    it.skipIf(skipped)("reports its version and where it came from", () => {
      expect(server.version).toMatch(versions[engine]);
      expect(server.origin).not.toBe("");
    });

    it.skipIf(skipped)("listens on the loopback address, with a password", async () => {
      const url = new URL(server.url);
      expect(url.hostname).toBe("127.0.0.1");
      url.password = "wrong";
      await expect(query(engine, url.href, "SELECT 1")).rejects.toThrow(/password|denied/i);
    });

    it.skipIf(skipped)("creates databases that are empty and isolated from each other", async () => {
      const [left, right] = await Promise.all([server.createDatabase(), server.createDatabase()]);
      await query(engine, left.url, "CREATE TABLE things (id int primary key)");
      await query(engine, right.url, "CREATE TABLE things (id int primary key)");
      await query(engine, left.url, "INSERT INTO things VALUES (1)");
      expect(await query(engine, right.url, "SELECT id FROM things")).toEqual([]);
      await left.drop();
      await expect(query(engine, left.url, "SELECT 1")).rejects.toThrow(/exist|unknown/i);
      expect(await query(engine, right.url, "SELECT id FROM things")).toEqual([]);
      await right.drop();
    });

    it.skipIf(skipped)("commits durably, as in production", async () => {
      const durable: Record<ServerName, [string, Record<string, unknown>]> = {
        postgres: [
          "SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit",
          { fsync: "on", synchronous_commit: "on" },
        ],
        mysql: [
          "SELECT @@innodb_flush_log_at_trx_commit AS flush, @@sync_binlog AS sync, @@log_bin AS binlog",
          { flush: 1, sync: 1, binlog: 1 },
        ],
        mariadb: ["SELECT @@innodb_flush_log_at_trx_commit AS flush", { flush: 1 }],
      };
      const [sql, expected] = durable[engine];
      expect(await query(engine, server.url, sql)).toEqual([expected]);
    });

    it.skipIf(skipped)("keeps port and data across a restart and a crash", async () => {
      const database = await server.createDatabase();
      await query(engine, database.url, "CREATE TABLE things (id int primary key)");
      await query(engine, database.url, "INSERT INTO things VALUES (1)");
      const before = server.process.pid;
      await server.process.restart();
      expect(server.process.pid).not.toBe(before);
      await query(engine, database.url, "INSERT INTO things VALUES (2)");
      await server.process.kill();
      await expect(query(engine, database.url, "SELECT 1")).rejects.toThrow(/ECONNREFUSED/);
      await server.process.restart();
      expect(await query(engine, database.url, "SELECT id FROM things ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }]);
      await database.drop();
    });

    it.skipIf(skipped)("hangs while it is paused, and answers afterwards", async () => {
      // One statement in progress, on a connection of its own, and one from a client that comes later.
      const sleep = engine === "postgres" ? "pg_sleep(0.6)" : "sleep(0.6)";
      const early = query(engine, server.url, `SELECT 1 AS one, ${sleep} AS slept`);
      await wait(100);
      await server.process.pause();
      const late = query(engine, server.url, "SELECT 1 AS one");
      expect(await Promise.race([early, late, wait(800, "silence")])).toBe("silence");
      await server.process.resume();
      expect(await early).toMatchObject([{ one: 1 }]);
      expect(await late).toEqual([{ one: 1 }]);
    });

    it.skipIf(skipped)("leaves no process and no open port when it stops", async () => {
      const { pid } = server.process;
      await server.stop();
      expect(() => process.kill(pid, 0)).toThrow("ESRCH");
      const refused = new Promise((_, reject) =>
        connect(Number(new URL(server.url).port), "127.0.0.1", reject as () => void).on("error", reject),
      );
      await expect(refused).rejects.toThrow("ECONNREFUSED");
    });
  },
);

describe("postgres", () => {
  it.skipIf(servers[0] === undefined)("includes the extension that the overlap guard needs", async () => {
    const server = (await startOwnServer("postgres")) as OwnServer;
    await query("postgres", server.url, "CREATE EXTENSION btree_gist");
    expect(await query("postgres", server.url, "SELECT 'b' < 'A' AS linguistic")).toEqual([{ linguistic: false }]);
    await server.stop();
  });
});
