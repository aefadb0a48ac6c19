import {
  agendaToRow,
  appointmentToRow,
  availabilityToRow,
  beforeItsAppointment,
  commandToRow,
  isNewAndTaken,
  journalToRow,
  rowToCommand,
  scheduleToRow,
  slotToRow,
  writeOrder,
} from "@slotwright/adapter-sql";
import {
  type CommitOutcome,
  inTurn,
  keyOf,
  leftBehind,
  type RecordKey,
  type Slot,
  StorageError,
  type Transition,
  type VersionedRecord,
} from "@slotwright/core/adapter";
import { type Connection, inSavepoint, inTransaction } from "./connection.ts";
import { refusingGuard } from "./errors.ts";
import type { Statements } from "./statements.ts";
import type { Insertion, RecordWrites, RowWrite } from "./writes.ts";

/**
 * Commits a batch in one transaction, with one sync to disk. Nearly always the whole batch goes through. So it is
 * written without looking first, and without a savepoint around each transition, which would copy every page that is
 * touched. If a transition does not go through, nothing is kept, and the transitions are decided one by one.
 */
export function commitBatch(
  connection: Connection,
  statements: Statements,
  transitions: readonly Transition[],
): readonly CommitOutcome[] {
  const isDone = inTransaction(connection, () => {
    const written = new Set<string>();
    const result = transitions.every((transition) => {
      if (leftBehind(transition, (id) => written.has(id)) !== undefined) return false;
      written.add(transition.command.id);
      return goesThrough(transition, connection, statements);
    });
    return { keep: result, result };
  });
  if (isDone) return transitions.map(() => ({ status: "committed" }));
  return inTransaction(connection, () => {
    const result = commitInHost(connection, statements, transitions);
    return { keep: result.some(isCommitted), result };
  });
}

/** False if the transition must not be kept, whatever it has written so far. */
function goesThrough(transition: Transition, connection: Connection, statements: Statements): boolean {
  try {
    const others = { ...transition, expect: notSeenByWriting(transition) };
    return (
      stale(others, connection, statements) === undefined && isCommitted(written(transition, connection, statements))
    );
  } catch (error) {
    if (refusingGuard(error) === undefined) throw error;
    return false;
  }
}

/** A write itself shows whether its record is as expected. The rules list both in one order. */
function notSeenByWriting({ expect, put }: Transition): Transition["expect"] {
  return expect.filter(({ key, version }, index) => {
    const record = put[index];
    return record?.id !== key.id || record.kind !== key.kind || record.version !== version + 1;
  });
}

/** The same inside a transaction that somebody else ends. */
export function commitInHost(
  connection: Connection,
  statements: Statements,
  transitions: readonly Transition[],
): readonly CommitOutcome[] {
  return inTurn(transitions, (transition) =>
    inSavepoint(connection, () => {
      const result = decided(transition, connection, statements);
      return { keep: isCommitted(result), result };
    }),
  );
}

const isCommitted = ({ status }: CommitOutcome): boolean => status === "committed";

/** Returns the outcome. The caller still has to keep or undo what was written so far. */
function decided(transition: Transition, connection: Connection, statements: Statements): CommitOutcome {
  try {
    return (
      replayed(transition, connection, statements) ??
      stale(transition, connection, statements) ??
      written(transition, connection, statements)
    );
  } catch (error) {
    const guard = refusingGuard(error);
    if (guard === undefined) throw error;
    // SQLite does not say which foreign key it is.
    if (guard === "slot_has_appointment_row" && !lacksRows(transition, connection, statements)) throw error;
    return { status: "refused", guard };
  }
}

/** Whether a slot refers to a row that neither exists nor is put. */
function lacksRows({ put }: Transition, connection: Connection, statements: Statements): boolean {
  const isPut = ({ kind, id }: RecordKey) => put.some((record) => record.kind === kind && record.id === id);
  const isMissing = (kind: RecordKey["kind"], id: string) =>
    !isPut({ kind, id }) && storedState({ kind, id }, connection, statements) === undefined;
  return put.some(
    (record) =>
      record.kind === "slot" &&
      (isMissing("schedule", record.scheduleId) ||
        (record.appointmentId !== null && isMissing("appointment", record.appointmentId))),
  );
}

function replayed({ command }: Transition, connection: Connection, statements: Statements): CommitOutcome | undefined {
  const row = connection.get<Parameters<typeof rowToCommand>[0]>(statements.select.command, [command.id]);
  if (row === undefined) return undefined;
  const { requestHash, result } = rowToCommand(row);
  return { status: "replayed", requestHash, result };
}

function stale({ expect }: Transition, connection: Connection, statements: Statements): CommitOutcome | undefined {
  const keys = expect.filter((one) => !holds(one, connection, statements));
  return keys.length === 0 ? undefined : { status: "stale", keys: keys.map(({ key }) => keyOf(key)) };
}

type Expected = Transition["expect"][number];

function holds({ key, version, status }: Expected, connection: Connection, statements: Statements): boolean {
  const stored = storedState(key, connection, statements);
  return (stored?.version ?? 0) === version && (status === undefined || stored?.status === status);
}

