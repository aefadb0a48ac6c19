import { rowToRecord } from "@slotwright/adapter-sql";
import { keyText, type RecordKey, type RecordKind, type StoredRecord } from "@slotwright/core/adapter";
import type { Connection } from "./connection.ts";
import type { Statements } from "./statements.ts";

/** The kinds among the keys, one statement each. */
export function kindsOf(keys: readonly RecordKey[]): readonly RecordKind[] {
  return [...new Set(keys.map(({ kind }) => kind))];
}

export function loadRecords(
  connection: Connection,
  statements: Statements,
  keys: readonly RecordKey[],
): readonly (StoredRecord | undefined)[] {
  const found = new Map<string, StoredRecord>();
  for (const kind of kindsOf(keys)) {
    for (const row of rowsOfKind(connection, statements, kind, keys)) {
      const record = rowToRecord(kind, row);
      found.set(keyText(record), record);
    }
  }
  return keys.map((key) => found.get(keyText(key)));
}

function rowsOfKind(
  connection: Connection,
  { select, selectMany }: Statements,
  kind: RecordKind,
  keys: readonly RecordKey[],
): readonly unknown[] {
  const ids = keys.filter((key) => key.kind === kind).map(({ id }) => id);
  if (ids.length === 1) return connection.all(select[kind], ids);
  return connection.all(selectMany[kind], [JSON.stringify(ids)]);
}
