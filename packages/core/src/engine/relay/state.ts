import type { JournalEntry } from "../../model/journal.ts";
import type { FeedPosition } from "../../storage/adapter.ts";

/** What is stored for a relay. Instants are milliseconds since 1970, by the clock of the database. */
export interface RelayState {
  /** Everything up to here was handed over, or is parked. */
  readonly position: FeedPosition;
  /** The fencing token of the latest holder. */
  readonly token: number;
  readonly lease: StoredLease | null;
  readonly parked: readonly ParkedState[];
  /** Made anew for each write, so that a writer without an answer can tell whether it has written. */
  readonly writeId: string;
}

/** One run of a relay, which takes the lease as often as it can. */
export interface Contender {
  readonly holder: string;
  /** What was stored when it last looked. */
  seen: RelayState | undefined;
  /** The highest fencing token that it has seen. */
  token: number;
}

export interface StoredLease {
  readonly holder: string;
  readonly until: number;
  /** How long it lasts from each renewal, in milliseconds. Versions before this one did not store it. */
  readonly forMs?: number;
}

/** A record whose entries are parked. They are in the journal, so only their versions are kept. */
export interface ParkedState {
  readonly recordKind: JournalEntry["recordKind"];
  readonly recordId: string;
  /** The entry that has failed. */
  readonly fromVersion: number;
  /** The last of the entries that wait behind it. */
  readonly lastVersion: number;
  /** How often the first entry has failed. */
  readonly attempts: number;
  readonly retryAt: number;
  readonly error: string;
  /** What `release` has asked the holder of the lease to do. */
  readonly asked: "retry" | "skip" | null;
  /**
   * The last version that a skip gives up: the last one that was parked when it was asked for. Versions before this one did
   * not store it, and gave up all that was parked when they heard of it.
   */
  readonly skipTo?: number;
}

export type RecordName = Pick<JournalEntry, "recordKind" | "recordId">;

export const nameText = ({ recordKind, recordId }: RecordName): string => `${recordKind}:${recordId}`;

/** Characters of an error's text that are kept. */
const longestError = 200;

/** Anything can be thrown, also what cannot be turned into a text. */
export function errorText(error: unknown): string {
  let text: string;
  try {
    text = String(error);
    if (text === "[object Object]") text = JSON.stringify(error);
  } catch {
    text = "an error without a text";
  }
  // What is cut in half has no UTF-8 form, and some databases refuse it in JSON.
  return text.slice(0, longestError).toWellFormed();
}
