import { type ColumnType, columnType as typeInTables } from "@slotwright/adapter-sql";

type WireType = "integer" | "bigint" | "text";

const wireTypes: Readonly<Record<ColumnType, WireType>> = {
  id: "text",
  agendaId: "text",
  text: "text",
  json: "text",
  integer: "integer",
  instant: "bigint",
  sequence: "bigint",
  partition: "integer",
};

/** Columns that do not belong to a table. */
const ofStatements: Readonly<Record<string, WireType>> = {
  n: "integer",
  from_at: "bigint",
  to_at: "bigint",
  is_migrated: "integer",
  server_version: "integer",
  now: "bigint",
};

/** The type of a column in a statement that builds its own rows. */
export function columnType(column: string): WireType {
  const inTables = typeInTables(column);
  return inTables === undefined ? (ofStatements[column] ?? "text") : wireTypes[inTables];
}

/** Converts numbers that the host's driver returned as a string or a bigint, whatever its settings are. */
export function exactRow<Row>(row: Row): Row {
  const entries = Object.entries(row as Record<string, unknown>);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value === null || columnType(name) === "text" ? value : Number(value)]),
  ) as Row;
}
