import { setTimeout as sleep } from "node:timers/promises";
import type { HostPool } from "@slotwright/lab/engines";
import type { ServerFault, ServerScene } from "./fault.ts";

const lasting = 700;

function hostPool({ engine, address }: ServerScene, size: number, refusesWaiting: boolean): HostPool {
  const pool = engine.openOnHostPool?.({ address, size, refusesWaiting });
  if (pool === undefined) throw new TypeError(`${engine.title} has no pools.`);
  return pool;
}

/** The host itself takes all connections of the callers' pool for a while. */
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
      // Both the callers that wait and those that were not allowed to wait.
      const without = calls.open() + calls.failed() - before;
      giveBack();
      return without;
    },
  };
}

/** Long enough for the pool to fill up with read-only sessions. */
const demotedFor = 300;

/** Each session of the pool is cut and comes back read-only. Later sessions may write again. */
const demoted: ServerFault = {
  key: "pool.sessions-demoted",
  title: "sessions of the pool may only read, as those to a primary that was demoted, and stay in it, three times",
  open: async (scene) => [hostPool(scene, 5, false)],
  harm: async ({ administration, administrator, proxy }, { storages }) => {
    const [pool] = storages as readonly HostPool[];
    const connection = await administrator();
    for (let round = 0; round < 3; round++) {
      await sleep(20);
      await administration.setNewSessionsReadOnly(connection, true);
      proxy.cutAll();
      await sleep(demotedFor);
      await administration.setNewSessionsReadOnly(connection, false);
    }
    await connection.close();
    return pool?.refusedAsReadOnly() ?? 0;
  },
};

export const poolFaults: readonly ServerFault[] = [
  demoted,
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
