import type {
  AppointmentRow,
  CommandRow,
  JournalRow,
  ScheduleRow,
  SlotRow,
  SqlStrategy,
  TableName,
} from "@slotwright/adapter-sql";
import type { RecordKind } from "@slotwright/core";
import { sql } from "kysely";

/** A statement for one row, and the columns whose values its placeholders take, in their order. */
export interface RowWrite<Row> {
  readonly sql: string;
  readonly columns: readonly (keyof Row & string)[];
}

/** How a record of one kind gets into its table. */
export interface RecordWrites<Row> {
  readonly insert: RowWrite<Row>;
  /** Sets what changes often, if the rest is as it was; so no index key is touched and few triggers look. */
  readonly updateState: RowWrite<Row>;
  /** Sets everything. */
  readonly updateAll: RowWrite<Row>;
}

export interface Writes {
  readonly schedule: RecordWrites<ScheduleRow>;
  readonly slot: RecordWrites<SlotRow>;
  readonly appointment: RecordWrites<AppointmentRow>;
  readonly insertCommand: RowWrite<CommandRow>;
  readonly insertJournal: RowWrite<JournalRow>;
}

type Columns<Row> = readonly (keyof Row & string)[];

const tables = { schedule: "schedules", slot: "slots", appointment: "appointments", command: "commands" } as const;

/** The table of a kind of record. */
export function tableOf(kind: RecordKind): TableName {
  return tables[kind];
}

export function createWrites(strategy: SqlStrategy): Writes {
  return {
    schedule: recordWrites<ScheduleRow>(strategy, "schedules", ["provider_id", "facility_id", "time_zone"], []),
    slot: recordWrites<SlotRow>(
      strategy,
      "slots",
      ["schedule_id", "provider_id", "facility_id", "seat", "start_at", "end_at"],
      ["status", "appointment_id", "hold_token_hash", "hold_expires_at", "metadata"],
    ),
    appointment: recordWrites<AppointmentRow>(
      strategy,
      "appointments",
      ["subject_id", "provider_id", "facility_id", "start_at", "end_at"],
      ["status", "slot_ids", "provider_ids", "metadata"],
    ),
    insertCommand: insertion<CommandRow>(strategy, "commands", ["id", "request_hash", "result", "created_at"]),
    insertJournal: insertion<JournalRow>(strategy, "journal", [
      "record_kind",
      "record_id",
      "version",
      "command",
      "command_id",
      "actor_kind",
      "actor_id",
      "reason",
      "at",
      "from_status",
      "to_status",
      "changes",
    ]),
  };
}

type Stamped = "id" | "version" | "created_at" | "updated_at";

function recordWrites<Row extends Record<Stamped, unknown>>(
  strategy: SqlStrategy,
  table: TableName,
  fixed: Columns<Omit<Row, Stamped>>,
  state: Columns<Omit<Row, Stamped>>,
): RecordWrites<Row> {
  const changing: Columns<Row> = [...state, "version", "updated_at"];
  return {
    insert: insertion<Row>(strategy, table, ["id", ...fixed, ...changing, "created_at"]),
    updateState: update<Row>(strategy, table, changing, fixed),
    updateAll: update<Row>(strategy, table, [...fixed, ...changing], []),
  };
}

// The statements are compiled with the columns' names as values: what comes back is the order to bind them in.
function insertion<Row>(strategy: SqlStrategy, table: TableName, columns: Columns<Row>): RowWrite<Row> {
  const names = sql.join(columns.map((column) => sql.id(column)));
  return compiled<Row>(strategy, sql`insert into ${sql.table(table)} (${names}) values (${sql.join(columns)})`);
}

function update<Row>(strategy: SqlStrategy, table: TableName, set: Columns<Row>, same: Columns<Row>): RowWrite<Row> {
  const assign = (column: string) => sql`${sql.id(column)} = ${column}`;
  const unchanged = same.map((column) => sql` and ${sql.id(column)} is ${column}`);
  return compiled<Row>(
    strategy,
    sql`update ${sql.table(table)} set ${sql.join(set.map(assign))}
      where id = ${"id"} and version = ${"version"} - 1${sql.join(unchanged, sql``)}`,
  );
}

function compiled<Row>({ queries }: SqlStrategy, statement: ReturnType<typeof sql>): RowWrite<Row> {
  const { sql: text, parameters } = statement.compile(queries);
  return { sql: text, columns: parameters as Columns<Row> };
}
