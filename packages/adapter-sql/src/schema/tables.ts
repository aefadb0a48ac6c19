import {
  appointmentStatuses,
  type Guard,
  journaledKinds,
  limits,
  owningStatuses,
  slotStatuses,
} from "@slotwright/core/adapter";
import { type RawBuilder, sql } from "kysely";
import { type Column, catalogue, type TableName } from "../catalogue.ts";
import { type Index, indexes } from "../indexes.ts";
import type { SqlStrategy } from "../strategy.ts";
import type { SchemaObject } from "./schema-object.ts";

/** The parts of a table, in the engine's SQL. */
export interface TableParts {
  readonly table: TableName;
  readonly columns: readonly string[];
  readonly keys: readonly ConstraintPart[];
  readonly checks: readonly CheckPart[];
  readonly references: readonly ConstraintPart[];
}

export interface ConstraintPart {
  /** The name in the database. */
  readonly name: string;
  readonly clause: string;
}

export interface CheckPart extends ConstraintPart {
  readonly guard: Guard;
  /** What the clause checks. */
  readonly condition: string;
}

/**
 * The constraints of a table. Each CHECK has the name of its guard. Some engines report only the first broken CHECK, so
 * their order is that of the contract.
 */
interface Constraints {
  readonly key: { readonly name: string; readonly columns: readonly string[] };
  readonly checks?: Readonly<Partial<Record<Guard, (strategy: SqlStrategy) => RawBuilder<unknown>>>>;
  /** By guard name: the column, and the table whose ids it holds. */
  readonly references?: Readonly<Record<string, readonly [column: string, table: TableName]>>;
}

/** What reaches into a range starts at most this much earlier, which bounds every search for what overlaps. */
const rangeWithinLimit = sql`start_at < end_at and end_at - start_at <= ${sql.lit(limits.slotMs)}`;

/** In the order of creation: that nobody else has a table of these names is known from the first. Triggers belong to the adapters. */
const constraints: Readonly<Partial<Record<TableName, Constraints>>> = {
  schedules: {
    key: { name: "schedules_pkey", columns: ["id"] },
    checks: { row_format: () => sql`version >= 1` },
  },
  agendas: {
    key: { name: "agendas_pkey", columns: ["id"] },
    checks: { row_format: () => sql`version >= 1` },
  },
  availabilities: {
    key: { name: "availabilities_pkey", columns: ["id"] },
    checks: {
      row_format: ({ isJson }) =>
        sql`version >= 1 and ${isJson("hours", "object")} and ${isJson("zone_rules", "array")}`,
    },
  },
  appointments: {
    key: { name: "appointments_pkey", columns: ["id"] },
    checks: {
      known_status: ({ isOneOf }) => sql`${isOneOf("status", appointmentStatuses)}`,
      valid_time_range: () => rangeWithinLimit,
      row_format: ({ isJson }) =>
        sql`version >= 1 and ${isJson("metadata", "object")} and ${isJson("slot_ids", "array")} and (provider_ids is null or ${isJson("provider_ids", "array")}) and (request is null or ${isJson("request", "object")})`,
      // After row_format, because items can only be counted in an array.
      owner_has_slots: ({ isOneOf, itemCount }) =>
        sql`(${isOneOf("status", owningStatuses)}) = (${itemCount("slot_ids")} > 0)`,
    },
  },
  // Without references: triggers write this table, and delete from it, along with its appointments.
  further_providers: { key: { name: "further_providers_pkey", columns: ["id", "provider_id"] } },
  slots: {
    key: { name: "slots_pkey", columns: ["id"] },
    checks: {
      known_status: ({ isOneOf }) => sql`${isOneOf("status", slotStatuses)}`,
      valid_time_range: () => rangeWithinLimit,
      booked_has_appointment: () => sql`(status = 'booked') = (appointment_id is not null)`,
      held_has_hold: () =>
        sql`(status = 'held') = (hold_token_hash is not null) and (hold_token_hash is null) = (hold_expires_at is null) and (hold_holder_id is null or hold_token_hash is not null)`,
      row_format: ({ isJson }) => sql`seat >= 0 and version >= 1 and ${isJson("metadata", "object")}`,
    },
    references: {
      slot_has_schedule_row: ["schedule_id", "schedules"],
      slot_has_appointment_row: ["appointment_id", "appointments"],
    },
  },
  commands: {
    key: { name: "commands_pkey", columns: ["id"] },
    checks: { row_format: ({ isJson }) => sql`${isJson("result", "any")}` },
  },
  journal: {
    key: { name: "journal_once_per_version", columns: ["record_id", "record_kind", "version"] },
    checks: {
      row_format: ({ isOneOf, isJson }) =>
        sql`${isOneOf("record_kind", journaledKinds)} and version >= 1 and ${isJson("place", "array")} and ${isJson("changes", "object")}`,
    },
  },
  feed_partitions: { key: { name: "feed_partitions_pkey", columns: ["feed_partition"] } },
  settings: { key: { name: "settings_pkey", columns: ["name"] } },
  relays: {
    key: { name: "relays_pkey", columns: ["name"] },
    checks: { row_format: ({ isJson }) => sql`version >= 1 and ${isJson("state", "object")}` },
  },
};

