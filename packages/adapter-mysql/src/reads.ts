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
  compareIds,
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
import { anySchedules, type KnownSchedules } from "./known-schedules.ts";
import { type LoadPart, lockable, lookedAt, partsInLockOrder, type Statements } from "./statements.ts";

/** What a read is made with. */
export interface Reading {
  readonly connection: Connection;
  readonly statements: Statements;
  readonly schedules: KnownSchedules;
}

interface LoadedRow {
  readonly kind: RecordKind;
  readonly row: unknown;
  /** Of a schedule: its version in the view of the host's transaction. */
  readonly seen?: number | null;
}

/** One statement for all kinds: one round trip, and one moment. */
export async function loadRecords(
  { connection, statements, schedules }: Reading,
  keys: readonly RecordKey[],
): Promise<readonly (StoredRecord | undefined)[]> {
  if (keys.length === 0) return [];
  for (const { kind, id } of keys) if (kind === "schedule") schedules.learnLoaded(id);
  const ids = idsByPart(keys, schedules);
  const parts = partsInLockOrder.filter((part) => ids[part] !== undefined);
  const parameters = parts.map((part) => Buffer.from(JSON.stringify(ids[part])));
  const rows = await connection.read<LoadedRow>(statements.load(parts), parameters);
  const records = rows.map(({ kind, row, seen }) => {
    const record = rowToRecord(kind, row);
    if (record.kind === "slot") schedules.learnSlots([record]);
    if (record.kind === "schedule" && seen !== record.version) schedules.learnChanged(record.id);
    return record;
  });
  const found = new Map(records.map((record) => [keyText(record), record]));
  return keys.map((key) => found.get(keyText(key)));
}

/** What is stored, and which rows others have locked; the other rows are locked until the transaction ends. */
export interface Look {
  readonly stored: readonly (StoredRecord | undefined)[];
  /** By `keyText`. */
  readonly locked: ReadonlySet<string>;
}

type LookedRow = LoadedRow | { readonly free: RecordKind; readonly id: string };

/** `run` is `read` or `documents` of a connection: outside of a transaction, or within. */
export async function lookAt(run: Connection["read"], { look }: Statements, keys: readonly RecordKey[]): Promise<Look> {
  const ids = idsByPart(keys, anySchedules);
  const parameters = [...lookedAt, ...lockable].map((kind) => Buffer.from(JSON.stringify(ids[kind] ?? [])));
  const found = new Map<string, StoredRecord>();
  const free = new Set<string>();
  for (const row of await run<LookedRow>(look, parameters)) {
    if ("free" in row) {
      free.add(keyText({ kind: row.free, id: row.id }));
      continue;
    }
    const record = rowToRecord(row.kind, row.row);
    found.set(keyText(record), record);
  }
  const texts = [...found.keys()].filter((text) => found.get(text)?.kind !== "command" && !free.has(text));
  return { stored: keys.map((key) => found.get(keyText(key))), locked: new Set(texts) };
}

/** Those of the commands that took effect before, as they are stored now. */
export async function loadReplayed(
  connection: Connection,
  { loadReplayed: statement }: Statements,
  ids: readonly string[],
): Promise<ReadonlyMap<string, CommandRecord>> {
  const sorted = JSON.stringify(ids.toSorted(compareIds).map((id) => [id]));
  const rows = await connection.read<LoadedRow>(statement, [Buffer.from(sorted)]);
  return new Map(rows.map(({ row }) => rowToCommand(row as CommandRow)).map((record) => [record.id, record]));
}

/** The ids of each part, sorted: in this order their rows are locked. */
function idsByPart(
  keys: readonly RecordKey[],
  schedules: KnownSchedules,
): Partial<Record<LoadPart, readonly (readonly [id: string])[]>> {
  const partOf = ({ kind, id }: RecordKey): LoadPart =>
    kind === "schedule" && !schedules.exists(id) ? "schedule_if_seen" : kind;
  const groups = Map.groupBy(keys, partOf);
  return Object.fromEntries(
    [...groups].map(([part, of]) => [part, [...new Set(of.map(({ id }) => id))].sort(compareIds).map((id) => [id])]),
  );
}

export async function findSlots(reading: Reading, query: SlotQuery): Promise<readonly Slot[]> {
  const { connection, statements, schedules } = reading;
  const slots = (await list<SlotRow>(connection, statements.slots(query, schedules))).map(rowToSlot);
  schedules.learnSlots(slots);
  const { scheduleId, statuses } = query;
  if (scheduleId === undefined || slots.every(({ status }) => statuses?.includes(status) ?? true)) return slots;
  if (query.displayOnly || !schedules.viewShows(query)) return slots;
  // Blocked since the view began: what else has changed, only a look at what is stored now tells.
  schedules.learnChanged(scheduleId);
  return findSlots(reading, query);
}

export async function findAppointments(
  { connection, statements: { reads } }: Reading,
  query: AppointmentQuery,
): Promise<readonly Appointment[]> {
  const rows = await list<AppointmentRow>(connection, reads.appointments(query));
  return rows.map(rowToAppointment);
}

export async function readJournal(
  { connection, statements: { reads } }: Reading,
  query: JournalQuery,
): Promise<readonly JournalEntry[]> {
  const rows = await list<JournalRow>(connection, reads.journal(query));
  return rows.map(rowToJournal);
}

type List = { readonly sql: string; readonly parameters: readonly unknown[] } | undefined;

async function list<Row>(connection: Connection, read: List): Promise<readonly Row[]> {
  if (read === undefined) return [];
  const values = read.parameters.map((value) => (typeof value === "string" ? Buffer.from(value) : value));
  return connection.read<Row>(read.sql, values);
}
