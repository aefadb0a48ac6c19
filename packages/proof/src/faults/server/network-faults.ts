import { setTimeout as sleep } from "node:timers/promises";
import { type FaultProxy, type ProxyFault, runs } from "@slotwright/test-servers/proxy";
import type { CallersAtWork, ServerFault, ServerScene } from "./fault.ts";

/** What commits a batch: one statement on PostgreSQL, one call on MySQL and MariaDB. */
const commits = runs(/commit/i);
const loads = runs(/^(with|select|\()/i);

/** Milliseconds for which a fault lasts. */
const lasting = 700;

async function strike({ proxy }: ServerScene, { ended }: CallersAtWork, fault: ProxyFault): Promise<number> {
  const injected = proxy.inject(fault);
  await Promise.race([injected.whenHit, ended]);
  injected.disarm();
  return injected.hit === undefined ? 0 : 1;
}

/** Resolves when the n-th commit from now on has just been sent to the server: with 1, or with 0 if there was none. */
export function onceCommitting(scene: ServerScene, work: CallersAtWork, nth: number): Promise<number> {
  return strike(scene, work, { when: commits, nth, point: "after-forward-unanswered", action: { delayMs: 0 } });
}

/** The same, but the answer never gets through. To be followed by `cutAll`: the connection stays silent until then. */
export function onceCommittingUnheard(scene: ServerScene, work: CallersAtWork, nth: number): Promise<number> {
  return strike(scene, work, { when: commits, nth, point: "after-forward-unanswered", action: "swallow" });
}

type At = Pick<ServerFault, "key" | "title"> & { readonly fault: Omit<ProxyFault, "nth"> };

/** Strikes the third commit, and the tenth after it. */
function strikingTwice({ key, title, fault }: At): ServerFault {
  return {
    key,
    title,
    harm: async (scene, work) => {
      const first = await strike(scene, work, { ...fault, nth: 3 });
      return first + (await strike(scene, work, { ...fault, nth: 10 }));
    },
  };
}

const atCommit: readonly At[] = [
  {
    key: "network.cut-before-commit",
    title: "the connection is cut before the commit reaches the server",
    fault: { when: commits, point: "before-forward", action: "cut" },
  },
  {
    key: "network.reset-before-commit",
    title: "the connection is reset before the commit reaches the server",
    fault: { when: commits, point: "before-forward", action: "reset" },
  },
  {
    key: "network.cut-during-commit",
    title: "the connection is cut while the server commits",
    fault: { when: commits, point: "after-forward-unanswered", action: "cut" },
  },
  {
    key: "network.cut-after-commit",
    title: "the server has committed, and its answer is lost",
    fault: { when: commits, point: "after-forward", action: "cut" },
  },
  {
    key: "network.reset-after-commit",
    title: "the server has committed, and the connection is reset in place of its answer",
    fault: { when: commits, point: "after-forward", action: "reset" },
  },
  {
    key: "network.cut-mid-answer",
    title: "the connection is cut in the middle of the answer to a commit",
    fault: { when: commits, point: "mid-answer", action: "cut" },
  },
  {
    key: "network.cut-mid-result",
    title: "the connection is cut in the middle of a result",
    fault: { when: loads, point: "mid-answer", action: "cut" },
  },
  {
    key: "network.late-commit",
    title: "a commit reaches the server late",
    fault: { when: commits, point: "before-forward", action: { delayMs: lasting } },
  },
  {
    key: "network.late-answer",
    title: "the answer to a commit comes late",
    fault: { when: commits, point: "after-forward", action: { delayMs: lasting } },
  },
];

/** Silent until the network notices that the other side is gone. */
const swallowed = (key: string, title: string, point: ProxyFault["point"]): ServerFault => ({
  key,
  title,
  harm: async (scene, work) => {
    const hits = await strike(scene, work, { when: commits, nth: 3, point, action: "swallow" });
    await sleep(lasting);
    scene.proxy.cutAll();
    return hits;
  },
});

/** All ways to the server: of the callers, and of those beside them. */
const proxiesOf = ({ proxy, beside }: ServerScene) => [proxy, beside.reader.proxy, beside.relay.proxy];

function breakOff(proxy: FaultProxy): void {
  proxy.refuse();
  proxy.cutAll();
  proxy.resume();
}

export const networkFaults: readonly ServerFault[] = [
  ...atCommit.map(strikingTwice),
  swallowed(
    "network.swallowed-commit",
    "a commit vanishes without a word, and the connection breaks later",
    "before-forward",
  ),
  swallowed(
    "network.swallowed-answer",
    "the answer to a commit vanishes, and the connection breaks later",
    "after-forward",
  ),
  {
    key: "network.silence",
    title: "the network goes silent for a while, and comes back",
    harm: async (scene, { calls }) => {
      const proxies = proxiesOf(scene);
      await sleep(20);
      for (const proxy of proxies) proxy.pause();
      await sleep(lasting);
      const hanging = calls.open();
      for (const proxy of proxies) proxy.resume();
      return hanging;
    },
  },
  {
    key: "network.partition",
    title: "the network goes silent, all connections break, and new ones are refused for a while",
    harm: async (scene, { calls }) => {
      const proxies = proxiesOf(scene);
      await sleep(20);
      for (const proxy of proxies) proxy.pause();
      await sleep(100);
      const before = calls.failed();
      for (const proxy of proxies) breakOff(proxy);
      await sleep(lasting);
      const failed = calls.failed() - before;
      await Promise.all(proxies.map((proxy) => proxy.accept()));
      return failed;
    },
  },
];
