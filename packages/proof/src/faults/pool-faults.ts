import { setTimeout as sleep } from "node:timers/promises";
import type { HostPool } from "../engines/index.ts";
import type { ServerFault, ServerScene } from "./fault.ts";

const lasting = 700;

function hostPool({ engine, address }: ServerScene, size: number, refusesWaiting: boolean): HostPool {
  const pool = engine.openOnHostPool?.({ address, size, refusesWaiting });
  if (pool === undefined) throw new TypeError(`${engine.title} has no pools.`);
  return pool;
}

/** All connections of the callers' pool are taken by the host itself for a while. */
function exhausted(key: string, title: string, refusesWaiting: boolean): ServerFault {
  return {
    key,
    title,
    open: async (scene) => [hostPool(scene, 3, refusesWaiting)],
    harm: async (_, { storages, calls }) => {
      const [pool] = storages as readonly HostPool[];
      await sleep(20);
      const giveBack = await (pool as HostPool).takeAll();
      const before = calls.failed();
      await sleep(lasting);
      // Those that wait, and those that were not let wait.
      const without = calls.open() + calls.failed() - before;
      giveBack();
      return without;
    },
  };
}

export const poolFaults: readonly ServerFault[] = [
  {
    key: "pool.of-one",
    title: "all callers share a pool of one connection, which is cut",
    open: async (scene) => [hostPool(scene, 1, false)],
    harm: async ({ proxy }) => {
      await sleep(30);
      return proxy.cutAll();
    },
  },
  exhausted("pool.exhausted", "the host takes all connections of the pool for a while, and callers wait", false),
  exhausted(
    "pool.exhausted-at-once",
    "the host takes all connections of the pool, and the pool lets nobody wait",
    true,
  ),
];
