import { rowToRecord } from "@slotwright/adapter-sql";
import { keyText, type RecordKey, type RecordKind, type StoredRecord } from "@slotwright/core/adapter";
import type { Runner, Statement } from "./connection.ts";
import { kinds } from "./load-statements.ts";
import { confirmRecord } from "./standbys.ts";
import type { LoadStatement } from "./statements.ts";

/** A command that is found is an acknowledgement. @param confirm Makes sure that it is kept. */
export async function loadRecords(
  run: Runner,
  statement: LoadStatement,
  confirm: Statement,
  keys: readonly RecordKey[],
): Promise<readonly (StoredRecord | undefined)[]> {
  if (keys.length === 0) return [];
  const wanted = kindsOf(keys);
  const parameters = wanted.map((kind) => idsOf(keys, kind));
  const rows = await run<{ readonly kind: RecordKind }>(statement(wanted), parameters);
  if (rows.some(({ kind }) => kind === "command")) await confirmRecord(run, confirm);
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
