import type { JournalEntry } from "../../model/journal.ts";
import { nameText, type ParkedState } from "./state.ts";

/** A parked record, while a process has the lease. */
export type Parked = {
  -readonly [Field in Exclude<keyof ParkedState, "asked" | "skipTo">]: ParkedState[Field];
} & {
  readonly key: string;
  /** The last version that is given up, once the one that is being handled is answered. */
  skipTo: number;
  /** How often its first entry was not in the journal that was read. */
  unseen: number;
};

export interface Parking {
  readonly size: () => number;
  readonly get: (key: string) => Parked | undefined;
  readonly remove: (key: string) => void;
  /** Parks a record from this entry on. */
  readonly park: (entry: JournalEntry, failure: Failure) => void;
  /** The record's first entry has failed again. */
  readonly failAgain: (parked: Parked, failure: Failure) => void;
  /** The record's first entry is not in the journal that was read, which may be that of a node that is behind. */
  readonly failToSee: (parked: Parked, now: number) => void;
  /** The entry follows one that is parked. */
  readonly follow: (parked: Parked, entry: JournalEntry) => void;
  /** The one that is due for the longest time. */
  readonly due: (now: number, isBusy: (key: string) => boolean) => Parked | undefined;
  /** When the next one that is not busy is due. */
  readonly nextAt: (now: number, isBusy: (key: string) => boolean) => number | undefined;
  /** Notes what `release` has asked for. */
  readonly hear: (stored: readonly ParkedState[], isBusy: (key: string) => boolean) => void;
  readonly states: () => readonly ParkedState[];
}

interface Failure {
  readonly now: number;
  readonly error: string;
}

const [firstPauseMs, longestPauseMs] = [1_000, 300_000];

export function createParking(stored: readonly ParkedState[], random: () => number): Parking {
  const byKey = new Map<string, Parked>();
  for (const { asked, skipTo, ...state } of stored) {
    const key = nameText(state);
    byKey.set(key, { ...state, key, skipTo: 0, unseen: 0 });
  }

  // Half of the pause is random, so that records that failed together are not retried together.
  const retryAt = (now: number, attempts: number) =>
    now + (0.5 + random() / 2) * Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempts - 1, 20));

  // A time further ahead than any pause means that the database's clock was set back.
  const dueAt = ({ retryAt }: Parked, now: number) => (retryAt > now + longestPauseMs ? now : retryAt);

  const waiting = (isBusy: (key: string) => boolean) =>
    [...byKey.values()].filter(({ key }) => !isBusy(key)).sort((a, b) => a.retryAt - b.retryAt);

  function hear(states: readonly ParkedState[], isBusy: (key: string) => boolean): void {
    for (const state of states) {
      const parked = byKey.get(nameText(state));
      if (parked === undefined || state.asked === null) continue;
      if (state.asked === "skip") {
        parked.skipTo = Math.max(parked.skipTo, state.skipTo ?? state.lastVersion);
        // The note is of what was parked before.
        if (!isSkipped(parked)) continue;
      }
      parked.retryAt = 0;
      if (!isBusy(parked.key) && !skip(parked)) byKey.delete(parked.key);
    }
  }

  hear(stored, () => false);
  return {
    size: () => byKey.size,
    get: (key) => byKey.get(key),
    remove: (key) => byKey.delete(key),
    park({ recordKind, recordId, version }, { now, error }) {
      const key = nameText({ recordKind, recordId });
      const versions = { fromVersion: version, lastVersion: version };
      const failed = { attempts: 1, retryAt: retryAt(now, 1), error };
      byKey.set(key, { recordKind, recordId, ...versions, ...failed, key, skipTo: 0, unseen: 0 });
    },
    failAgain(parked, { now, error }) {
      parked.attempts += 1;
      parked.retryAt = retryAt(now, parked.attempts);
      parked.error = error;
    },
    failToSee(parked, now) {
      parked.unseen += 1;
      parked.retryAt = retryAt(now, parked.unseen);
      parked.error = notSeen(parked);
    },
    follow(parked, { version }) {
      parked.lastVersion = Math.max(parked.lastVersion, version);
    },
    due(now, isBusy) {
      const [first] = waiting(isBusy);
      return first !== undefined && dueAt(first, now) <= now ? first : undefined;
    },
    nextAt(now, isBusy) {
      const [first] = waiting(isBusy);
      return first && dueAt(first, now);
    },
    hear,
    states: () =>
      [...byKey.values()].map(({ key, skipTo, unseen, ...state }) => ({
        ...state,
        ...(skipTo < state.fromVersion ? { asked: null } : { asked: "skip", skipTo }),
      })),
  };
}

/** Whether its next entry is given up. A skip goes no further than what was parked when it was asked for. */
export const isSkipped = ({ skipTo, fromVersion }: Parked): boolean => skipTo >= fromVersion;

/** Gives up what is skipped. Returns whether more is parked. */
export function skip(parked: Parked): boolean {
  if (isSkipped(parked)) Object.assign(parked, { fromVersion: parked.skipTo + 1, attempts: 0, unseen: 0 });
  return parked.fromVersion <= parked.lastVersion;
}

/** At most as long as the error of a handler. */
const notSeen = ({ fromVersion }: Parked): string =>
  `The journal lacks version ${fromVersion}, and any later one: it may have been read on a node that is behind. It is read again. If the entry was deleted, release the record with skip.`;
