import type { ShownEntry } from "../calls/calls.ts";
import { fieldWithDates } from "../calls/dates.ts";
import { asOf, type ClientRecord, type Key } from "./records.ts";

/** An entry of a record that the store may hold. */
export type StoreEntry = ShownEntry & { readonly recordKind: ClientRecord["kind"] };

export const isOfStore = (entry: ShownEntry): entry is StoreEntry => entry.recordKind !== "availability";

export const entryKey = ({ recordKind, recordId }: Pick<StoreEntry, "recordKind" | "recordId">): Key =>
  `${recordKind}:${recordId}`;

/** What an entry makes of the record that the store has. */
export type Applied =
  | { readonly record: ClientRecord }
  /** Nothing is to be done: the store has this version, or a later one. */
  | "old"
  /** The entry does not say enough: versions are missing in between, or something is hidden. */
  | "unreadable"
  /** The store does not have the record, and the entry did not create it. */
  | "unknown";

/** The record of the version before with the changes put into it, or, of version 1, the changes by themselves. */
export function applyEntry(before: ClientRecord | undefined, entry: ShownEntry): Applied {
  const { version, changes, at } = entry;
  if (before && version <= before.version) return "old";
  if (!before && version > 1) return "unknown";
  if (changes === null || version !== (before?.version ?? 0) + 1) return "unreadable";
  if (Object.entries(changes).some(([field, change]) => isHidden(field, change))) return "unreadable";
  // Changes have their values as JSON has them.
  const fields = Object.entries(changes).map(([field, { to }]) => [field, fieldWithDates(field, to)]);
  // A hold that had expired was none for this change, which therefore does not say that it is gone.
  const start = before ? asOf(before, at.getTime()) : created(entry);
  return { record: { ...start, ...Object.fromEntries(fields), version, updatedAt: at } as ClientRecord };
}

const created = ({ recordKind, recordId, at }: ShownEntry) => ({ kind: recordKind, id: recordId, createdAt: at });

interface Change {
  readonly from?: unknown;
  readonly to: unknown;
}

/** A field that changed from null to null is hidden; so is one that is never null, where the record was created. */
function isHidden(field: string, change: Change): boolean {
  if (change.to !== null) return false;
  return "from" in change ? change.from === null : field === "metadata" || field === "subjectId";
}
