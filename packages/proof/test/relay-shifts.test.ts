import { gatedAdapter } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { createMemoryDatabase, memoryAdapter } from "@slotwright/core/memory";
import type { Gate } from "@slotwright/lab/engines";
import { describe, expect, it } from "vitest";
import { type PlayableEngine, playInterleaved } from "../src/histories/interleaved.ts";
import { addTo, emptyTally } from "../src/histories/tally.ts";
import { type Break, withCalls } from "../src/mutants/mutant.ts";
import { relayMutants } from "../src/mutants/relay-mutants.ts";

/** What is found beside some histories by turns on a storage in memory with one flaw. */
async function found(breakIt: Break) {
  const database = createMemoryDatabase();
  const openStorage = () => memoryAdapter({ database }) as StorageAdapter<never>;
  const open = (_: string, gate: Gate) => {
    const storage = breakIt(gatedAdapter(openStorage(), gate) as StorageAdapter<never>);
    return { storage, close: () => storage.close() };
  };
  const engine: PlayableEngine = { openStorage, openGated: { calls: open, statements: open } };
  const tally = emptyTally();
  const violation = await playInterleaved(engine, "memory", {
    level: "calls",
    histories: 40,
    seed: 11,
    onTally: (one) => addTo(tally, one),
  });
  return { problems: violation?.problems.join("\n") ?? "", handedOver: tally.handedOver };
}

const flaw = (key: string) => relayMutants.find((mutant) => mutant.key.includes(key))?.breakIt as Break;

const newestFirst = withCalls((storage) => ({
  async readFeed(query, call) {
    const page = await storage.readFeed(query, call);
    return page.status === "read" ? { ...page, entries: page.entries.toReversed() } : page;
  },
}));

describe("the relays that take turns with the callers of a history", () => {
  it("find nothing wrong with a sound storage, and have handed over what was committed", async () => {
    const { problems, handedOver } = await found((storage) => storage);
    expect(problems).toBe("");
    expect(handedOver).toBeGreaterThan(200);
  });

  it.each<[string, Break, string]>([
    ["marks entries before they are handed over", flaw("marks entries before"), "The relay: lost: "],
    ["ignores the version", flaw("storeRelay ignores the version"), "The relay: handed over again: "],
    ["says that it has stored what it has not", flaw("has stored what it has not"), "The relay: handed over again: "],
    // A holder that does not find its own token stores nothing.
    ["forgets the fencing token", flaw("forgets the fencing token"), "The relay: it does not come to the end"],
    ["gives the newest version first", newestFirst, "The relay: out of order: "],
  ])("find that a storage %s", async (_, breakIt, expected) => {
    expect((await found(breakIt)).problems).toContain(expected);
  });
});
