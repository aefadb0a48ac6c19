import { appointmentStatuses, limits, owningStatuses, slotStatuses } from "@slotwright/core";
import { type CreateTableBuilder, sql } from "kysely";
import { indexes } from "../indexes.ts";
import type { TableName } from "../schema.ts";
import type { SqlStrategy } from "../strategy.ts";

/**
 * The tables and indexes of schema version 1. Each CHECK is named after the guard it is; where an engine reports only
 * the first one broken, their order is the order of the contract. Triggers are the adapters' own.
 */
export function initialTables(strategy: SqlStrategy): readonly string[] {
  return [
    ...[schedules, appointments, furtherProviders, slots, commands, journal, settings].map((table) => table(strategy)),
    ...indexStatements(strategy),
  ];
}

/** A table whose columns may not be null unless their name ends in `?`. */
function createTable(
  { queries, columnTypes, tableOptions }: SqlStrategy,
  tableName: TableName,
  columns: Readonly<Record<string, keyof SqlStrategy["columnTypes"]>>,
): CreateTableBuilder<TableName, string> {
  let table: CreateTableBuilder<TableName, string> = queries.schema.createTable(tableName);
  for (const [column, name] of Object.entries(columns)) {
    const type = columnTypes[name];
    if (type === null) continue;
    table = table.addColumn(column.replace("?", ""), type, (definition) =>
      column.endsWith("?") ? definition : definition.notNull(),
    );
  }
  return table.modifyEnd(tableOptions);
}

const constraintNames =
  ({ constraintName }: SqlStrategy, table: TableName) =>
  (guard: string) =>
    constraintName(table, guard);

const stamps = { version: "integer", created_at: "instant", updated_at: "instant" } as const;

function schedules(strategy: SqlStrategy): string {
  const name = constraintNames(strategy, "schedules");
  const columns = { id: "id", provider_id: "id", "facility_id?": "id", time_zone: "text", ...stamps } as const;
  return createTable(strategy, "schedules", columns)
    .addPrimaryKeyConstraint(strategy.qualified("schedules_pkey"), ["id"])
    .addCheckConstraint(name("row_format"), sql`version >= 1`)
    .compile().sql;
}

const slotColumns = {
  id: "id",
  schedule_id: "id",
  provider_id: "id",
  facility_id: "id",
  seat: "integer",
  start_at: "instant",
  end_at: "instant",
  status: "text",
  "appointment_id?": "id",
  "hold_token_hash?": "text",
  "hold_expires_at?": "instant",
  metadata: "json",
  ...stamps,
} as const;

function slots(strategy: SqlStrategy): string {
  const name = constraintNames(strategy, "slots");
  const longest = sql.lit(limits.slotMs);
  return createTable(strategy, "slots", slotColumns)
    .addPrimaryKeyConstraint(strategy.qualified("slots_pkey"), ["id"])
    .addCheckConstraint(name("known_status"), strategy.isOneOf("status", slotStatuses))
    .addCheckConstraint(name("valid_time_range"), sql`start_at < end_at and end_at - start_at <= ${longest}`)
    .addCheckConstraint(name("booked_has_appointment"), sql`(status = 'booked') = (appointment_id is not null)`)
    .addCheckConstraint(
      name("held_has_hold"),
      sql`(status = 'held') = (hold_token_hash is not null) and (hold_token_hash is null) = (hold_expires_at is null)`,
    )
    .addCheckConstraint(
      name("row_format"),
      sql`seat >= 0 and version >= 1 and ${strategy.isJson("metadata", "object")}`,
    )
    .addForeignKeyConstraint(name("slot_has_schedule_row"), ["schedule_id"], "schedules", ["id"])
    .addForeignKeyConstraint(name("slot_has_appointment_row"), ["appointment_id"], "appointments", ["id"])
    .compile().sql;
}

