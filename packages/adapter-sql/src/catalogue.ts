import type { RecordKind } from "@slotwright/core/adapter";

/**
 * All tables and columns, each listed once. The row types, the columns that are selected and written, PostgreSQL's row
 * types, the parameters of MySQL's procedures and the text of a migration all come from this list.
 */
export interface Column {
  readonly type: ColumnType;
  readonly isNullable?: true;
  /** The column usually keeps the value that it was inserted with. */
  readonly isFixed?: true;
}

/**
 * An `instant` is a number of milliseconds since 1970. An `agendaId` is an id with a prefix. `json` is a document as text. Only the database writes a
 * `sequence` or a `partition`, so the rows that an adapter writes do not include them.
 */
export type ColumnType = "id" | "agendaId" | "text" | "integer" | "instant" | "json" | WrittenByDatabase;

const writtenByDatabase = ["sequence", "partition"] as const;
type WrittenByDatabase = (typeof writtenByDatabase)[number];

const fixedId = { type: "id", isFixed: true } as const;
const fixedText = { type: "text", isFixed: true } as const;
const fixedInstant = { type: "instant", isFixed: true } as const;
const text = { type: "text" } as const;
const integer = { type: "integer" } as const;
const json = { type: "json" } as const;
const stamps = { version: integer, created_at: fixedInstant, updated_at: { type: "instant" } } as const;

