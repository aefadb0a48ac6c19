import type { RecordKind, StoredRecord } from "@slotwright/core/adapter";
import { defaultTablePrefix, tableOfKind } from "../catalogue.ts";
import { commandToRow, recordToRow } from "../rows.ts";

/** The table of each kind of record, for tests that change rows without the adapter. */
export const tableNameOf: Readonly<Record<RecordKind, string>> = {
  agenda: defaultTablePrefix + tableOfKind.agenda,
  schedule: defaultTablePrefix + tableOfKind.schedule,
  availability: defaultTablePrefix + tableOfKind.availability,
  slot: defaultTablePrefix + tableOfKind.slot,
  appointment: defaultTablePrefix + tableOfKind.appointment,
  command: defaultTablePrefix + tableOfKind.command,
};

/** The row that would be stored for a record. */
export function rawRow(record: StoredRecord): Readonly<Record<string, string | number | null>> {
  if (record.kind === "command") return { ...commandToRow(record, undefined) };
  return { ...recordToRow(record) };
}
