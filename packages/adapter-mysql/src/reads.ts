import {
  type AppointmentRow,
  type CommandRow,
  type JournalRow,
  rowToAppointment,
  rowToCommand,
  rowToJournal,
  rowToRecord,
  rowToSlot,
  type SlotRow,
} from "@slotwright/adapter-sql";
import {
  type Appointment,
  type AppointmentQuery,
  type CommandRecord,
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
import { kindsInLockOrder, type Statements } from "./statements.ts";

interface LoadedRow {
  readonly kind: RecordKind;
  readonly row: unknown;
}

/** One statement for all kinds: one round trip, and one moment. */
export async function loadRecords(
  connection: Connection,
  statements: Statements,
  keys: readonly RecordKey[],
): Promise<readonly (StoredRecord | undefined)[]> {
  if (keys.length === 0) return [];
  const ids = idsByKind(keys);
  const kinds = kindsInLockOrder.filter((kind) => ids[kind] !== undefined);
  const parameters = kinds.map((kind) => Buffer.from(JSON.stringify(ids[kind])));
  const rows = await connection.documents<LoadedRow>(statements.load(kinds), parameters);
  const found = new Map(rows.map(({ kind, row }) => rowToRecord(kind, row)).map((record) => [keyText(record), record]));
  return keys.map((key) => found.get(keyText(key)));
}

/** Those of the commands that took effect before, as they are stored now. */
export async function loadReplayed(
  connection: Connection,
  { loadReplayed: statement }: Statements,
  ids: readonly string[],
): Promise<ReadonlyMap<string, CommandRecord>> {
  const sorted = JSON.stringify(ids.toSorted().map((id) => ({ id })));
  const rows = await connection.documents<LoadedRow>(statement, [Buffer.from(sorted)]);
  return new Map(rows.map(({ row }) => rowToCommand(row as CommandRow)).map((record) => [record.id, record]));
}

/** The ids of each kind, sorted: in this order their rows are locked. */
function idsByKind(keys: readonly RecordKey[]): Partial<Record<RecordKind, readonly { readonly id: string }[]>> {
  const groups = Map.groupBy(keys, ({ kind }) => kind);
  return Object.fromEntries(
    [...groups].map(([kind, of]) => [kind, [...new Set(of.map(({ id }) => id))].sort().map((id) => ({ id }))]),
  );
}

export async function findSlots(
  connection: Connection,
  { reads }: Statements,
  query: SlotQuery,
): Promise<readonly Slot[]> {
  const rows = await list<SlotRow>(connection, reads.slots(query));
  return rows.map(rowToSlot);
}

export async function findAppointments(
  connection: Connection,
  { reads }: Statements,
  query: AppointmentQuery,
): Promise<readonly Appointment[]> {
  const rows = await list<AppointmentRow>(connection, reads.appointments(query));
  return rows.map(rowToAppointment);
}

export async function readJournal(
  connection: Connection,
  { reads }: Statements,
  query: JournalQuery,
): Promise<readonly JournalEntry[]> {
  const rows = await list<JournalRow>(connection, reads.journal(query));
  return rows.map(rowToJournal);
}

type List = { readonly sql: string; readonly parameters: readonly unknown[] } | undefined;

async function list<Row>(connection: Connection, read: List): Promise<readonly Row[]> {
  if (read === undefined) return [];
  const values = read.parameters.map((value) => (typeof value === "string" ? Buffer.from(value) : value));
  return connection.documents<Row>(read.sql, values);
}