export const catalogue = {
  /** What commands meet on that looked at the same provider's or subject's time. */
  agendas: { id: { type: "agendaId", isFixed: true }, version: integer },
  schedules: {
    id: fixedId,
    provider_id: fixedId,
    facility_id: { ...fixedId, isNullable: true },
    time_zone: fixedText,
    ...stamps,
  },
  /** The hours of a provider at a facility. */
  availabilities: {
    id: fixedId,
    provider_id: fixedId,
    facility_id: fixedId,
    time_zone: text,
    hours: json,
    zone_rules: json,
    ...stamps,
  },
  slots: {
    id: fixedId,
    schedule_id: fixedId,
    provider_id: fixedId,
    facility_id: fixedId,
    seat: { type: "integer", isFixed: true },
    start_at: fixedInstant,
    end_at: fixedInstant,
    status: text,
    appointment_id: { type: "id", isNullable: true },
    hold_token_hash: { type: "text", isNullable: true },
    hold_expires_at: { type: "instant", isNullable: true },
    hold_holder_id: { type: "id", isNullable: true },
    metadata: json,
    ...stamps,
  },
  appointments: {
    id: fixedId,
    subject_id: fixedId,
    provider_id: fixedId,
    facility_id: fixedId,
    start_at: fixedInstant,
    end_at: fixedInstant,
    status: text,
    slot_ids: json,
    /** An array of all providers. NULL if `provider_id` is the only one, as it usually is. */
    provider_ids: { type: "json", isNullable: true },
    metadata: json,
    ...stamps,
    /** What was asked for and offered, as one document. NULL if the appointment was booked at once. */
    request: { type: "json", isNullable: true },
  },
  /**
   * A further provider of an appointment, beside its `provider_id`. The columns have the names of the appointment's
   * columns, so that lists filter and sort both tables with the same SQL. Triggers keep this table up to date.
   */
  further_providers: {
    id: fixedId,
    provider_id: fixedId,
    subject_id: fixedId,
    facility_id: fixedId,
    start_at: fixedInstant,
    status: text,
  },
  commands: {
    id: fixedId,
    request_hash: fixedText,
    result: { type: "json", isFixed: true },
    /** When the command took effect, as in its journal entries. NULL for a command that changed nothing. */
    created_at: { type: "instant", isNullable: true, isFixed: true },
  },
  journal: {
    /** In each partition, the order of the numbers is the order of the commits. SQLite has one partition, and no column. */
    feed_partition: { type: "partition", isFixed: true },
    seq: { type: "sequence", isFixed: true },
    record_kind: fixedText,
    record_id: fixedId,
    /** The record's facility and then its providers, after the change. In one column: each costs every booking. */
    place: { type: "json", isFixed: true },
    version: { type: "integer", isFixed: true },
    command: fixedText,
    command_id: fixedId,
    actor_kind: fixedText,
    actor_id: fixedText,
    reason: { type: "text", isNullable: true, isFixed: true },
    at: fixedInstant,
    from_status: { type: "text", isNullable: true, isFixed: true },
    to_status: fixedText,
    /** The changes, as `packedChanges` writes them, and beside them the overrides of the command, which few commands have. */
    changes: { type: "json", isFixed: true },
  },
  /** The partitions of the feed as rows to lock, and the last number in each, for engines without a better lock. */
  feed_partitions: { feed_partition: { type: "partition", isFixed: true }, last_seq: { type: "sequence" } },
  settings: { name: fixedId, value: text },
  /** The place of each relay in the feed, its lease, and what it has parked, as one document. */
  relays: { name: fixedId, version: integer, state: json },
  /** The adapter's own bookkeeping. */
  migrations: { version: { type: "integer", isFixed: true }, name: fixedText, oldest_code: integer },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Column>>>>;

type Catalogue = typeof catalogue;

export type TableName = keyof Catalogue;

export const tableNames = Object.keys(catalogue) as readonly TableName[];

/** The table of each kind of record. */
export const tableOfKind = {
  agenda: "agendas",
  schedule: "schedules",
  availability: "availabilities",
  slot: "slots",
  appointment: "appointments",
  command: "commands",
} as const satisfies Readonly<Record<RecordKind, TableName>>;

/** The columns in the rows that an adapter writes. */
export type ColumnName<T extends TableName> = {
  [C in keyof Catalogue[T]]: Catalogue[T][C] extends { readonly type: WrittenByDatabase } ? never : C;
}[keyof Catalogue[T]] &
  string;

type ValueOf<C> = C extends { readonly type: "integer" | "instant" } ? number : string;

type FieldOf<C> = C extends { readonly isNullable: true } ? ValueOf<C> | null : ValueOf<C>;

/**
 * A row as it crosses the wire. Instants are numbers and documents are JSON text, whatever the engine's column types
 * are. So no driver setting that the host makes (time zone, date or number parsing) can change a value.
 */
export type Row<T extends TableName> = { readonly [C in ColumnName<T>]: FieldOf<Catalogue[T][C & keyof Catalogue[T]]> };

/** The tables by their names, without the prefix. */
export type Tables = { [T in TableName]: Row<T> };

export type AgendaRow = Row<"agendas">;
export type ScheduleRow = Row<"schedules">;
export type AvailabilityRow = Row<"availabilities">;
export type SlotRow = Row<"slots">;
export type AppointmentRow = Row<"appointments">;
export type CommandRow = Row<"commands">;
export type JournalRow = Row<"journal">;
export type SettingRow = Row<"settings">;
export type RelayRow = Row<"relays">;

/** The columns of each table's rows, in the table's order. */
export const columnNames = Object.fromEntries(
  tableNames.map((table) => [
    table,
    Object.entries<Column>(catalogue[table]).flatMap(([name, { type }]) =>
      writtenByDatabase.some((own) => own === type) ? [] : [name],
    ),
  ]),
) as unknown as { readonly [T in TableName]: readonly ColumnName<T>[] };

/**
 * The type of each column name that rows are read and written with. There, columns with the same name have the same
 * type in every table.
 */
const columnTypes: ReadonlyMap<string, ColumnType> = new Map(
  Object.values(catalogue).flatMap((columns) =>
    Object.entries<Column>(columns).map(([name, { type }]) => [name, type] as const),
  ),
);

/** The type of the columns with this name, or undefined if no table has one. */
export function columnType(name: string): ColumnType | undefined {
  return columnTypes.get(name);
}

/**
 * Splits the columns into those that later versions of a row usually keep, and those that change. Keys and stamps are
 * in neither list.
 */
export function splitColumns<T extends TableName>(
  table: T,
): { readonly fixed: readonly ColumnName<T>[]; readonly changing: readonly ColumnName<T>[] } {
  const others = columnNames[table].filter((name) => !rowStamps.includes(name));
  const isFixed = (name: string) => (catalogue[table] as Readonly<Record<string, Column>>)[name]?.isFixed === true;
  return { fixed: others.filter(isFixed), changing: others.filter((name) => !isFixed(name)) };
}

const rowStamps: readonly string[] = ["id", "version", "created_at", "updated_at"];

/** The prefix of every table, index and trigger, unless the host chooses another one. */
export const defaultTablePrefix = "slotwright_";

/** Whether a server's message, in any language, names one of our tables or commit functions. */
export function namesOurs(words: string): boolean {
  return [...tableNames, "commit_v\\d+", "write_v\\d+"].some((name) =>
    new RegExp(`(?:_|\\b)${name}(?![a-z])`).test(words),
  );
}
