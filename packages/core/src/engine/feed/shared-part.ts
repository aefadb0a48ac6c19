import { setImmediate as nextTurn } from "node:timers/promises";
import type { JournalEntry } from "../../model/journal.ts";
import { frozenCopyOf } from "../../model/plain-json.ts";
import { keyText, type RecordKey, type StoredRecord } from "../../model/record.ts";
import type { FeedEntry } from "../../storage/adapter.ts";
import type { EngineSettings } from "../options.ts";
import { outsideOfCallers } from "../outside-of-callers.ts";
import { retryReads } from "../retry.ts";

/**
 * What is made of a part of the feed once for all subscribers that are given it: which of its entries are of which
 * provider, and the records that they name, as they are now.
 */
export interface SharedPart {
  /** Copies: what a subscriber does to them changes no cursor, no live slot and no relay. */
  readonly entries: readonly JournalEntry[];
  /** The entries that are news to this provider: the same array for all who ask. */
  readonly entriesOf: (providerId: string) => readonly JournalEntry[];
  /** The records of these entries, read in one call for all who ask in the same turn. */
  readonly recordsOf: (
    settings: EngineSettings,
    entries: readonly JournalEntry[],
  ) => Promise<readonly (StoredRecord | undefined)[]>;
}

const parts = new WeakMap<readonly FeedEntry[], SharedPart>();

/** All who are given the same array share what is made of it. */
export function sharedPart(of: readonly FeedEntry[]): SharedPart {
  const known = parts.get(of);
  if (known !== undefined) return known;
  const entries = Object.freeze(of.map(({ entry }) => frozenCopyOf(entry)));
  let byProvider: ReadonlyMap<string, readonly JournalEntry[]> | undefined;
  const made: SharedPart = {
    entries,
    entriesOf(providerId) {
      byProvider ??= entriesByProvider(entries);
      return byProvider.get(providerId) ?? none;
    },
    recordsOf: createRecordsOf(),
  };
  parts.set(of, made);
  return made;
}

const none: readonly JournalEntry[] = [];

/** What leaves a provider is news there, too. */
function entriesByProvider(entries: readonly JournalEntry[]): ReadonlyMap<string, readonly JournalEntry[]> {
  const found = new Map<string, JournalEntry[]>();
  for (const entry of entries) {
    const before = entry.changes.providerIds?.from;
    const all = Array.isArray(before) ? new Set([...entry.providerIds, ...(before as string[])]) : entry.providerIds;
    for (const id of all) {
      const known = found.get(id);
      if (known === undefined) found.set(id, [entry]);
      else known.push(entry);
    }
  }
  return found;
}

/** A record that was read longer ago is read again: a subscriber that is slow must be shown what is allowed now. */
const freshMs = 500;

interface Known {
  readonly readAt: number;
  readonly record: Promise<StoredRecord | undefined>;
}

function createRecordsOf(): SharedPart["recordsOf"] {
  const known = new Map<string, Known>();
  let wanted: Map<string, RecordKey> | undefined;
  let reading: Promise<ReadonlyMap<string, StoredRecord | undefined>>;

  /** Those who ask before the next turn are answered by the same read. */
  function readSoon(settings: EngineSettings, text: string, key: RecordKey): Promise<StoredRecord | undefined> {
    if (wanted === undefined) {
      const keys = new Map<string, RecordKey>();
      wanted = keys;
      reading = outsideOfCallers(async () => {
        await nextTurn();
        wanted = undefined;
        return loadAll(settings, keys);
      });
    }
    wanted.set(text, key);
    return reading.then((records) => records.get(text));
  }

  function recordOf(settings: EngineSettings, { recordKind: kind, recordId: id }: JournalEntry) {
    const text = keyText({ kind, id });
    const last = known.get(text);
    if (last !== undefined && performance.now() - last.readAt < freshMs) return last.record;
    const record = readSoon(settings, text, { kind, id });
    known.set(text, { readAt: performance.now(), record });
    // The caller is told. The next one tries again.
    record.catch(() => known.delete(text));
    return record;
  }

  return (settings, entries) => Promise.all(entries.map((entry) => recordOf(settings, entry)));
}

async function loadAll(settings: EngineSettings, wanted: ReadonlyMap<string, RecordKey>) {
  const [texts, keys] = [[...wanted.keys()], [...wanted.values()]];
  const loaded = await retryReads(settings, (until) => settings.storage.loadToShow(keys, until));
  return new Map(texts.map((text, index) => [text, loaded[index]] as const));
}
