import { describe, expect, it } from "vitest";
import { createEngine, createRelay, type Handover, type JournalEntry, type RelayOptions } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import type { StorageAdapter } from "../src/storage/adapter.ts";
import { actor, hindered, passed, place, slotAt, until } from "./feed-stage.ts";

/** A slot with two entries. */
async function twoVersions(storage: StorageAdapter) {
  const engine = createEngine({ storage });
  const { slots } = await engine.createSlots({ actor, ...place, slots: [slotAt(0)] });
  await engine.block({ actor, slotId: slots[0]?.id ?? "" });
  return engine;
}

function started(storage: StorageAdapter, options: Pick<RelayOptions, "handle"> & Partial<RelayOptions>) {
  const stopping = new AbortController();
  const engine = createEngine({ storage, random: () => 0 });
  const relay = createRelay({ engine, name: "mail", from: "beginning", pollMs: 10, leaseSeconds: 1, ...options });
  const running = relay.run({ signal: stopping.signal });
  const stop = () => {
    stopping.abort();
    return running;
  };
  return { relay, stop };
}

type Settle = (resolve: (value?: unknown) => void, reject: (error: Error) => void) => void;
const failed = () => new Error("It has failed.");

const first: Readonly<Record<"answers" | "fails", Readonly<Record<string, Settle>>>> = {
  answers: {
    "and answers again": (resolve) => [resolve(), resolve()],
    "and fails afterwards": (resolve, reject) => [resolve(), reject(failed())],
    "and throws while it does": (resolve) => {
      resolve();
      throw failed();
    },
    "and both again, much later": (resolve, reject) => {
      resolve();
      setTimeout(() => [resolve(), reject(failed())], 30);
    },
  },
  fails: {
    "and fails again": (_, reject) => [reject(failed()), reject(failed())],
    "and answers afterwards": (resolve, reject) => [reject(failed()), resolve()],
    "and answers much later": (resolve, reject) => {
      reject(failed());
      setTimeout(resolve, 30);
    },
  },
};

/** As a wrapper of callbacks may be that is not a promise of the language: nothing keeps it from settling twice. */
// biome-ignore lint/suspicious/noThenProperty: that it is no promise is what is tried
const thenable = (settle: Settle) => ({ then: settle }) as unknown as Promise<unknown>;

/** Which versions were handed over, with their attempts, when the function does this the first time. */
async function handedOver(settle: Settle): Promise<readonly string[]> {
  const storage = memoryAdapter();
  const engine = await twoVersions(storage);
  const given: string[] = [];
  const handle = ({ version }: JournalEntry, { attempt }: Handover) => {
    given.push(`version ${version}, attempt ${attempt}`);
    return thenable(given.length === 1 ? settle : (resolve) => resolve());
  };
  const { relay, stop } = started(storage, { handle });
  await until(() => given.some((one) => one.startsWith("version 2")));
  // Long enough for what is answered late.
  await passed(80);
  await engine.createSlots({ actor, ...place, slots: [slotAt(30)] });
  await until(() => given.at(-1) === "version 1, attempt 1" && given.length > 1);
  await stop();
  expect(await relay.status()).toMatchObject({ behind: 0, parked: [] });
  return given.slice(0, -1);
}

describe("a handler that settles twice", () => {
  it.each(Object.entries(first.answers))("which answers first %s, has taken the entry, once", async (_, settle) => {
    expect(await handedOver(settle)).toEqual(["version 1, attempt 1", "version 2, attempt 1"]);
  });

  it.each(Object.entries(first.fails))(
    "which fails first %s, is given the entry again, before the next one",
    async (_, settle) => {
      expect(await handedOver(settle)).toEqual([
        "version 1, attempt 1",
        "version 1, attempt 2",
        "version 2, attempt 1",
      ]);
    },
  );
});

describe("a handler that settles after the lease has moved on", () => {
  it.each(["answers", "fails"] as const)(
    "and %s, changes nothing: the next holder is given the entry, and nobody twice what it has taken",
    async (how) => {
      const database = memoryAdapter();
      const engine = await twoVersions(database);
      const { storage, hindrances } = hindered(database);
      const settled = Promise.withResolvers<void>();
      const given: string[] = [];
      const signals: AbortSignal[] = [];
      const away = started(storage, {
        handle: async ({ version }, { token, signal }) => {
          given.push(`${version} with token ${token}`);
          signals.push(signal);
          if (given.length === 1) await settled.promise;
        },
      });
      await until(() => given.length === 1);
      // Its lease ends, since it reaches the database no longer.
      const back = Promise.withResolvers<void>();
      [hindrances.storeRelay, hindrances.readClock] = [() => back.promise, () => back.promise];
      const heir = started(database, {
        handle: async ({ version }, { token }) => void given.push(`${version} with token ${token}`),
      });
      await until(() => given.length === 3);
      expect(given).toEqual(["1 with token 1", "1 with token 2", "2 with token 2"]);
      await until(() => signals[0]?.aborted === true);
      if (how === "answers") settled.resolve();
      else settled.reject(failed());
      [hindrances.storeRelay, hindrances.readClock] = [undefined, undefined];
      back.resolve();
      await passed(150);
      expect(given).toHaveLength(3);
      expect(await heir.relay.status()).toMatchObject({ token: 2, behind: 0, parked: [] });
      await heir.stop();
      await engine.createSlots({ actor, ...place, slots: [slotAt(30)] });
      await until(() => given.length === 4);
      expect(given.at(-1)).toBe("1 with token 3");
      await away.stop();
    },
  );
});
