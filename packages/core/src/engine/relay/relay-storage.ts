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

/** The state of one relay. Each call is tried until it is answered, or the signal is aborted: it is then undefined. */
export interface RelayStorage {
  /** Null if there is none. */
  readonly read: (signal: AbortSignal) => Promise<StoredState | null | undefined>;
  /** False if another version was stored, which may be this very state: its `writeId` tells. */
  readonly write: (expected: number, state: RelayState, signal: AbortSignal) => Promise<boolean | undefined>;
  /** Milliseconds since 1970, by the database's clock. */
  readonly clock: (signal: AbortSignal) => Promise<number | undefined>;
  readonly endOfFeed: (signal: AbortSignal) => Promise<FeedPosition | undefined>;
  readonly journal: (query: JournalQuery, signal: AbortSignal) => Promise<readonly JournalEntry[] | undefined>;
}

export function relayStorage({ storage, random }: EngineSettings, name: string): RelayStorage {
  return {
    read: (signal) =>
      patiently(random, signal, async () => ((await storage.readRelay(name)) as StoredState | undefined) ?? null),
    write: (expected, state, signal) => patiently(random, signal, () => storage.storeRelay({ name, expected, state })),
    clock: (signal) => patiently(random, signal, async () => (await storage.readClock()).getTime()),
    endOfFeed: (signal) =>
      patiently(random, signal, async () => {
        const read = await storage.readFeed({ after: "end", limit: 1 });
        return read.status === "read" ? read.position : [];
      }),
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
      if (!passesByItself(error)) throw isStorageError(error) ? asBookingError(error) : error;
    }
    await pause((0.5 + random() / 2) * Math.min(longestPauseMs, 10 * 2 ** Math.min(attempt, 10)), signal);
  }
  return undefined;
}
