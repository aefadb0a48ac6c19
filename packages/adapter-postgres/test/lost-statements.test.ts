import { booking, creation, slotAt } from "@slotwright/conformance";
import { createEngine } from "@slotwright/core";
import { Pool, type PoolClient } from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-harness.ts";

const slot = slotAt(0);
const keys = [{ kind: "slot", id: slot.id }] as const;

describeOnServer("prepared statements", (url) => {
  let store: PostgresStore;
  let pool: Pool;
  beforeEach(async () => {
    store = await openPostgresStore(url());
    await store.storage.commit([creation(slot)]);
    pool = new Pool({ connectionString: url(), max: 1 });
  });
  afterEach(async () => {
    await pool.end();
    await store.close();
  });

  const namesOn = async () => (await pool.query<{ name: string }>("select name from pg_prepared_statements")).rows;

  it.each(["deallocate all", "discard all"])("that the host's %s dropped are not missed by any call", async (text) => {
    const storage = postgresAdapter({ pool, schema: store.schema });
    await storage.load(keys);
    await storage.commit([]);
    expect((await namesOn()).length).toBeGreaterThan(0);
    await pool.query(text);
    expect(await storage.load(keys)).toEqual([slot]);
    await pool.query(text);
    expect(await storage.commit([booking(slot)])).toEqual([{ status: "committed" }]);
    expect(await storage.load(keys)).toMatchObject([{ status: "booked" }]);
    // Only the names are given up, not the connection: a host that discards at every release would open one each
    // time.
    expect(await namesOn()).toEqual([]);
  });

  it("that are gone end a host's transaction, which succeeds when repeated on the same connection", async () => {
    const storage = postgresAdapter({ pool, schema: store.schema });
    const host = await pool.connect();
    for (const round of ["prepares", "loses", "repeats"]) {
      if (round === "loses") await host.query("deallocate all");
      await host.query("begin");
      const loaded = storage.within(host).load(keys);
      if (round === "loses") {
        const message = expect.stringMatching(/DISCARD ALL.*repeat all of it/);
        await expect(loaded).rejects.toMatchObject({ failure: "transient", message });
      } else expect(await loaded).toEqual([slot]);
      await host.query("rollback");
    }
    host.release();
  });

  it("that a pooler has given to another connection fail at once, and the message names the option", async () => {
    await postgresAdapter({ pool, schema: store.schema }).load(keys);
    const taken = await namesOn();
    // As behind a pooler in transaction mode: the session that is lent knows the names already.
    const pooled = new Pool({ connectionString: url(), max: 2 });
    pooled.on("connect", (client: PoolClient) => {
      void client.query(taken.map(({ name }) => `prepare ${name} as select 1`).join("; "));
    });
    const storage = postgresAdapter({ pool: pooled, schema: store.schema });
    const began = Date.now();
    await expect(createEngine({ storage }).getSlot(slot.id)).rejects.toMatchObject({
      code: "storage_unavailable",
      cause: { message: expect.stringContaining("preparedStatements: false") },
    });
    expect(Date.now() - began).toBeLessThan(2_000);
    const unnamed = postgresAdapter({ pool: pooled, schema: store.schema, preparedStatements: false });
    expect(await unnamed.load(keys)).toEqual([slot]);
    await pooled.end();
  });
});
