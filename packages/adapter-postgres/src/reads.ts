import {
  type AppointmentRow,
  type JournalRow,
  rowToAppointment,
  rowToJournal,
  rowToRecord,
  rowToSlot,
  type SlotRow,
} from "@slotwright/adapter-sql";
import {
  type Appointment,
  type AppointmentQuery,
  type JournalEntry,
  type JournalQuery,
  keyText,
  type RecordKey,
  type RecordKind,
  type Slot,
  type SlotQuery,
  type StoredRecord,
} from "@slotwright/core";
import type { Runner } from "./connection.ts";
import { kinds, type LoadStatement, type Statements, statementOf } from "./statements.ts";

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

export async function findSlots(run: Runner, { reads }: Statements, query: SlotQuery): Promise<readonly Slot[]> {
  const read = reads.slots(query);
  if (read === undefined) return [];
  return (await run<SlotRow>(statementOf(read.sql), read.parameters)).map(rowToSlot);
}

export async function findAppointments(
  run: Runner,
  { reads }: Statements,
  query: AppointmentQuery,
): Promise<readonly Appointment[]> {
  const read = reads.appointments(query);
  if (read === undefined) return [];
  return (await run<AppointmentRow>(statementOf(read.sql), read.parameters)).map(rowToAppointment);
}

export async function readJournal(
  run: Runner,
  { reads }: Statements,
  query: JournalQuery,
): Promise<readonly JournalEntry[]> {
  const read = reads.journal(query);
  return (await run<JournalRow>(statementOf(read.sql), read.parameters)).map(rowToJournal);
}
