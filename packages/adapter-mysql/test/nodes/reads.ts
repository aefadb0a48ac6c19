import { setTimeout as wait } from "node:timers/promises";
import { publishAlone } from "@slotwright/adapter-sql/conformance";
import { booking, journalOf, sampleNow, slotAt } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import type { FeedPosition } from "@slotwright/core/adapter";
import { createPool } from "mysql2/promise";
import { expect, it } from "vitest";
import { mysqlAdapter } from "../../src/index.ts";
import type { NodesStage } from "./stage.ts";

const booked = slotAt(100 * 30, { scheduleId: "schedule 100", providerId: "provider 100" });
const open = slotAt(101 * 30, { scheduleId: "schedule 101", providerId: "provider 101" });

const keyOf = (id: string) => ({ kind: "slot", id }) as const;

type Read = (storage: StorageAdapter, before: FeedPosition) => Promise<unknown>;

/** Each shows something that one node has acknowledged. */
const reads: Readonly<Record<string, Read>> = {
  load: (storage) => storage.load([keyOf(booked.id)]),
  "load to show": (storage) => storage.load([keyOf(open.id)], { displayOnly: true }),
  findSlots: (storage) => storage.findSlots({ asOf: sampleNow, providerIds: ["provider 100"], limit: 5 }),
  findOpen: (storage) => storage.findOpen({ asOf: sampleNow, providerIds: ["provider 101"], limit: 5 }),
  findAppointments: (storage) => storage.findAppointments({ providerIds: ["provider 100"], limit: 5 }),
  readJournals: (storage) => journalOf(storage, { record: keyOf(booked.id), limit: 5 }),
  "readFeed from a position": (storage, after) => storage.readFeed({ after, limit: 10 }),
  "readFeed at the end": (storage) => storage.readFeed({ after: "end", limit: 1 }),
  readRelay: (storage) => storage.readRelay("of reads"),
  "a transaction": async (storage) => {
    const { transaction, rollback } = await storage.begin();
    const found = await storage.within(transaction).load([keyOf(open.id)], { displayOnly: true });
    await rollback();
    return found;
  },
};

const answersOf = (storage: StorageAdapter, before: FeedPosition) =>
  Object.fromEntries(Object.entries(reads).map(([name, read]) => [name, read(storage, before)]));

const settled = async (answers: Readonly<Record<string, Promise<unknown>>>) =>
  Object.fromEntries(await Promise.all(Object.entries(answers).map(async ([name, answer]) => [name, await answer])));

async function endOf(storage: StorageAdapter): Promise<FeedPosition> {
  const read = await storage.readFeed({ after: "end", limit: 1 });
  return read.status === "read" ? read.position : [];
}

/** A node that is out of its cluster, and then part of it again, must not answer with what it has. */
export async function refusesReads(
  stage: NodesStage,
  node: number,
  { leave, join }: { readonly leave: string; readonly join: () => Promise<unknown> },
): Promise<void> {
  const [writer, alone] = [stage.storageOf(0), stage.storageOf(node)];
  await settled(answersOf(alone, []));
  await stage.on(node, (connection) => connection.query(leave));
  try {
    await publishAlone(writer, 103);
    const answers = await Promise.allSettled(Object.values(answersOf(alone, [])));
    const refused = { status: "rejected", reason: expect.objectContaining({ failure: "transient" }) };
    expect(answers).toEqual(Object.keys(reads).map(() => refused));
  } finally {
    await join();
  }
  expect(await settled(answersOf(alone, []))).toEqual(await settled(answersOf(writer, [])));
}

export function readsOnNodes(stage: NodesStage): void {
  it("each kind of read waits until its node has what another has acknowledged, and none does with readConsistency: node", async () => {
    const [writer, waits] = [stage.storageOf(0), stage.storageOf(1)];
    const shows = stage.open(1, { readConsistency: "node" });
    const before = await endOf(writer);
    await settled(answersOf(waits, before));
    await stage.whileBehind(1, async (release) => {
      await publishAlone(writer, 100);
      await publishAlone(writer, 101);
      expect(await writer.commit([booking(booked)])).toEqual([{ status: "committed" }]);
      expect(await writer.storeRelay({ name: "of reads", expected: 0, state: {} })).toBe(true);
      const expected = await settled(answersOf(writer, before));
      const old = await settled(answersOf(shows, before));
      for (const name of Object.keys(reads)) expect(old[name], name).not.toEqual(expected[name]);
      const answers = answersOf(waits, before);
      expect(await Promise.race([...Object.values(answers), wait(300, "waits")])).toBe("waits");
      await release();
      expect(await settled(answers)).toEqual(expected);
      expect(await settled(answersOf(stage.storageOf(2), before))).toEqual(expected);
    });
  });

  it("a reader whose cursor is from one node and whose list is from another misses nothing", async () => {
    const shows = stage.open(1, { readConsistency: "node" });
    const listOf = (storage: StorageAdapter) =>
      storage.findSlots({ asOf: sampleNow, providerIds: ["provider 102"], limit: 5 });
    expect(await listOf(shows)).toEqual([]);
    await stage.whileBehind(1, async (release) => {
      await publishAlone(stage.storageOf(0), 102);
      // The cursor has passed what was published, so only the list can show it.
      expect(await endOf(stage.storageOf(0))).not.toEqual([]);
      expect(await listOf(shows)).toEqual([]);
      const waits = listOf(stage.storageOf(1));
      await release();
      expect(await waits).toHaveLength(1);
    });
  });

  it("reads leave the sessions of a pool as they were", async () => {
    const pool = createPool({ uri: stage.urlOf(1), connectionLimit: 1 });
    const { variable, value } = stage.kind.ownWait;
    await pool.query(`set session ${variable} = ?`, [value]);
    const storage = mysqlAdapter({ pool }) as unknown as StorageAdapter;
    await settled(answersOf(storage, []));
    expect((await pool.query(`select @@session.${variable} as waits`))[0]).toEqual([{ waits: value }]);
    await pool.end();
  });

  it("reads are answered on a session that is in a transaction, or begins one with each statement", async () => {
    const pool = createPool({ uri: stage.urlOf(1), connectionLimit: 1 });
    const { variable, value } = stage.kind.ownWait;
    await pool.query(`set session ${variable} = ?, autocommit = 0`, [value]);
    await pool.query("select * from ballast limit 1");
    const storage = mysqlAdapter({ pool }) as unknown as StorageAdapter;
    const answers = await settled(answersOf(storage, []));
    expect(answers).toEqual(await settled(answersOf(stage.storageOf(0), [])));
    const [rows] = await pool.query(`select @@session.${variable} as waits, @@autocommit as autocommit`);
    expect(rows).toEqual([{ waits: value, autocommit: 0 }]);
    await pool.end();
  });
}
