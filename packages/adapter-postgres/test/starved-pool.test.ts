import { starvedPoolCases } from "@slotwright/adapter-sql/conformance";
import { Pool } from "pg";
import { expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore } from "./postgres-harness.ts";

describeOnServer("a host's pool whose connections are all in use", (url) => {
  it.each(starvedPoolCases)("$title", async ({ run }) => {
    const store = await openPostgresStore(url());
    // Ten connections are the default.
    const pool = new Pool({ connectionString: url() });
    const begin = async () => {
      const client = await pool.connect();
      await client.query("begin");
      return async () => {
        await client.query("rollback");
        client.release();
      };
    };
    await run({ storage: postgresAdapter({ pool, schema: store.schema }) as never, begin });
    expect(pool.totalCount).toBe(pool.idleCount);
    await pool.end();
    await store.close();
  });

  it("and that does not let callers wait for long, is also named as the reason", async () => {
    const store = await openPostgresStore(url());
    const pool = new Pool({ connectionString: url(), max: 1, connectionTimeoutMillis: 2_000 });
    const client = await pool.connect();
    const storage = postgresAdapter({ pool, schema: store.schema });
    await expect(storage.load([{ kind: "slot", id: "x" }])).rejects.toMatchObject({
      failure: "transient",
      poolProblem: expect.stringMatching(/^All 1 connections of the pool.*within\(transaction\).*\(max\)/),
    });
    client.release();
    expect(await storage.load([{ kind: "slot", id: "x" }])).toEqual([undefined]);
    await pool.end();
    await store.close();
  });
});
