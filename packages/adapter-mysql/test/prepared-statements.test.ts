import { booking, creation, slotAt } from "@slotwright/conformance";
import type { Warning } from "@slotwright/core";
import { type OwnServer, startOwnServer, type TestDatabase } from "@slotwright/test-servers";
import { noServer } from "@slotwright/test-servers/vitest";
import callbacks from "mysql2";
import { createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toStorageError } from "../src/errors.ts";
import { mysqlAdapter } from "../src/index.ts";

const slot = slotAt(0);
const key = { kind: "slot", id: slot.id } as const;

describe.each(["mariadb", "mysql"] as const)("prepared statements of a %s server of the test's own", (engine) => {
  let server: OwnServer | undefined;
  let database: TestDatabase;

  beforeAll(async () => {
    server = await startOwnServer(engine);
    if (server === undefined) return;
    database = await server.createDatabase();
    const storage = mysqlAdapter({ uri: database.url });
    await storage.migrate();
    await storage.commit([creation(slot)]);
    await storage.close();
  });
  afterAll(async () => {
    await server?.stop();
  });

  it("are no longer used if the server keeps no more of them, and a warning names the setting", async ({ skip }) => {
    if (server === undefined) return skip(noServer(engine));
    const warnings: Warning[] = [];
    const call = { onWarning: (warning: Warning) => void warnings.push(warning) };
    const admin = await createConnection(database.url);
    const storage = mysqlAdapter({ uri: database.url });
    await admin.query("set global max_prepared_stmt_count = 0");
    expect(await Promise.all([1, 2, 3].map(() => storage.load([key], call)))).toEqual([[slot], [slot], [slot]]);
    const host = await createConnection(database.url);
    await host.beginTransaction();
    const inside = mysqlAdapter({ uri: database.url }).within(host);
    expect(await inside.commit([booking(slot)], call)).toEqual([{ status: "committed" }]);
    await host.rollback();
    await host.end();
    expect(warnings).toMatchObject(
      ["once", "of the other adapter"].map(() => ({
        code: "statement_names_refused",
        message: expect.stringContaining("max_prepared_stmt_count"),
      })),
    );
    await admin.query("set global max_prepared_stmt_count = 16382");
    expect(await storage.load([key])).toEqual([slot]);
    await storage.close();
    await admin.end();
  });

  it("that the server has forgotten are transient, and the connection is closed", async ({ skip }) => {
    if (server === undefined) return skip(noServer(engine));
    const pool = callbacks.createPool({ uri: database.url, connectionLimit: 1 });
    const used: { connection: callbacks.PoolConnection; options: callbacks.QueryOptions }[] = [];
    pool.on("connection", (connection) => {
      const execute = connection.execute.bind(connection) as (...args: unknown[]) => unknown;
      (connection as unknown as { execute: unknown }).execute = (...args: unknown[]) => {
        used.push({ connection, options: args[0] as callbacks.QueryOptions });
        return execute(...args);
      };
    });
    const storage = mysqlAdapter({ pool });
    await storage.load([key]);
    const { connection, options } = used.at(-1) as (typeof used)[number];
    // The statement is the one that the adapter uses, because the driver keeps one per text.
    await new Promise<void>((resolve, reject) => {
      connection.prepare(options.sql, () => {});
      connection.prepare(options as never, (error, statement) => {
        if (error) return reject(error);
        statement.close();
        resolve();
      });
    });
    await expect(storage.load([key])).rejects.toMatchObject({
      failure: "transient",
      message: expect.stringContaining("prepared statement"),
      cause: { errno: 1243 },
    });
    expect(await storage.load([key])).toEqual([slot]);
    expect(used.at(-1)?.connection).not.toBe(connection);
    await pool.promise().end();
  });
});

describe("errors that a test cannot provoke", () => {
  const said = (errno: number, message: string) =>
    toStorageError(Object.assign(new Error(message), { errno }), { databaseName: "db", during: "call" });

  it("a statement that must be prepared again is transient", () => {
    expect(said(1615, "Prepared statement needs to be re-prepared").failure).toBe("transient");
  });
  it("a table that changed after a transaction's snapshot is transient", () => {
    expect(said(1412, "Table definition has changed, please retry transaction").failure).toBe("transient");
  });
});
