import { setTimeout as sleep } from "node:timers/promises";
import { auditFeed, journalsOf } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { addTo, type Tally } from "../../histories/tally.ts";
import { auditRelay, countHandedOver, type Handover } from "./handovers.ts";
import { type Reader, startReader } from "./reader.ts";
import { startRelay } from "./relay.ts";
import type { RelayProcess } from "./relay-process.ts";

/** Where those beside the callers get their storages from: connections of their own. */
export interface BesideStorages {
  readonly reader: StorageAdapter<never>;
  /** Of relays that take turns. */
  readonly relays: readonly StorageAdapter<never>[];
  /** One more, in a process of its own, which had the lease before the others were there. */
  readonly elsewhere?: RelayProcess;
}

/** Those who are at work beside the callers of a fault: one who follows the feed, and relays that hand it over. */
export interface Beside {
  /**
   * Lets them come to the end of the feed, ends them, and counts what they had. Resolves with what is wrong about it. To
   * be called when nothing more is committed, and the database is back.
   */
  readonly problems: (observer: StorageAdapter) => Promise<readonly string[]>;
}

/** Lets somebody follow the feed, and relays hand it over, until the work has ended. */
export async function withBeside<T>(
  storages: BesideStorages,
  tally: Tally,
  work: (beside: Beside) => Promise<T>,
): Promise<T> {
  const started = startBeside(storages);
  try {
    return await work({ problems: (observer) => problemsOf(started, tally, observer) });
  } finally {
    await started.end();
    await closeAll(storages);
  }
}

interface Started {
  readonly reader: Reader;
  readonly handovers: () => readonly Handover[];
  /** Why some have given up. */
  readonly failures: () => readonly unknown[];
  readonly end: () => Promise<void>;
}

function startBeside({ reader: ofReader, relays: ofRelays, elsewhere }: BesideStorages): Started {
  const own: Handover[] = [];
  const reader = startReader(ofReader);
  const all = [reader, ...ofRelays.map((storage) => startRelay(storage, own))];
  return {
    reader,
    handovers: () => [...(elsewhere?.handovers() ?? []), ...own],
    failures: () => all.map(({ failure }) => failure()).filter((error) => error !== undefined),
    end: async () => void (await Promise.all([...all.map((one) => one.end()), elsewhere?.kill()])),
  };
}

async function problemsOf(
  { reader, handovers, failures, end }: Started,
  tally: Tally,
  observer: StorageAdapter,
): Promise<readonly string[]> {
  const committed = await journalsOf(observer);
  const counts = () => [reader.entries.length, countHandedOver(handovers())];
  const areThere = () => failures().length > 0 || counts().every((count) => count >= committed.length);
  await untilThere(areThere, counts);
  const missing = committed.length - reader.entries.length;
  await end();
  addTo(tally, { read: reader.entries.length, handedOver: countHandedOver(handovers()) });
  return [
    ...failures().map((error) => `Beside the callers: ${error instanceof Error ? error.stack : String(error)}`),
    ...(missing > 0 ? [`The reader of the feed: its subscription stopped ${missing} entries before the end`] : []),
    ...auditFeed(reader.entries, committed).map((problem) => `The reader of the feed: ${problem}`),
    ...auditRelay(handovers(), committed).map((problem) => `The relay: ${problem}`),
  ];
}

async function closeAll({ reader, relays, elsewhere }: BesideStorages): Promise<void> {
  await Promise.all([...[reader, ...relays].map((storage) => storage.close()), elsewhere?.close()]);
}

/** Longer than a lease that was left behind, and than any pause before another attempt. */
const mostQuietMs = 6_000;

/** A reader or relay that stops has lost what is left: the audit says so. */
async function untilThere(areThere: () => boolean, counts: () => readonly number[]): Promise<void> {
  let [before, since] = ["", performance.now()];
  while (!areThere() && performance.now() - since < mostQuietMs) {
    const now = counts().join();
    if (now !== before) [before, since] = [now, performance.now()];
    await sleep(5);
  }
}
