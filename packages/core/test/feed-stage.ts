import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Engine, LiveSlots, StorageAdapter } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { StorageError, type StorageFailure } from "../src/storage/storage-error.ts";

export const actor = { kind: "test", id: "t" };
export const place = { providerId: "p", facilityId: "f" };

const start = Date.UTC(2027, 2, 22, 8);
export const minutes = (count: number): Date => new Date(start + count * 60_000);
export const slotAt = (at: number) => ({ start: minutes(at), end: minutes(at + 30) });

/** A clock that stands until it is moved. */
export function movableClock() {
  let now = minutes(0);
  return {
    now: () => now,
    sleep: async () => {},
    advance(count: number): void {
      now = new Date(now.getTime() + count * 60_000);
    },
  };
}

export const passed = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(isSo: () => boolean): Promise<void> {
  for (const began = performance.now(); !isSo(); await passed(1)) {
    if (performance.now() - began > 10_000) throw new Error("It has not come about.");
  }
}

/** Waits until live slots stand where the feed ends. */
export async function caughtUpWith(engine: Engine, live: LiveSlots): Promise<void> {
  const { cursor } = await engine.changes({ after: "end" });
  await until(() => live.freshness().cursor === cursor);
}

/** A storage of which some calls fail, or wait, for as long as somebody says so. */
export function hindered(storage: StorageAdapter = memoryAdapter()) {
  const hindrances: { [Name in keyof StorageAdapter]?: (() => Promise<void>) | undefined } = {};
  const calls: string[] = [];
  const entries = Object.entries(storage).map(([name, call]): [string, unknown] => {
    if (typeof call !== "function") return [name, call];
    const hindering = async (...given: unknown[]) => {
      calls.push(name);
      await hindrances[name as keyof StorageAdapter]?.();
      return Reflect.apply(call as (...given: unknown[]) => unknown, storage, given);
    };
    return [name, hindering];
  });
  return { storage: Object.fromEntries(entries) as unknown as StorageAdapter, hindrances, calls };
}

export async function failWith(failure: StorageFailure): Promise<never> {
  throw new StorageError(failure, "The test says so.");
}

/** Bytes that this process holds on the heap and in typed arrays, garbage left out. */
export function heldMemory(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
