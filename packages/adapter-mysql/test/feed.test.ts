import { auditFeed, createFeedReader, sampleSchedule, slotAt, transitionOf } from "@slotwright/conformance";
import type { JournalEntry, StorageAdapter } from "@slotwright/core";
import type { Transition } from "@slotwright/core/adapter";
import { createConnection } from "mysql2/promise";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";

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

describeOnEachServer("the feed", (server) => {
  let store: MysqlStore;
  beforeEach(async () => {
    store = await openMysqlStore(server);
  });
  afterEach(() => store.close());

  it.each(["read committed", "repeatable read"])(
    "goes on while all partitions are taken, also in transactions at %s, and nobody waits",
    async (level) => {
      // As many open transactions as there are partitions would have them.
      const taker = await createConnection(store.url);
      // Which locks the rows, and no gap beyond them.
      await taker.query("set transaction isolation level read committed");
      await taker.beginTransaction();
      await taker.query("select * from slotwright_feed_partitions for update");
      const reader = createFeedReader(store.second, 3);
      const hosts = await Promise.all(
        [1, 2, 3].map(async (number) => {
          const host = await store.beginHostTransaction(level);
          return { ...host, entries: await commit(store.storage.within(host.transaction), publication(number)) };
        }),
      );
      const committed = [...(await commit(store.storage, publication(10)))];
      await reader.readToEnd();
      expect(auditFeed(reader.entries, committed)).toEqual([]);
      for (const [index, host] of hosts.entries()) {
        await (index === 1 ? host.rollback() : host.commit());
        if (index !== 1) committed.push(...host.entries);
        committed.push(...(await commit(store.storage, publication(20 + index))));
      }
      await taker.rollback();
      committed.push(...(await commit(store.storage, publication(30))));
      await reader.readToEnd();
      expect(auditFeed(reader.entries, committed)).toEqual([]);
      await taker.end();
    },
  );

  it("keeps to the first partition while commits follow one another, which keeps cursors short", async () => {
    for (let number = 0; number < 10; number++) await commit(store.storage, publication(number));
    const read = await store.second.readFeed({ after: "end", limit: 1 });
    expect(read).toMatchObject({ status: "read", position: [{ partition: 0 }] });
  });
});
