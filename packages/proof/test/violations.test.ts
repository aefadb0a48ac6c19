import { gatedAdapter } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { keyText, type StoredRecord } from "@slotwright/core/adapter";
import { createMemoryDatabase, memoryAdapter } from "@slotwright/core/memory";
import type { Gate } from "@slotwright/lab/engines";
import { describe, expect, it } from "vitest";
import { type PlayableEngine, playInterleaved } from "../src/histories/interleaved.ts";

type Break = (storage: StorageAdapter<never>) => StorageAdapter<never>;

/** A store in memory, with an adapter that breaks a promise. */
function brokenEngine(breakIt: Break): PlayableEngine {
  const database = createMemoryDatabase();
  const openStorage = () => memoryAdapter({ database }) as StorageAdapter<never>;
  const openBroken = (_: string, gate: Gate) => {
    const storage = breakIt(gatedAdapter(openStorage(), gate));
    return { storage, close: () => storage.close() };
  };
  return { openStorage, openGated: { calls: openBroken, statements: openBroken } };
}

/** Loads each record as it was when it was loaded before: a screen that is never up to date. */
const staleReads: Break = (storage) => {
  const before = new Map<string, StoredRecord | undefined>();
  return {
    ...storage,
    async load(keys) {
      const records = await storage.load(keys);
      return keys.map((key, index) => {
        const name = keyText(key);
        const shown = before.has(name) ? before.get(name) : records[index];
        before.set(name, records[index]);
        return shown;
      });
    },
  };
};

/** Acknowledges the blocking of a slot, and stores nothing. */
const lostBlocks: Break = (storage) => ({
  ...storage,
  async commit(transitions) {
    const isLost = transitions.some(({ journal }) => journal.some(({ command }) => command === "block"));
    return isLost ? transitions.map(() => ({ status: "committed" })) : storage.commit(transitions);
  },
});

const forgottenCommands: Break = (storage) => ({
  ...storage,
  commit: (transitions) =>
    storage.commit(
      transitions.map((one) => ({ ...one, command: { ...one.command, id: `${one.command.id}${Math.random()}` } })),
    ),
});

/** Writes no agendas, so that two commands that look at the same time of somebody do not meet. */
const withoutAgendas: Break = (storage) => ({
  ...storage,
  commit: (transitions) =>
    storage.commit(transitions.map((one) => ({ ...one, put: one.put.filter(({ kind }) => kind !== "agenda") }))),
});

const options = { level: "calls", histories: 200, seed: 3, onTally: () => {} } as const;

describe("an adapter that breaks a promise is detected within 200 histories", () => {
  // With some seeds, a history takes minutes to shrink.
  it.each([
    ["shows what was, not what is", staleReads, 3],
    ["acknowledges and stores nothing", lostBlocks, 3],
    ["forgets which commands took effect", forgottenCommands, 3],
    ["does not write agendas", withoutAgendas, 4],
  ])("where it %s", async (_, breakIt, seed) => {
    const violation = await playInterleaved(brokenEngine(breakIt), "memory", { ...options, seed });
    expect(violation?.problems.join("\n")).toContain("Not linearizable: no order of these");
  });

  it("and the printed arguments reproduce it", async () => {
    const violation = await playInterleaved(brokenEngine(lostBlocks), "memory", options);
    expect(violation?.replay).toMatch(/^--level calls --seed 3 --path [\d:]+$/);
    const path = violation?.replay.split(" ").at(-1) as string;
    const again = { ...options, histories: 1, path };
    expect(await playInterleaved(brokenEngine(lostBlocks), "memory", again)).toBeDefined();
  });

  it("while a sound one passes", async () => {
    expect(
      await playInterleaved(
        brokenEngine((storage) => storage),
        "memory",
        options,
      ),
    ).toBeUndefined();
  });
});
