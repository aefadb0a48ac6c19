import { setTimeout as wait } from "node:timers/promises";
import { publishAlone } from "@slotwright/adapter-sql/conformance";
import { sampleInstant as at, auditFeed, createFeedReader, followFeed } from "@slotwright/conformance";
import { createEngine, type Engine, isBookingError, type StorageAdapter } from "@slotwright/core";
import { type OwnServer, startCluster } from "@slotwright/test-servers";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";

const cluster = await startCluster("galera");
afterAll(() => cluster?.stop());

describe.skipIf(cluster === undefined)("a Galera cluster", () => {
  const nodes = cluster?.nodes as readonly OwnServer[];
  let urls: readonly string[];
  let storages: readonly StorageAdapter[];
  beforeAll(async () => {
    urls = (await cluster?.createDatabase())?.urls ?? [];
    storages = urls.map((uri) => mysqlAdapter({ uri }) as unknown as StorageAdapter);
    await storages[0]?.migrate();
  });
  afterAll(() => Promise.all(storages.map((storage) => storage.close())));

  const storageOf = (node: number) => storages[node] as StorageAdapter;

  async function on<T>(node: number, work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await createConnection(urls[node] as string);
    try {
      return await work(connection);
    } finally {
      await connection.end();
    }
  }

  /** Reads on another node each time. */
  function changingNodes(): StorageAdapter {
    let calls = 0;
    return { ...storageOf(0), readFeed: (query, call) => storageOf(calls++ % 3).readFeed(query, call) };
  }

  it("a reader that comes to a node that lags behind waits for it, and is reset only where a position fits nowhere", async () => {
    await on(1, async (lagging) => {
      // It applies nothing meanwhile.
      await lagging.query("flush tables with read lock");
      await publishAlone(storageOf(0), 1);
      const ahead = createFeedReader(storageOf(0), 10);
      await ahead.readToEnd();
      expect(ahead.entries).not.toEqual([]);
      expect(await storageOf(1).readFeed({ after: "end", limit: 1 })).toMatchObject({ position: [] });
      const read = storageOf(1).readFeed({ after: ahead.position, limit: 10 });
      expect(await Promise.race([read, wait(300, "waits")])).toBe("waits");
      await lagging.query("unlock tables");
      expect(await read).toEqual({ status: "read", entries: [], position: ahead.position });
      const elsewhere = ahead.position?.map((mark) => ({ ...mark, digest: "12345678" })) ?? [];
      expect(await storageOf(1).readFeed({ after: elsewhere, limit: 10 })).toEqual({ status: "reset" });
    });
  });

  it("a reader that changes nodes is given each entry once, while two nodes book and the third is killed and comes back", async () => {
    const engines = [0, 2].map((node) => createEngine({ storage: storageOf(node) }));
    const slotIds = await publishedOn(engines as [Engine, Engine]);
    const follower = await followFeed(changingNodes());
    const before = createFeedReader(storageOf(0), 100);
    await before.readToEnd();
    const halves = [slotIds.slice(0, 20), slotIds.slice(20)] as const;
    await Promise.all(engines.map((engine, index) => bookAll(engine, halves[0], `before ${index}`)));
    await nodes[1]?.process.kill();
    const back = nodes[1]?.process.restart();
    await Promise.all([back, ...engines.map((engine, index) => bookAll(engine, halves[1], `after ${index}`))]);
    const given = [...before.entries, ...(await follower.finish())];
    const committed = createFeedReader(storageOf(1), 100);
    await committed.readToEnd();
    expect(auditFeed(given, committed.entries)).toEqual([]);
    const count = (connection: Connection) =>
      connection.query<RowDataPacket[]>("select count(*) as entries from slotwright_journal");
    for (const node of [0, 1, 2]) expect((await on(node, count))[0]).toEqual([{ entries: given.length }]);
    expect(
      committed.entries.filter(({ fromStatus, toStatus }) => fromStatus === "available" && toStatus === "booked"),
    ).toHaveLength(slotIds.length);
  });
});

/** Publishes slots on one node, and waits until the other has them. */
async function publishedOn([engine, other]: readonly [Engine, Engine]): Promise<readonly string[]> {
  const slots = Array.from({ length: 40 }, (_, index) => ({ start: at(index * 15), end: at(index * 15 + 15) }));
  const actor = { kind: "provider", id: "p" };
  const created = await engine.createSlots({ actor, providerId: "p", facilityId: "f", slots });
  const ids = created.slots.map(({ id }) => id);
  while ((await other.listSlots({ providerIds: ["p"], limit: 100 })).items.length < ids.length) await wait(10);
  return ids;
}

/** Tries to book each slot, as the callers on the other node do. */
async function bookAll(engine: Engine, slotIds: readonly string[], subjectId: string): Promise<void> {
  const actor = { kind: "patient", id: subjectId };
  for (const slotId of slotIds) {
    await engine.book({ actor, slotId, subjectId }).catch((error: unknown) => {
      if (!isBookingError(error, "slot_booked")) throw error;
    });
  }
}
