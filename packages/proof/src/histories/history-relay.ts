import { setTimeout as sleep } from "node:timers/promises";
import { journalsOf, type Performance, placesOfWorld, providersOfWorld } from "@slotwright/conformance";
import { createEngine, createRelay, type JournalEntry, type StorageAdapter } from "@slotwright/core";
import { auditRelay, countHandedOver } from "../faults/beside/handovers.ts";
import { pollMs } from "../faults/beside/poll.ts";
import { type Handed, handedOver, problemsOfHanded } from "./handed-entries.ts";

/** A relay that works beside the callers of one history after another. */
export interface HistoryRelay {
  /**
   * What is wrong, as sentences, about what it has handed over of a history: an acknowledged command without an entry, a
   * refused one with an entry, and entries that are lost, repeated or out of order. To be called when the callers are
   * done. It waits until the relay has come so far.
   */
  readonly problemsOf: (performance: Performance, observer: StorageAdapter) => Promise<readonly string[]>;
  /** How many entries it has handed over since the last call. */
  readonly count: () => number;
  readonly end: () => Promise<void>;
}

/** Begins with what happens from now on. Resolves when the relay has its place. */
export async function startHistoryRelay(
  storage: StorageAdapter,
  name: string,
  patienceMs = 30_000,
): Promise<HistoryRelay> {
  const ending = new AbortController();
  let handed: Handed[] = [];
  let failure: unknown;
  const relay = createRelay({
    engine: createEngine({ storage }),
    name,
    pollMs,
    async handle(entry, { token }) {
      const one = handedOver(entry, token);
      handed.push(one);
      // Others go on meanwhile, so that the order is not that of the calls by itself.
      await sleep(Math.random() * 2);
      one.isDone = true;
    },
  });
  const running = relay.run({ signal: ending.signal }).catch((error: unknown) => {
    failure = error;
  });
  while (failure === undefined && (await relay.status()).token === 0) await sleep(1);

  /** Waits until these were answered for. What is not there after all is reported as lost. */
  async function upTo(entries: readonly JournalEntry[]): Promise<void> {
    const latest = Date.now() + patienceMs;
    const isThere = () => {
      const done = new Set(handed.filter(({ isDone }) => isDone).map(({ entry }) => nameOf(entry)));
      return entries.every((entry) => done.has(nameOf(entry)));
    };
    while (failure === undefined && !isThere() && Date.now() < latest) await sleep(2);
  }

  return {
    async problemsOf(performance, observer) {
      const { world } = performance;
      const committed = await journalsOf(observer, { providerIds: providersOfWorld(world) }, placesOfWorld(world));
      await upTo(committed);
      const ended = failure === undefined ? [] : [`The relay: it ended: ${String(failure)}`];
      return [...ended, ...problemsOfHanded(handed, performance, (ofWorld) => auditRelay(ofWorld, committed))];
    },
    count() {
      const count = countHandedOver(handed);
      handed = [];
      return count;
    },
    async end() {
      ending.abort();
      await running;
    },
  };
}

const nameOf = ({ recordKind, recordId, version }: JournalEntry) => `${recordKind} ${recordId} ${version}`;
