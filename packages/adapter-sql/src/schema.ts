/**
 * Rows as they cross the wire: instants are epoch milliseconds, documents are JSON text, whatever types the engine's
 * columns have. So no setting of the host's driver (time zone, date or number parsing) can change a value.
 */
export interface ScheduleRow {
  readonly id: string;
  readonly provider_id: string;
  readonly facility_id: string | null;
  readonly time_zone: string;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

export interface SlotRow {
  readonly id: string;
  readonly schedule_id: string;
  readonly provider_id: string;
  readonly facility_id: string;
  readonly seat: number;
  readonly start_at: number;
  readonly end_at: number;
  readonly status: string;
  readonly appointment_id: string | null;
  readonly hold_token_hash: string | null;
  readonly hold_expires_at: number | null;
  readonly metadata: string;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

export interface AppointmentRow {
  readonly id: string;
  readonly subject_id: string;
  readonly provider_id: string;
  readonly facility_id: string;
  readonly start_at: number;
  readonly end_at: number;
  readonly status: string;
  readonly slot_ids: string;
  /** A JSON array of all of them, or null where `provider_id` is the only one, as it usually is. */
  readonly provider_ids: string | null;
  readonly metadata: string;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

/**
 * A further provider of an appointment, beside its `provider_id`. The columns are those of the appointment under their
 * names, so that lists restrict and order both tables by the same words. The database keeps them, by triggers.
 */
export interface FurtherProviderRow {
  /** Of the appointment. */
  readonly id: string;
  readonly provider_id: string;
  readonly subject_id: string;
  readonly facility_id: string;
  readonly start_at: number;
  readonly status: string;
}

export interface CommandRow {
  readonly id: string;
  readonly request_hash: string;
  readonly result: string;
  /** When the command took effect, as its journal entries say; null for one that changed nothing. */
  readonly created_at: number | null;
}

/** Without `seq`, the order of writing, which some databases number. */
export interface JournalRow {
  readonly record_kind: string;
  readonly record_id: string;
  readonly version: number;
  readonly command: string;
  readonly command_id: string;
  readonly actor_kind: string;
  readonly actor_id: string;
  readonly reason: string | null;
  readonly at: number;
  readonly from_status: string | null;
  readonly to_status: string;
  readonly changes: string;
}

export interface SettingRow {
  readonly name: string;
  readonly value: string;
}

export interface MigrationRow {
  readonly version: number;
  readonly name: string;
}

/** The tables by their names without prefix. */
export interface Tables {
  schedules: ScheduleRow;
  slots: SlotRow;
  appointments: AppointmentRow;
  further_providers: FurtherProviderRow;
  commands: CommandRow;
  journal: JournalRow;
  settings: SettingRow;
  migrations: MigrationRow;
}

export type TableName = keyof Tables;

export const tableNames: readonly TableName[] = [
  "schedules",
  "slots",
  "appointments",
  "further_providers",
  "commands",
  "journal",
  "settings",
  "migrations",
];

/** All columns that rows have, in the order of the tables. The compiler finds one that is missing here. */
export const columnNames = {
  schedules: columnsOf<ScheduleRow>({
    id: true,
    provider_id: true,
    facility_id: true,
    time_zone: true,
    version: true,
    created_at: true,
    updated_at: true,
  }),
  slots: columnsOf<SlotRow>({
    id: true,
    schedule_id: true,
    provider_id: true,
    facility_id: true,
    seat: true,
    start_at: true,
    end_at: true,
    status: true,
    appointment_id: true,
    hold_token_hash: true,
    hold_expires_at: true,
    metadata: true,
    version: true,
    created_at: true,
    updated_at: true,
  }),
  appointments: columnsOf<AppointmentRow>({
    id: true,
    subject_id: true,
    provider_id: true,
    facility_id: true,
    start_at: true,
    end_at: true,
    status: true,
    slot_ids: true,
    provider_ids: true,
    metadata: true,
    version: true,
    created_at: true,
    updated_at: true,
  }),
  further_providers: columnsOf<FurtherProviderRow>({
    id: true,
    provider_id: true,
    subject_id: true,
    facility_id: true,
    start_at: true,
    status: true,
  }),
  commands: columnsOf<CommandRow>({ id: true, request_hash: true, result: true, created_at: true }),
  journal: columnsOf<JournalRow>({
    record_kind: true,
    record_id: true,
    version: true,
    command: true,
    command_id: true,
    actor_kind: true,
    actor_id: true,
    reason: true,
    at: true,
    from_status: true,
    to_status: true,
    changes: true,
  }),
  settings: columnsOf<SettingRow>({ name: true, value: true }),
} as const;

function columnsOf<Row>(columns: Readonly<Record<keyof Row & string, true>>): readonly (keyof Row & string)[] {
  return Object.keys(columns) as (keyof Row & string)[];
}

/** Prefix of every table, index and trigger, unless the host chooses another. */
export const defaultTablePrefix = "slotwright_";

/** Whether a server's words name one of our tables or the function that commits, in whatever language. */
export function namesOurs(text: string): boolean {
  return [...tableNames, "commit", "write"].some((name) => new RegExp(`(?:_|\\b)${name}(?![a-z])`).test(text));
}
