import { auditFeed, createFeedReader, sampleSchedule, slotAt, transitionOf } from "@slotwright/conformance";
import type { JournalEntry, StorageAdapter } from "@slotwright/core";
import type { Transition } from "@slotwright/core/adapter";
import { Pool } from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-harness.ts";

/** A schedule of its own with a slot, so that nobody waits for another one's rows. */
function publication(number: number): Transition {
  const schedule = { ...sampleSchedule, id: `schedule ${number}`, providerId: `provider ${number}` };
  const of = { scheduleId: schedule.id, providerId: schedule.providerId };
  return transitionOf(`publish ${number}`, schedule, slotAt(number * 30, of));
}

async function commit(storage: StorageAdapter, transition: Transition): Promise<readonly JournalEntry[]> {
  expect(await storage.commit([transition])).toEqual([{ status: "committed" }]);
  return transition.journal;
}

describeOnServer("the feed", (url) => {
  let store: PostgresStore;
  beforeEach(async () => {
    store = await openPostgresStore(url());
  });
  afterEach(() => store.close());

  it("goes on beside more open transactions than anyone has planned for, and tells of each when it commits", async () => {
    const pool = new Pool({ connectionString: url(), max: 70 });
    const storage = postgresAdapter({ pool, schema: store.schema });
    const reader = createFeedReader(store.second, 20);
    const open = await Promise.all(
      Array.from({ length: 66 }, async (_, number) => {
        const client = await pool.connect();
        await client.query("begin");
        return { client, entries: await commit(storage.within(client), publication(number)) };
      }),
    );
    const committed = [...(await commit(store.storage, publication(100)))];
    await reader.readToEnd();
    expect(auditFeed(reader.entries, committed)).toEqual([]);
    for (const [index, { client, entries }] of open.entries()) {
      const isKept = index % 3 !== 0;
      await client.query(isKept ? "commit" : "rollback");
      client.release();
      if (isKept) committed.push(...entries);
      committed.push(...(await commit(store.storage, publication(200 + index))));
      if (index % 5 === 0) await reader.read();
    }
    await reader.readToEnd();
    expect(auditFeed(reader.entries, committed)).toEqual([]);
    const late = createFeedReader(store.storage, 7);
    await late.readToEnd();
    expect(auditFeed(late.entries, committed)).toEqual([]);
    await pool.end();
  });

  it("keeps to the first partition while commits follow one another, which keeps cursors short", async () => {
    for (let number = 0; number < 10; number++) await commit(store.storage, publication(number));
    const read = await store.second.readFeed({ after: "end", limit: 1 });
    expect(read).toMatchObject({ status: "read", position: [{ partition: 0 }] });
  });
});
