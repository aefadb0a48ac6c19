import { rowToRecord } from "@slotwright/adapter-sql";
import { keyText, type RecordKey, type RecordKind, type StoredRecord } from "@slotwright/core/adapter";
import type { Runner, Statement } from "./connection.ts";
import { confirmRecord } from "./standbys.ts";
import { kinds, type LoadStatement } from "./statements.ts";

/** A command that is found is an acknowledgement. @param confirm Makes sure that it is kept. */
export async function loadRecords(
  run: Runner,
  statement: LoadStatement,
  confirm: Statement,
  keys: readonly RecordKey[],
): Promise<readonly (StoredRecord | undefined)[]> {
  if (keys.length === 0) return [];
  const wanted = kinds.filter((kind) => keys.some((key) => key.kind === kind));
  const idsOf = (kind: RecordKind) => [...new Set(keys.filter((key) => key.kind === kind).map(({ id }) => id))];
  const rows = await run<{ readonly kind: RecordKind }>(statement(wanted), wanted.map(idsOf));
  if (rows.some(({ kind }) => kind === "command")) await confirmRecord(run, confirm);
  const found = new Map<string, StoredRecord>();
  for (const row of rows) {
    const record = rowToRecord(row.kind, row);
    found.set(keyText(record), record);
  }
  return keys.map((key) => found.get(keyText(key)));
}
