import { rowToRecord } from "@slotwright/adapter-sql";
import { keyText, type RecordKey, type RecordKind, type StoredRecord } from "@slotwright/core/adapter";
import type { On } from "./calls.ts";
import { kinds } from "./load-statements.ts";
import { readConfirmed } from "./standbys.ts";
import type { LoadStatements } from "./statements.ts";

export async function loadRecords(
  on: On,
  { read, confirm }: LoadStatements,
  keys: readonly RecordKey[],
): Promise<readonly (StoredRecord | undefined)[]> {
  if (keys.length === 0) return [];
  const wanted = kindsOf(keys);
  const parameters = wanted.map((kind) => idsOf(keys, kind));
  const statements = { read: read(wanted), confirm: () => confirm(wanted) };
  const rows = await readConfirmed<{ readonly kind: RecordKind }>(on, statements, parameters);
  const found = new Map<string, StoredRecord>();
  for (const row of rows) {
    const record = rowToRecord(row.kind, row);
    found.set(keyText(record), record);
  }
  return keys.map((key) => found.get(keyText(key)));
}

/** The kinds among the keys, in the order in which they are locked. */
export function kindsOf(keys: readonly RecordKey[]): readonly RecordKind[] {
  return kinds.filter((kind) => keys.some((key) => key.kind === kind));
}

/** The ids of this kind, each once. */
export function idsOf(keys: readonly RecordKey[], kind: RecordKind): readonly string[] {
  return [...new Set(keys.filter((key) => key.kind === kind).map(({ id }) => id))];
}
