import { appointmentToRow, commandToRow, journalToRow, scheduleToRow, slotToRow } from "@slotwright/adapter-sql";
import { compareIds, type RecordKind, type Transition, type VersionedRecord } from "@slotwright/core";
import { columnsOf, rowText, type StepName, steps } from "./procedures.ts";

/** One value for each parameter of the procedures: a JSON array of rows in bytes, or null. */
export type WriteParameters = readonly (Buffer | null)[];

type Rows = Partial<Record<StepName, object[]>>;

/** Longest array, in characters of JSON, that one call carries: far below every server's `max_allowed_packet`. */
const longestArray = 200_000;

/**
 * The parameters that write these transitions, for one call of the procedure, or for several in this order where they
 * are too many for one.
 */
export function writeCalls(transitions: readonly Transition[]): readonly WriteParameters[] {
  const rows = rowsOf(transitions);
  const arrays = steps.map((step) => arraysOf(columnsOf(step), rows[step.name] ?? []));
  if (arrays.every((parts) => parts.length <= 1)) return [arrays.map(([only]) => only ?? null)];
  return arrays.flatMap((parts, step) => parts.map((part) => arrays.map((_, index) => (index === step ? part : null))));
}

function arraysOf(columns: readonly string[], rows: readonly object[]): readonly Buffer[] {
  const arrays: string[][] = [];
  let length = 0;
  for (const row of rows) {
    const text = rowText(columns, row);
    if (length === 0 || length + text.length > longestArray) {
      arrays.push([]);
      length = 0;
    }
    arrays.at(-1)?.push(text);
    length += text.length;
  }
  return arrays.map((texts) => Buffer.from(`[${texts.join()}]`));
}

function rowsOf(transitions: readonly Transition[]): Rows {
  const rows: Rows = {};
  const add = (step: StepName, row: object) => {
    rows[step] ??= [];
    rows[step].push(row);
  };
  for (const { put, journal, command } of transitions) {
    for (const record of put) add(stepOf(record), rowOf(record));
    for (const entry of journal) add("new_journal", journalToRow(entry));
    add("new_commands", commandToRow(command, journal[0]?.at));
  }
  // Two batches that write the same ids meet in the same order.
  for (const group of Object.values(rows)) group.sort(byId);
  return { ...rows, ...locksOf(transitions) };
}

interface Row {
  /** Entries of the journal have none. */
  readonly id?: string;
}

function rowOf(record: VersionedRecord): object {
  if (record.kind === "slot") return slotToRow(record);
  return record.kind === "appointment" ? appointmentToRow(record) : scheduleToRow(record);
}

function stepOf(record: VersionedRecord): StepName {
  const isNew = record.version === 1;
  if (record.kind === "schedule") return isNew ? "new_schedules" : "old_schedules";
  if (record.kind === "appointment") return isNew ? "new_appointments" : "old_appointments";
  if (record.appointmentId === null) return isNew ? "new_slots" : "old_slots";
  return isNew ? "new_booked_slots" : "old_booked_slots";
}

const lockSteps = {
  schedule: "lock_schedules",
  slot: "lock_slots",
  appointment: "lock_appointments",
} as const satisfies Partial<Record<RecordKind, StepName>>;

/** The rows that exist by what is expected or put, each with the version that it must have, in the order of their ids. */
function locksOf(transitions: readonly Transition[]): Rows {
  const locks: Record<string, Map<string, { readonly id: string; readonly version: number }>> = {};
  const lock = (kind: RecordKind, id: string, version: number) => {
    if (version === 0 || kind === "command") return;
    const step = lockSteps[kind];
    locks[step] ??= new Map();
    locks[step].set(`${version} ${id}`, { id, version });
  };
  for (const { expect, put } of transitions) {
    for (const { key, version } of expect) lock(key.kind, key.id, version);
    for (const { kind, id, version } of put) lock(kind, id, version - 1);
  }
  if (isOnlyUpdate(locks, transitions)) return {};
  const sorted = Object.entries(locks).map(([step, rows]) => [step, [...rows.values()].sort(byId)]);
  return Object.fromEntries(sorted) as Rows;
}

/** An order of locks takes two of them: one row that is updated is locked, and its version looked at, by its update. */
function isOnlyUpdate(locks: Readonly<Record<string, ReadonlyMap<string, Row>>>, transitions: readonly Transition[]) {
  const rows = Object.values(locks).flatMap((of) => [...of.values()]);
  const [only, ...more] = rows;
  if (only === undefined || more.length > 0) return false;
  return transitions.some(({ put }) => put.some(({ id, version }) => id === only.id && version > 1));
}

function byId({ id: a }: Row, { id: b }: Row): number {
  return a === undefined || b === undefined ? 0 : compareIds(a, b);
}
