import type { JournalEntry } from "../../model/journal.ts";
import type { FeedPosition, StoredRelay } from "../../storage/adapter.ts";
import { isStorageError } from "../../storage/storage-error.ts";
import { pause } from "../bell.ts";
import type { JournalQuery } from "../engine-storage.ts";
import type { EngineSettings } from "../options.ts";
import { asBookingError, passesByItself } from "../storage-failures.ts";
import { unlessAborted } from "../unless-aborted.ts";
import type { RelayState } from "./state.ts";

export interface StoredState extends StoredRelay {
  readonly state: RelayState;
}

/** The state of one relay. Each read is tried until it is answered, or the signal is aborted: it is then undefined. */
export interface RelayStorage {
  /** Null if there is none. */
  readonly read: (signal: AbortSignal) => Promise<StoredState | null | undefined>;
  /**
   * Tried once: what a state was made of may be gone when the storage is back. False if another version was stored.
   * Undefined if that is unknown. Either way it may be this very state: its `writeId` tells.
   */
  readonly write: (expected: number, state: RelayState, signal: AbortSignal) => Promise<boolean | undefined>;
  /** Milliseconds since 1970, by the database's clock. */
  readonly clock: (signal: AbortSignal) => Promise<number | undefined>;
  readonly endOfFeed: (signal: AbortSignal) => Promise<FeedPosition | undefined>;
  /** Whether the feed has what the position was made of. */
  readonly fits: (position: FeedPosition, signal: AbortSignal) => Promise<boolean | undefined>;
  readonly journal: (query: JournalQuery, signal: AbortSignal) => Promise<readonly JournalEntry[] | undefined>;
}

export function relayStorage({ storage, random }: EngineSettings, name: string): RelayStorage {
  /** Of writes, one after the other. */
  let failures = 0;
  return {
    read: (signal) =>
      patiently(random, signal, async () => ((await storage.readRelay(name)) as StoredState | undefined) ?? null),
    async write(expected, state, signal) {
      try {
        const isStored = await unlessAborted(signal, () => storage.storeRelay({ name, expected, state }));
        failures = 0;
        return isStored;
      } catch (error) {
        refuseLasting(error);
        failures += 1;
        await pauseAfter(failures, random, signal);
        return undefined;
      }
    },
    clock: (signal) => patiently(random, signal, async () => (await storage.readClock()).getTime()),
    endOfFeed: (signal) =>
      patiently(random, signal, async () => {
        const read = await storage.readFeed({ after: "end", limit: 1 });
        return read.status === "read" ? read.position : [];
      }),
    fits: (after, signal) =>
      patiently(random, signal, async () => (await storage.readFeed({ after, limit: 1 })).status === "read"),
    journal: (query, signal) => patiently(random, signal, () => storage.readJournal(query)),
  };
}

/** The longest pause between two attempts, in milliseconds. */
const longestPauseMs = 1_000;

/** @throws BookingError for what does not pass by itself */
async function patiently<T>(random: () => number, signal: AbortSignal, work: () => Promise<T>): Promise<T | undefined> {
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      return await unlessAborted(signal, work);
    } catch (error) {
      refuseLasting(error);
    }
    await pauseAfter(attempt, random, signal);
  }
  return undefined;
}

/** @throws BookingError for what does not pass by itself */
function refuseLasting(error: unknown): void {
  if (!passesByItself(error)) throw isStorageError(error) ? asBookingError(error) : error;
}

const pauseAfter = (attempts: number, random: () => number, signal: AbortSignal): Promise<void> =>
  pause((0.5 + random() / 2) * Math.min(longestPauseMs, 10 * 2 ** Math.min(attempts, 10)), signal);
