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

export function findSlots(connection: Connection, { reads }: Statements, query: SlotQuery): readonly Slot[] {
  const read = reads.slots(query);
  return read === undefined ? [] : connection.all<SlotRow>(read.sql, read.parameters).map(rowToSlot);
}

export function findAppointments(
  connection: Connection,
  { reads }: Statements,
  query: AppointmentQuery,
): readonly Appointment[] {
  const read = reads.appointments(query);
  return read === undefined ? [] : connection.all<AppointmentRow>(read.sql, read.parameters).map(rowToAppointment);
}

export function readJournal(
  connection: Connection,
  { reads }: Statements,
  query: JournalQuery,
): readonly JournalEntry[] {
  const read = reads.journal(query);
  return connection.all<JournalRow>(read.sql, read.parameters).map(rowToJournal);
}
