import type { JournalEntry } from "../model/journal.ts";
import { copyOf } from "../model/plain-json.ts";
import {
  type CommandRecord,
  keyText,
  type RecordKey,
  type StoredRecord,
  type VersionedRecord,
} from "../model/record.ts";
import type { StoredRelay, StoredSettings } from "../storage/adapter.ts";

/** Everything stored, as plain maps. The commit of a host's transaction replaces it as a whole. */
export interface Tables {
  readonly records: Map<string, VersionedRecord>;
  readonly commands: Map<string, CommandRecord>;
  /** By record id, in the order of the versions. */
  readonly journal: Map<string, readonly JournalEntry[]>;
  /** The entries of all records in the order of the commits. */
  readonly feed: JournalEntry[];
  /** None, or one. */
  readonly settings: StoredSettings[];
  /** By name. */
  readonly relays: Map<string, StoredRelay>;
}

/** What several memory adapters may share, as connections share a database. */
export interface MemoryDatabase {
  /** The state after the last commit. */
  tables: Tables;
  /** Settles when the earlier writers have finished: one writer at a time. */
  lastWriter: Promise<void>;
}

export function createMemoryDatabase(): MemoryDatabase {
  return {
    tables: { records: new Map(), commands: new Map(), journal: new Map(), feed: [], settings: [], relays: new Map() },
    lastWriter: Promise.resolve(),
  };
}

/** Waits for its turn to write. The returned function lets the next writer in. */
export async function lockForWriting(database: MemoryDatabase): Promise<() => void> {
  const before = database.lastWriter;
  let unlock = () => {};
  // Not Promise.withResolvers, which Node 20 and others lack.
  database.lastWriter = new Promise((resolve) => {
    unlock = resolve;
  });
  await before;
  return unlock;
}

/** A draft that a host's transaction writes to until it commits. */
export function copyTables({ records, commands, journal, feed, settings, relays }: Tables): Tables {
  return {
    records: new Map(records),
    commands: new Map(commands),
    journal: new Map(journal),
    feed: [...feed],
    settings: [...settings],
    relays: new Map(relays),
  };
}

/** The stored record, as a copy: a caller's changes do not reach what is stored. */
export function readRecord(tables: Tables, key: RecordKey): StoredRecord | undefined {
  const stored = key.kind === "command" ? tables.commands.get(key.id) : tables.records.get(keyText(key));
  return stored === undefined ? undefined : copyOf(stored);
}

export function recordsOf<K extends VersionedRecord["kind"]>(
  { records }: Tables,
  kind: K,
): Extract<VersionedRecord, { kind: K }>[] {
  const ofKind = [...records.values()].filter((record) => record.kind === kind);
  return ofKind as Extract<VersionedRecord, { kind: K }>[];
}
