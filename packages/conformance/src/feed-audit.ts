import { isDeepStrictEqual } from "node:util";
import type { JournalEntry } from "@slotwright/core";

/** Which entry it is. */
export type EntryName = Pick<JournalEntry, "recordKind" | "recordId" | "version">;

/** An entry that a relay has handed over, and the fencing token with which it did. */
export interface HandedOver extends EntryName {
  readonly token: number;
}

const recordOf = ({ recordKind, recordId }: EntryName) => `${recordKind} ${recordId}`;
const nameOf = (entry: EntryName) => `${recordOf(entry)} version ${entry.version}`;

/**
 * Compares what a reader was given with what was committed. Reports, as sentences, what is lost, repeated, out of
 * order, or was never committed. Empty if each entry came once, and those of each record in the order of its versions.
 */
export function auditFeed(given: readonly JournalEntry[], committed: readonly JournalEntry[]): readonly string[] {
  const problems: string[] = [];
  const wanted = new Map(committed.map((entry) => [nameOf(entry), entry]));
  const seen = new Set<string>();
  const latest = new Map<string, number>();
  for (const entry of given) {
    const name = nameOf(entry);
    const record = recordOf(entry);
    if (seen.has(name)) problems.push(`repeated: ${name}`);
    else if (!wanted.has(name)) problems.push(`never committed: ${name}`);
    else if (!isDeepStrictEqual(wanted.get(name), entry)) problems.push(`differs from the journal: ${name}`);
    if ((latest.get(record) ?? 0) > entry.version) problems.push(`out of order: ${name}`);
    seen.add(name);
    latest.set(record, entry.version);
  }
  return [...problems, ...[...wanted.keys()].filter((name) => !seen.has(name)).map((name) => `lost: ${name}`)];
}

/**
 * Compares what a relay has handed over with what was committed, in the order in which each holder of its lease did.
 * Reports, as sentences, what is lost, out of order, or was never committed. Empty if each entry came at least once, and
 * those of each record in the order of its versions: the next holder of the lease may begin again, but may skip nothing.
 */
export function auditHandovers(handed: readonly HandedOver[], committed: readonly EntryName[]): readonly string[] {
  const wanted = new Set(committed.map(nameOf));
  const last = new Map<string, HandedOver>();
  const seen = new Set<string>();
  const problems: string[] = [];
  for (const one of handed.toSorted((a, b) => a.token - b.token)) {
    const before = last.get(recordOf(one));
    const isBack = before !== undefined && before.token === one.token && one.version < before.version;
    const previous = nameOf({ ...one, version: one.version - 1 });
    if (!wanted.has(nameOf(one))) problems.push(`never committed: ${nameOf(one)}`);
    else if (isBack || (wanted.has(previous) && !seen.has(previous))) problems.push(`out of order: ${nameOf(one)}`);
    last.set(recordOf(one), one);
    seen.add(nameOf(one));
  }
  return [...problems, ...[...wanted].filter((name) => !seen.has(name)).map((name) => `lost: ${name}`)];
}
