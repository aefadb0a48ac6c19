import {
  fillSecondPartition,
  goesOnAfterDeletion,
  keepsToFirstPartition,
  publishAlone,
  resetsForeignPosition,
} from "@slotwright/adapter-sql/conformance";
import { auditFeed, createFeedReader } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { Pool } from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore, withClient } from "./postgres-harness.ts";

describeOnServer("the feed", (url) => {
  let store: PostgresStore;
  beforeEach(async () => {
    store = await openPostgresStore(url());
  });
  afterEach(() => store.close());

  it("goes on beside more open transactions than anyone has planned for, and gives the entries of each when it commits", async () => {
    const pool = new Pool({ connectionString: url(), max: 70 });
    const storage = postgresAdapter({ pool, schema: store.schema });
    const reader = createFeedReader(store.second, 20);
    const open = await Promise.all(
      Array.from({ length: 66 }, async (_, number) => {
        const client = await pool.connect();
        await client.query("begin");
        return { client, entries: await publishAlone(storage.within(client), number) };
      }),
    );
    const committed = [...(await publishAlone(store.storage, 100))];
    await reader.readToEnd();
    expect(auditFeed(reader.entries, committed)).toEqual([]);
    for (const [index, { client, entries }] of open.entries()) {
      const isKept = index % 3 !== 0;
      await client.query(isKept ? "commit" : "rollback");
      client.release();
      if (isKept) committed.push(...entries);
      committed.push(...(await publishAlone(store.storage, 200 + index)));
      if (index % 5 === 0) await reader.read();
    }
    await reader.readToEnd();
    expect(auditFeed(reader.entries, committed)).toEqual([]);
    const late = createFeedReader(store.storage, 7);
    await late.readToEnd();
    expect(auditFeed(late.entries, committed)).toEqual([]);
    await pool.end();
  });

  it("keeps to the first partition while commits follow one another, which keeps cursors short", () =>
    keepsToFirstPartition(store.storage, store.second));

  it("resets a position of another database by the first read, whatever its page", async () => {
    const other = await openPostgresStore(url());
    await resetsForeignPosition(store, other).finally(() => other.close());
  });

  it("is told to readers who stand before old entries that were deleted as the guide says, and goes on for the others", async () => {
    await withClient(store.url, async (owner) => {
      await owner.query(`set search_path = ${store.schema}`);
      const storage = store.storage as StorageAdapter<never>;
      const fillElsewhere = (at: Date) => fillSecondPartition(store, { from: 40, to: 44, at });
      await goesOnAfterDeletion({ storage, fillElsewhere, run: (sql) => owner.query(sql) }, "postgres");
    });
  });
});
