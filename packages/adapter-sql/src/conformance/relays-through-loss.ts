import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { createEngine, createRelay, type Engine, isBookingError, type StorageAdapter } from "@slotwright/core";
import { StorageError } from "@slotwright/core/adapter";

type Storage = StorageAdapter<never>;

/** Relays that run while commits are lost. */
export interface RelaysThrough {
  readonly names: readonly string[];
  /** Waits until each has what is committed now: one has stored it as handed over, the other one is handing it over. */
  readonly haveRead: () => Promise<void>;
  /** The relays do not reach the database meanwhile. */
  readonly whileAway: (work: () => Promise<void>) => Promise<void>;
  /** The same, and afterwards they have the storage that this resolves with. */
  readonly moveBy: (restore: () => Promise<Storage>) => Promise<Storage>;
  /** Waits until both are told of the loss. */
  readonly end: () => Promise<void>;
}

/** The first entries, which a backup has. */
const keptEntries = 5;
/** Those that are lost. */
const lostEntries = 3;

/** Starts them, and waits until they have stored that everything is handed over. */
export async function relaysThrough(storage: Storage): Promise<RelaysThrough> {
  const { reached, whileAway, moveBy } = movable(storage);
  const answers = Promise.withResolvers<void>();
  let underWay = 0;
  const quick = started(reached, "quick", async () => {});
  const slow = started(reached, "slow", async () => {
    underWay += 1;
    if (underWay > keptEntries) await answers.promise;
  });
  const hasStored = async (relay: typeof quick) => (await relay.status()).behind === 0;
  for (const relay of [quick, slow]) await until(() => hasStored(relay));
  return {
    names: ["quick", "slow"],
    whileAway,
    moveBy,
    haveRead: () => until(async () => (await hasStored(quick)) && underWay === keptEntries + lostEntries),
    async end() {
      answers.resolve();
      for (const { running } of [quick, slow]) assert.ok(isBookingError(await running, "feed_reset"));
    },
  };
}

/** Its lease lasts far longer than the test: it is not stored again by itself, and nobody can wait for its end. */
function started(storage: Storage, name: string, handle: () => Promise<void>) {
  const engine = createEngine({ storage }) as Engine;
  const relay = createRelay({ engine, name, from: "beginning", pollMs: 20, leaseSeconds: 3_600, handle });
  const running = relay.run().catch((error: unknown) => error);
  return { status: relay.status, running };
}

/** A storage whose database moves. */
function movable(storage: Storage) {
  let current = storage;
  let isAway = false;
  let underWay = 0;

  async function proceed(name: string, given: readonly unknown[]): Promise<unknown> {
    if (isAway) throw new StorageError("unavailable", "The database is away.");
    underWay += 1;
    try {
      return await Reflect.apply(current[name as keyof Storage] as (...given: unknown[]) => unknown, current, given);
    } finally {
      underWay -= 1;
    }
  }

  async function whileAway(work: () => Promise<void>): Promise<void> {
    isAway = true;
    await until(async () => underWay === 0);
    await work();
    isAway = false;
  }

  const entries = Object.entries(storage).map(([name, member]): [string, unknown] => [
    name,
    typeof member === "function" ? (...given: unknown[]) => proceed(name, given) : member,
  ]);
  return {
    reached: Object.fromEntries(entries) as unknown as Storage,
    whileAway,
    async moveBy(restore: () => Promise<Storage>): Promise<Storage> {
      await whileAway(async () => {
        current = await restore();
      });
      return current;
    },
  };
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const began = performance.now(); !(await isSo()); await pause(10)) {
    assert.ok(performance.now() - began < 20_000, "The relays do not come so far.");
  }
}
