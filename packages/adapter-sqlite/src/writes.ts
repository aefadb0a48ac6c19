import {
  type AgendaRow,
  type AppointmentRow,
  type AvailabilityRow,
  type CommandRow,
  columnNames,
  type JournalRow,
  type Row,
  type ScheduleRow,
  type SlotRow,
  type SqlStrategy,
  splitColumns,
  type TableName,
} from "@slotwright/adapter-sql";
import { sql } from "kysely";

/** A statement for one row, and the columns whose values its placeholders take, in this order. */
export interface RowWrite<Row> {
  readonly sql: string;
  readonly columns: readonly (keyof Row & string)[];
}

/**
 * Statements that insert several rows at once, the largest first and the last for one row. SQLite copies each page that a
 * statement changes, so that it can undo the statement. With a statement for each of a thousand slots, these copies take
 * longer than everything else.
 */
export type Insertion<Row> = readonly (RowWrite<Row> & { readonly rows: number })[];

/** More rows at once are not faster, and take longer to prepare. */
const rowsAtOnce = [64, 8, 1] as const;

/** A command is one row. It writes few schedules and appointments. */
const oneRow = [1] as const;

/** The status that a slot has to be stored with before it is written, or null if any will do. */
export interface ExpectedStatus {
  readonly expected_status: string | null;
}

/** How a record of one kind is written to its table. `Expected` is what an update compares besides the version. */
export interface RecordWrites<Row, Expected = unknown> {
  readonly insert: Insertion<Row>;
  /** Sets what changes often, if the rest is unchanged. So no index key is touched and few triggers fire. */
  readonly updateState: RowWrite<Row & Expected>;
  /** Sets everything. */
  readonly updateAll: RowWrite<Row & Expected>;
}

export interface Writes {
  readonly agenda: RecordWrites<AgendaRow>;
  readonly schedule: RecordWrites<ScheduleRow>;
  readonly availability: RecordWrites<AvailabilityRow>;
  readonly slot: RecordWrites<SlotRow, ExpectedStatus>;
  /** Gives a slot that is new in this transaction its appointment. */
  readonly takeNewSlot: RowWrite<SlotRow>;
  readonly appointment: RecordWrites<AppointmentRow>;
  readonly insertCommand: Insertion<CommandRow>;
  readonly insertJournal: Insertion<JournalRow>;
}

type Columns<Row> = readonly (keyof Row & string)[];

export function createWrites(strategy: SqlStrategy): Writes {
  return {
    agenda: recordWrites(strategy, "agendas", oneRow),
    schedule: recordWrites(strategy, "schedules", oneRow),
    availability: recordWrites(strategy, "availabilities", oneRow),
    slot: recordWrites<"slots", ExpectedStatus>(
      strategy,
      "slots",
      rowsAtOnce,
      sql` and status = coalesce(${"expected_status"}, status)`,
    ),
    takeNewSlot: compiled<SlotRow>(
      strategy,
      sql`update ${sql.table("slots")} set status = ${"status"}, appointment_id = ${"appointment_id"}
        where id = ${"id"} and version = ${"version"}`,
    ),
    appointment: recordWrites(strategy, "appointments", oneRow),
    insertCommand: insertion<CommandRow>(strategy, "commands", columnNames.commands, oneRow),
    insertJournal: insertion<JournalRow>(strategy, "journal", columnNames.journal, rowsAtOnce),
  };
}

/** @param expected A further condition of updates, after their own. */
function recordWrites<
  T extends "agendas" | "schedules" | "availabilities" | "slots" | "appointments",
  Expected = unknown,
>(strategy: SqlStrategy, table: T, sizes: readonly number[], expected = sql``): RecordWrites<Row<T>, Expected> {
  const { fixed, changing } = splitColumns(table) as {
    readonly fixed: Columns<Row<T>>;
    readonly changing: Columns<Row<T>>;
  };
  const all: readonly string[] = columnNames[table];
  const stamps = ["version", "updated_at"].filter((name) => all.includes(name));
  const state = [...changing, ...stamps] as unknown as Columns<Row<T>>;
  return {
    insert: insertion<Row<T>>(strategy, table, columnNames[table] as Columns<Row<T>>, sizes),
    updateState: update<Row<T>>(strategy, table, state, fixed, expected),
    updateAll: update<Row<T>>(strategy, table, [...fixed, ...state], [], expected),
  };
}

function insertion<Row>(
  strategy: SqlStrategy,
  table: TableName,
  columns: Columns<Row>,
  sizes: readonly number[],
): Insertion<Row> {
  const names = sql.join(columns.map((column) => sql.id(column)));
  return sizes.map((rows) => {
    const values = sql.join(Array.from({ length: rows }, () => sql`(${sql.join(columns)})`));
    const { sql: text } = compiled<Row>(strategy, sql`insert into ${sql.table(table)} (${names}) values ${values}`);
    return { sql: text, columns, rows };
  });
}

function update<Row>(
  strategy: SqlStrategy,
  table: TableName,
  set: Columns<Row>,
  same: Columns<Row>,
  expected: ReturnType<typeof sql>,
): RowWrite<Row> {
  const assign = (column: string) => sql`${sql.id(column)} = ${column}`;
  const unchanged = same.map((column) => sql` and ${sql.id(column)} is ${column}`);
  return compiled<Row>(
    strategy,
    sql`update ${sql.table(table)} set ${sql.join(set.map(assign))}
      where id = ${"id"} and version = ${"version"} - 1${sql.join(unchanged, sql``)}${expected}`,
  );
}

// The statements are compiled with the columns' names as values. The result shows the order in which to bind them.
function compiled<Row>({ queries }: SqlStrategy, statement: ReturnType<typeof sql>): RowWrite<Row> {
  const { sql: text, parameters } = statement.compile(queries);
  return { sql: text, columns: parameters as Columns<Row> };
}
