import { anyPlay, intercepted, type Performance, perform, problemsOf } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import type { FeedEntry } from "@slotwright/core/adapter";
import { createMemoryDatabase, memoryAdapter } from "@slotwright/core/memory";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { startHistoryRelay } from "../src/histories/history-relay.ts";
import { relayMutants } from "../src/mutants/relay-mutants.ts";

type Break = (storage: StorageAdapter<never>) => StorageAdapter<never>;

const ofEntries =
  (change: (entries: readonly FeedEntry[]) => readonly FeedEntry[]): Break =>
  (storage) =>
    intercepted(storage, (target) => ({
      async readFeed(query, call) {
        const read = await target.readFeed(query, call);
        return read.status === "read" ? { ...read, entries: change(read.entries) } : read;
      },
    }));

/** What a relay on such a storage is found to do wrong beside some histories. */
async function found(breakIt: Break, change: (performance: Performance) => Performance = (one) => one) {
  const database = createMemoryDatabase();
  const [observer, ...storages] = [0, 1, 2].map(() => memoryAdapter({ database }) as StorageAdapter);
  if (observer === undefined) throw new Error("There is no observer.");
  const relay = await startHistoryRelay(breakIt(memoryAdapter({ database }) as StorageAdapter<never>), "proof", 300);
  const problems: string[] = [];
  let handedOver = 0;
  for (const [index, play] of fc.sample(anyPlay, { numRuns: 12, seed: 3 }).entries()) {
    const performance = await perform(play, { storages, observer, name: `play ${index}`, inTransactions: true });
    expect(await problemsOf(performance, observer)).toEqual([]);
    problems.push(...(await relay.problemsOf(change(performance), observer)));
    handedOver += relay.count();
    if (problems.length > 0) break;
  }
  await relay.end();
  return { problems: problems.join("\n"), handedOver };
}

const isBooking = ({ entry }: FeedEntry) => entry.command === "book";

describe("the relay beside histories", () => {
  it("finds nothing wrong with a sound one, which has handed over what was committed", async () => {
    const { problems, handedOver } = await found((storage) => storage);
    expect(problems).toBe("");
    expect(handedOver).toBeGreaterThan(50);
  });

  it.each<[string, Break, string]>([
    [
      "an acknowledged command whose entries were not handed over",
      ofEntries((entries) => entries.filter((one) => !isBooking(one))),
      "was acknowledged, and is not in the feed",
    ],
    ["entries that are lost", ofEntries((entries) => entries.slice(1)), "lost: "],
    [
      "versions that are not in order",
      relayMutants.find(({ key }) => key.includes("reverse order"))?.breakIt as Break,
      "out of order: ",
    ],
    [
      "what was never committed",
      ofEntries((entries) =>
        entries.map((one) => ({ ...one, entry: { ...one.entry, version: one.entry.version + 7 } })),
      ),
      "never committed: ",
    ],
  ])("finds %s", async (_, breakIt, expected) => {
    expect((await found(breakIt)).problems).toContain(expected);
  });

  it("finds a refused command with an entry", async () => {
    const refusing = (performance: Performance): Performance => {
      const calls = performance.history.calls.map((call) =>
        call.name === "createSlots" ? { ...call, outcome: refusedAs } : call,
      );
      return { ...performance, history: { ...performance.history, calls } };
    };
    expect((await found((storage) => storage, refusing)).problems).toContain("was refused, and is in the feed");
  });
});

const refusedAs = {
  status: "refused",
  code: "slot_overlap",
  details: {},
} as never as Performance["history"]["calls"][number]["outcome"];
