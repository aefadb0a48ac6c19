import { expect, it } from "vitest";
import { createEngine, createRelay, type JournalEntry, type StorageAdapter, type Warning } from "../src/index.ts";
import { createMemoryDatabase, memoryAdapter } from "../src/memory/index.ts";
import { actor, passed, place, slotAt, until } from "./feed-stage.ts";

/** Runs a relay whose handler fails until the record is parked, and says what it hands over then. */
async function parkedRelay(change: (read: readonly JournalEntry[]) => readonly JournalEntry[]) {
  const memory = memoryAdapter({ database: createMemoryDatabase() });
  let reads = 0;
  const storage: StorageAdapter = {
    ...memory,
    async readJournals(query) {
      reads += 1;
      return (await memory.readJournals(query)).map(change);
    },
  };
  const warnings: Warning[] = [];
  const engine = createEngine({ storage, random: () => 0, onWarning: (warning) => void warnings.push(warning) });
  const { slots } = await engine.createSlots({ actor, ...place, slots: [slotAt(0)] });
  const slotId = slots[0]?.id ?? "";
  await engine.block({ actor, slotId });
  await engine.unblock({ actor, slotId });
  let isBroken = true;
  const handed: string[] = [];
  const relay = createRelay({
    engine,
    name: "mail",
    from: "beginning",
    pollMs: 10,
    async handle({ version }, { attempt }) {
      // Until all three are parked, behind the first.
      if (isBroken) throw new Error("Not now.");
      handed.push(`version ${version}, attempt ${attempt}`);
    },
  });
  const stopping = new AbortController();
  const running = relay.run({ signal: stopping.signal });
  while ((await relay.status()).parked[0]?.lastVersion !== 3) await passed(5);
  isBroken = false;
  const stop = () => {
    stopping.abort();
    return running;
  };
  const release = (skip = false) => relay.release({ recordKind: "slot", recordId: slotId, skip });
  return { relay, slotId, handed, warnings, release, stop, reads: () => reads };
}

it("a parked entry that a node does not have yet stays parked, and is handed over once it is there", async () => {
  let isBehind = true;
  const { relay, handed, warnings, release, stop, reads } = await parkedRelay((read) => (isBehind ? [] : read));
  await until(() => reads() > 1);
  await passed(100);
  const { parked } = await relay.status();
  expect(parked).toMatchObject([{ fromVersion: 1, lastVersion: 3, attempts: 1 }]);
  expect(parked[0]?.error).toMatch(/lacks version 1.*node that is behind.*with skip/);
  expect(parked[0]?.error.length).toBeLessThanOrEqual(200);
  expect(parked[0]).not.toHaveProperty("unseen");
  isBehind = false;
  await release();
  await until(() => handed.length === 3);
  expect(handed).toEqual(["version 1, attempt 2", "version 2, attempt 1", "version 3, attempt 1"]);
  expect(warnings).toEqual([]);
  await stop();
  expect((await relay.status()).parked).toEqual([]);
});

it("what follows a parked entry on a node that is behind stays parked as well", async () => {
  let isBehind = true;
  const { relay, handed, release, stop } = await parkedRelay((read) =>
    isBehind ? read.filter(({ version }) => version < 3) : read,
  );
  while ((await relay.status()).parked[0]?.fromVersion !== 3) await passed(5);
  expect(handed).toEqual(["version 1, attempt 2", "version 2, attempt 1"]);
  isBehind = false;
  await release();
  await until(() => handed.length === 3);
  await stop();
  expect((await relay.status()).parked).toEqual([]);
});

it("parked entries that were deleted are given up with a warning if a later one is there, and else by release", async () => {
  let gone = [1, 2];
  const { relay, slotId, handed, warnings, stop } = await parkedRelay((read) =>
    read.filter(({ version }) => !gone.includes(version)),
  );
  await until(() => handed.length === 1);
  expect(handed).toEqual(["version 3, attempt 1"]);
  expect(warnings).toMatchObject([
    {
      code: "relay_entries_deleted",
      message: expect.stringMatching(/relay "mail" gives up versions 1 to 2 of the slot ".*see who deletes entries/),
      details: { name: "mail", recordKind: "slot", recordId: slotId, fromVersion: 1, lastVersion: 2 },
    },
  ]);
  await stop();
  expect((await relay.status()).parked).toEqual([]);
  gone = [2];
  const between = await parkedRelay((read) => read.filter(({ version }) => !gone.includes(version)));
  await until(() => between.handed.length === 2);
  expect(between.handed.map((one) => one.split(",")[0])).toEqual(["version 1", "version 3"]);
  expect(between.warnings).toMatchObject([{ details: { fromVersion: 2, lastVersion: 2 } }]);
  await between.stop();
  gone = [1, 2, 3];
  const other = await parkedRelay((read) => read.filter(({ version }) => !gone.includes(version)));
  await until(() => other.reads() > 0);
  expect(await other.release(true)).toBe(true);
  while ((await other.relay.status()).parked.length > 0) await passed(5);
  expect(other.handed).toEqual([]);
  await other.stop();
});
