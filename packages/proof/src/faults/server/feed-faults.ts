import { setTimeout as sleep } from "node:timers/promises";
import { type FaultProxy, type ProxyFault, runs } from "@slotwright/test-servers/proxy";
import { startRelayProcess } from "../beside/relay-process.ts";
import type { BesideStorages } from "../beside/run.ts";
import type { ServerFault, ServerScene } from "./fault.ts";
import { onceCommitting } from "./network-faults.ts";

/** Rows of the feed, rather than only where it ends. */
const feedReads = runs(/feed_partition, (k\.)?seq(,| from)/i);
/** What a relay writes is its place and its lease: one statement on PostgreSQL, and COMMIT on MySQL and MariaDB. */
const relayWrites = runs(/commit/i);

const rounds = 3;
/** Both go on without the callers, so a message to strike comes soon. */
const mostWaitMs = 5_000;

async function strikeNext(proxy: FaultProxy, fault: ProxyFault): Promise<number> {
  const injected = proxy.inject(fault);
  await Promise.race([injected.whenHit, sleep(mostWaitMs, undefined, { ref: false })]);
  injected.disarm();
  return injected.hit === undefined ? 0 : 1;
}

/** The call at which the relay's function hangs, until its process is killed. By then there is more to be handed over. */
const hangsAt = 6;
/** Longer than it takes until a relay has stored how far it is. */
const storedMs = 200;

/** One relay in a process of its own, and one that waits for its lease. */
export async function openRelayProcess(scene: ServerScene, mutant?: string): Promise<BesideStorages> {
  const { engine, engineName, beside } = scene;
  return {
    reader: engine.openStorage(beside.reader.address),
    relays: [engine.openStorage(beside.relay.address)],
    elsewhere: await startRelayProcess({ engine: engineName, address: beside.relay.address, hangsAt, mutant }),
  };
}

/** Faults of those who read the feed and relay it, beside the callers. */
export const feedFaults: readonly ServerFault[] = [
  {
    key: "network.cut-mid-feed",
    title: "connections that read the feed are cut in the middle of the answer",
    harm: async (scene, work) => {
      const { reader, relay } = scene.beside;
      const fault: ProxyFault = { when: feedReads, point: "mid-answer", action: "cut" };
      let struck = 0;
      for (let round = 0; round < rounds; round++) {
        await onceCommitting(scene, work, 1);
        const both = await Promise.all([reader, relay].map(({ proxy }) => strikeNext(proxy, fault)));
        struck += both.reduce((sum, one) => sum + one, 0);
      }
      return struck;
    },
  },
  {
    key: "network.cut-after-relay",
    title: "a relay has stored how far it is, and the answer is lost",
    harm: async ({ beside: { relay } }) => {
      const fault: ProxyFault = { when: relayWrites, point: "after-forward", action: "cut" };
      let struck = 0;
      for (let round = 0; round < rounds; round++) struck += await strikeNext(relay.proxy, fault);
      return struck;
    },
  },
  {
    key: "client.relay-killed",
    title: "a relay's process is killed with SIGKILL while it hands over an entry, and another one takes over",
    openBeside: openRelayProcess,
    harm: async (_, { beside: { elsewhere } }) => {
      if (elsewhere === undefined) return 0;
      const deadline = performance.now() + mostWaitMs;
      while (elsewhere.handovers().length < hangsAt && performance.now() < deadline) await sleep(5);
      await sleep(storedMs);
      await elsewhere.kill();
      return elsewhere.handovers().filter(({ isDone }) => !isDone).length;
    },
  },
];
