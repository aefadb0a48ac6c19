import { starvedPoolCases } from "@slotwright/adapter-sql/conformance";
import { createPool } from "mysql2/promise";
import { expect, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";
import { openMysqlStore } from "./mysql-harness.ts";

describeOnEachServer("a host's pool whose connections are all in use", (server) => {
  it.each(starvedPoolCases)("$title", async ({ run }) => {
    const store = await openMysqlStore(server);
    const pool = createPool({ uri: store.url, connectionLimit: 10 });
    const begin = async () => {
      const connection = await pool.getConnection();
      await connection.beginTransaction();
      return async () => {
        await connection.rollback();
        connection.release();
      };
    };
    await run({ storage: mysqlAdapter({ pool }) as never, begin });
    await pool.end();
    await store.close();
  });

  it("and that does not let callers wait, is also named as the reason", async () => {
    const store = await openMysqlStore(server);
    const pool = createPool({ uri: store.url, connectionLimit: 1, waitForConnections: false });
    const connection = await pool.getConnection();
    const storage = mysqlAdapter({ pool });
    await expect(storage.load([{ kind: "slot", id: "x" }])).rejects.toMatchObject({
      failure: "transient",
      poolProblem: expect.stringMatching(/^All 1 connections of the pool.*within\(transaction\).*\(connectionLimit\)/),
    });
    connection.release();
    expect(await storage.load([{ kind: "slot", id: "x" }])).toEqual([undefined]);
    await pool.end();
    await store.close();
  });
});
