import type { JournalEntry } from "../model/journal.ts";
import { copyOf } from "../model/plain-json.ts";
import { keyOf, keyText, type RecordKey } from "../model/record.ts";
import type { CommitOutcome, Transition } from "../storage/adapter.ts";
import { inTurn } from "../storage/left-behind.ts";
import type { Tables } from "./database.ts";

/** One transition after the other. Nothing else runs in between. */
export function commitBatch(tables: Tables, transitions: readonly Transition[]): readonly CommitOutcome[] {
  return inTurn(transitions, (one) => commitTransition(tables, one));
}

/** Checks and writes one transition. */
function commitTransition(tables: Tables, { command, expect, put, journal }: Transition): CommitOutcome {
  const earlier = tables.commands.get(command.id);
  if (earlier !== undefined) {
    return { status: "replayed", requestHash: earlier.requestHash, result: copyOf(earlier.result) };
  }
  const expected = new Set(expect.map(({ key }) => keyText(key)));
  const unexpected = put.filter((record) => !expected.has(keyText(record)));
  const stale = [
    ...expect,
    ...unexpected.map((record) => ({ key: keyOf(record), version: record.version - 1 })),
  ].filter((one) => !holds(tables, one));
  if (stale.length > 0) return { status: "stale", keys: stale.map(({ key }) => key) };
  if (journal.some((entry) => hasEntry(tables, entry))) return { status: "refused", guard: "journal_once_per_version" };
  for (const record of put) tables.records.set(keyText(record), copyOf(record));
  for (const entry of journal.map(copyOf)) {
    tables.journal.set(recordOf(entry), [...entriesLike(tables, entry), entry]);
    tables.feed.push(entry);
  }
  const result: unknown = JSON.parse(JSON.stringify(command.result));
  tables.commands.set(command.id, { kind: "command", ...command, result });
  return { status: "committed" };
}

const recordOf = ({ recordKind, recordId }: JournalEntry): string => keyText({ kind: recordKind, id: recordId });

/** The entries of the same record. */
function entriesLike({ journal }: Tables, entry: JournalEntry): readonly JournalEntry[] {
  return journal.get(recordOf(entry)) ?? [];
}

/** Whether there is an entry for this version, though the record may be gone. */
function hasEntry(tables: Tables, entry: JournalEntry): boolean {
  return entriesLike(tables, entry).some(({ version }) => version === entry.version);
}

function holds(tables: Tables, { key, version, status }: Transition["expect"][number]): boolean {
  if (storedVersion(tables, key) !== version) return false;
  if (status === undefined) return true;
  const record = tables.records.get(keyText(key));
  return record?.kind === "slot" && record.status === status;
}

/** A command has no version of its own: it exists or it does not. */
function storedVersion({ records, commands }: Tables, key: RecordKey): number {
  if (key.kind === "command") return commands.has(key.id) ? 1 : 0;
  return records.get(keyText(key))?.version ?? 0;
}
