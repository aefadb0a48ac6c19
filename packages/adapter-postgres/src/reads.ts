import { rowToRecord } from "@slotwright/adapter-sql";
import { keyText, type RecordKey, type RecordKind, type StoredRecord } from "@slotwright/core/adapter";
import type { Runner } from "./connection.ts";
import { kinds, type LoadStatement } from "./statements.ts";

export async function loadRecords(
  run: Runner,
  statement: LoadStatement,
  keys: readonly RecordKey[],
): Promise<readonly (StoredRecord | undefined)[]> {
  if (keys.length === 0) return [];
  const wanted = kinds.filter((kind) => keys.some((key) => key.kind === kind));
  const idsOf = (kind: RecordKind) => [...new Set(keys.filter((key) => key.kind === kind).map(({ id }) => id))];
  const rows = await run<{ readonly kind: RecordKind }>(statement(wanted), wanted.map(idsOf));
  const found = new Map<string, StoredRecord>();
  for (const row of rows) {
    const record = rowToRecord(row.kind, row);
    found.set(keyText(record), record);
  }
  return keys.map((key) => found.get(keyText(key)));
}