/** A command has no version of its own: it exists or not. */
function storedState({ kind, id }: RecordKey, connection: Connection, { selectVersion }: Statements) {
  return connection.get<{ readonly version: number; readonly status?: string }>(selectVersion[kind], [id]);
}

function written(transition: Transition, connection: Connection, statements: Statements): CommitOutcome {
  const { command, expect, put, journal } = transition;
  const { writes } = statements;
  // A command that took effect before ends it here. The journal comes before the records: the guard against slots freed
  // by hand looks for the entry.
  insertRows(connection, writes.insertCommand, [commandToRow(command, journal[0]?.at)]);
  insertRows(connection, writes.insertJournal, journal.map(journalToRow));
  const taken = put.filter(isNewAndTaken);
  const parts = taken.length === 0 ? put : put.map((one) => (isNewAndTaken(one) ? beforeItsAppointment(one) : one));
  const lost = runsOf(writeOrder(parts)).filter(([first, ...more]) => {
    if (more.length === 0) return !putRecord(first, statusOf(first, expect), connection, statements);
    insertRows(
      connection,
      writes.slot.insert,
      [first, ...more].map((slot) => slotToRow(slot as Slot)),
    );
    return false;
  });
  if (lost.length > 0) return { status: "stale", keys: lost.flat().map(keyOf) };
  for (const slot of taken) if (!runRow(connection, writes.takeNewSlot, slotToRow(slot))) throw leftOut();
  return { status: "committed" };
}

/** New slots that follow one another are written together, and all other records one by one. */
function runsOf(records: readonly VersionedRecord[]): readonly Run[] {
  const runs: [VersionedRecord, ...VersionedRecord[]][] = [];
  for (const record of records) {
    const last = runs.at(-1);
    if (last !== undefined && isNewSlot(last[0]) && isNewSlot(record)) last.push(record);
    else runs.push([record]);
  }
  return runs;
}

type Run = readonly [VersionedRecord, ...VersionedRecord[]];

const isNewSlot = ({ kind, version }: VersionedRecord): boolean => kind === "slot" && version === 1;

function leftOut(): StorageError {
  return new StorageError(
    "refused",
    "A trigger of the database skipped a row of the change with RAISE(IGNORE). Nothing was changed; remove the trigger from Slotwright's tables.",
    new Error("RAISE(IGNORE)"),
  );
}

/** The status that the slot is expected to have before it is written. */
function statusOf({ kind, id }: VersionedRecord, expect: Transition["expect"]): Expected["status"] {
  return expect.find(({ key, status }) => status !== undefined && key.id === id && key.kind === kind)?.status;
}

/** False if the row is not at the version before this one, or has another status than is expected. */
function putRecord(
  record: VersionedRecord,
  status: Expected["status"],
  connection: Connection,
  statements: Statements,
): boolean {
  if (wrote(record, status, connection, statements)) return true;
  // Nobody else writes meanwhile. If a record is as expected and was not written, a trigger has left it out.
  const before = { key: keyOf(record), version: record.version - 1, ...(status !== undefined && { status }) };
  if (holds(before, connection, statements)) throw leftOut();
  return false;
}

function wrote(
  record: VersionedRecord,
  status: Expected["status"],
  connection: Connection,
  { writes }: Statements,
): boolean {
  switch (record.kind) {
    case "agenda":
      return putRow(connection, writes.agenda, agendaToRow(record));
    case "schedule":
      return putRow(connection, writes.schedule, scheduleToRow(record));
    case "availability":
      return putRow(connection, writes.availability, availabilityToRow(record));
    case "slot":
      return putRow(connection, writes.slot, { ...slotToRow(record), expected_status: status ?? null });
    case "appointment":
      return putRow(connection, writes.appointment, appointmentToRow(record));
  }
}

function putRow<Row extends { readonly version: number }, Expected>(
  connection: Connection,
  writes: RecordWrites<Row, Expected>,
  row: Row & Expected,
): boolean {
  if (row.version > 1) return runRow(connection, writes.updateState, row) || runRow(connection, writes.updateAll, row);
  insertRows(connection, writes.insert, [row]);
  return true;
}

function runRow<Row>(connection: Connection, { sql, columns }: RowWrite<Row>, row: Row): boolean {
  return connection.run(sql, valuesOf(row, columns)) === 1;
}

/** An existing row is an error of the database. */
function insertRows<Row>(connection: Connection, insertion: Insertion<Row>, rows: readonly Row[]): void {
  let at = 0;
  for (const { sql, columns, rows: count } of insertion) {
    for (; rows.length - at >= count; at += count) {
      if (connection.run(sql, valuesOfRows(rows, at, count, columns)) < count) throw leftOut();
    }
  }
}

/** In one array of its size from the beginning, without an array or an iterator for each row. */
function valuesOfRows<Row>(
  rows: readonly Row[],
  from: number,
  count: number,
  columns: RowWrite<Row>["columns"],
): readonly unknown[] {
  const width = columns.length;
  const values = new Array<unknown>(count * width);
  for (let index = 0; index < values.length; index += 1) {
    const row = rows[from + Math.floor(index / width)] as Row;
    values[index] = row[columns[index % width] as keyof Row];
  }
  return values;
}

const valuesOf = <Row>(row: Row, columns: RowWrite<Row>["columns"]): readonly unknown[] =>
  columns.map((column) => row[column]);