const appointmentColumns = {
  id: "id",
  subject_id: "id",
  provider_id: "id",
  facility_id: "id",
  start_at: "instant",
  end_at: "instant",
  status: "text",
  slot_ids: "json",
  "provider_ids?": "json",
  metadata: "json",
  ...stamps,
} as const;

function appointments(strategy: SqlStrategy): string {
  const name = constraintNames(strategy, "appointments");
  const { isJson, isOneOf, itemCount } = strategy;
  return (
    createTable(strategy, "appointments", appointmentColumns)
      .addPrimaryKeyConstraint(strategy.qualified("appointments_pkey"), ["id"])
      .addCheckConstraint(name("known_status"), isOneOf("status", appointmentStatuses))
      .addCheckConstraint(name("valid_time_range"), sql`start_at < end_at`)
      .addCheckConstraint(
        name("row_format"),
        sql`version >= 1 and ${isJson("metadata", "object")} and ${isJson("slot_ids", "array")}
          and (provider_ids is null or ${isJson("provider_ids", "array")})`,
      )
      // After row_format: the items of something that is no array cannot be counted.
      .addCheckConstraint(
        name("owner_has_slots"),
        sql`(${isOneOf("status", owningStatuses)}) = (${itemCount("slot_ids")} > 0)`,
      )
      .compile().sql
  );
}

/** Without foreign keys: triggers write it, and delete from it, along with its appointments. */
function furtherProviders(strategy: SqlStrategy): string {
  const { id, provider_id, subject_id, facility_id, start_at, status } = appointmentColumns;
  const columns = { id, provider_id, subject_id, facility_id, start_at, status } as const;
  return createTable(strategy, "further_providers", columns)
    .addPrimaryKeyConstraint(strategy.qualified("further_providers_pkey"), ["id", "provider_id"])
    .compile().sql;
}

function commands(strategy: SqlStrategy): string {
  const name = constraintNames(strategy, "commands");
  const columns = { id: "id", request_hash: "text", result: "json", "created_at?": "instant" } as const;
  return createTable(strategy, "commands", columns)
    .addPrimaryKeyConstraint(strategy.qualified("commands_pkey"), ["id"])
    .addCheckConstraint(name("row_format"), strategy.isJson("result", "any"))
    .compile().sql;
}

const journalColumns = {
  "seq?": "sequence",
  record_kind: "text",
  record_id: "id",
  version: "integer",
  command: "text",
  command_id: "id",
  actor_kind: "text",
  actor_id: "text",
  "reason?": "text",
  at: "instant",
  "from_status?": "text",
  to_status: "text",
  changes: "json",
} as const;

function journal(strategy: SqlStrategy): string {
  const name = constraintNames(strategy, "journal");
  const table = createTable(strategy, "journal", journalColumns);
  const [key, columns] = [strategy.qualified("journal_once_per_version"), ["record_id", "version"]] as const;
  const isNumbered = strategy.columnTypes.sequence !== null;
  return (isNumbered ? table.addUniqueConstraint(key, [...columns]) : table.addPrimaryKeyConstraint(key, [...columns]))
    .addCheckConstraint(
      name("row_format"),
      sql`${strategy.isOneOf("record_kind", ["slot", "appointment"])} and version >= 1 and ${strategy.isJson("changes", "object")}`,
    )
    .compile().sql;
}

function settings(strategy: SqlStrategy): string {
  return createTable(strategy, "settings", { name: "id", value: "text" })
    .addPrimaryKeyConstraint(strategy.qualified("settings_pkey"), ["name"])
    .compile().sql;
}

function indexStatements({ queries, qualified, listedId }: SqlStrategy): readonly string[] {
  return Object.entries(indexes).map(([name, { table, columns }]) => {
    const keys = columns.map((column) => (column === "id" ? listedId : sql.id(column)));
    const statement = sql`create index ${sql.id(qualified(name))} on ${sql.table(table)} (${sql.join(keys)})`;
    return statement.compile(queries).sql;
  });
}