/** The tables that the engine needs, without the migration table, in an order in which they can be created. */
export function tableParts(strategy: SqlStrategy): readonly TableParts[] {
  const needed = Object.entries(constraints).filter(([name]) => !strategy.unneeded.some((one) => one === name));
  return needed.map(([name, own]) => {
    const table = name as TableName;
    return {
      table,
      columns: columnParts(strategy, table),
      keys: keyParts(strategy, table, own),
      checks: checkParts(strategy, table, own),
      references: referenceParts(strategy, table, own),
    };
  });
}

function columnParts(strategy: SqlStrategy, table: TableName): readonly string[] {
  return Object.entries<Column>(catalogue[table]).flatMap(([name, { type, isNullable }]) => {
    const typeSql = strategy.columnTypes[type];
    if (typeSql === null) return [];
    return [compiled(strategy, sql`${sql.id(name)} ${typeSql}${isNullable ? sql`` : sql` not null`}`)];
  });
}

const columnsOf = (names: readonly string[]) => sql.join(names.map((name) => sql.id(name)));

function keyParts(strategy: SqlStrategy, table: TableName, { key }: Constraints): readonly ConstraintPart[] {
  const part = (name: string, kind: RawBuilder<unknown>, columns: readonly string[]): ConstraintPart => ({
    name: strategy.qualified(name),
    clause: compiled(strategy, sql`${kind} (${columnsOf(columns)})`),
  });
  const feedKey = table === "journal" ? strategy.feedKey : undefined;
  const isPrimary = feedKey === undefined || feedKey === "unique";
  return [
    ...(feedKey ? [part("journal_feed", sql.raw(feedKey), ["feed_partition", "seq"])] : []),
    part(key.name, isPrimary ? sql`primary key` : sql`unique`, key.columns),
  ];
}

function checkParts(strategy: SqlStrategy, table: TableName, { checks = {} }: Constraints): readonly CheckPart[] {
  return Object.entries(checks).map(([guard, check]) => {
    const condition = compiled(strategy, sql`${check(strategy)}`);
    const name = strategy.constraintName(table, guard);
    return { guard: guard as Guard, name, condition, clause: `check (${condition})` };
  });
}

function referenceParts(
  strategy: SqlStrategy,
  table: TableName,
  { references = {} }: Constraints,
): readonly ConstraintPart[] {
  return Object.entries(references).map(([guard, [column, target]]) => ({
    name: strategy.constraintName(table, guard),
    clause: compiled(
      strategy,
      sql`foreign key (${columnsOf([column])}) references ${sql.table(target)} (${columnsOf(["id"])})`,
    ),
  }));
}

export function wholeTable(
  strategy: SqlStrategy,
  { table, columns, keys, checks, references }: TableParts,
): SchemaObject {
  const own = [...keys, ...checks, ...references];
  const clauses = own.map(({ name, clause }) => `constraint ${compiled(strategy, sql.id(name))} ${clause}`.trim());
  return createTable(strategy, table, [...columns, ...clauses]);
}

export function createTable(strategy: SqlStrategy, table: TableName, items: readonly string[]): SchemaObject {
  const options = compiled(strategy, strategy.tableOptions);
  const statement = `create table ${compiled(strategy, sql.table(table))} (\n  ${items.join(",\n  ")}\n)${options === "" ? "" : ` ${options}`}`;
  return { kind: "table", name: table, statement };
}

export function indexObjects(strategy: SqlStrategy): readonly SchemaObject[] {
  return Object.entries<Index>(indexes).map(([name, { table, columns, isSparse }]) => {
    const keys = columns.map((column) => (column === "id" ? strategy.listedId : sql.id(column)));
    const rows = isSparse ? strategy.onlyWith(columns[0] as string) : sql``;
    const statement = sql`create index ${sql.id(strategy.qualified(name))} on ${sql.table(table)} (${sql.join(keys)})${rows}`;
    return { kind: "index", name, on: table, statement: compiled(strategy, statement) };
  });
}

function compiled({ queries }: SqlStrategy, part: RawBuilder<unknown>): string {
  return part.compile(queries).sql;
}
