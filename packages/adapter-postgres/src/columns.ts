import { type ColumnType, columnType as typeInTables } from "@slotwright/adapter-sql";

type WireType = "integer" | "bigint" | "text";

const wireTypes: Readonly<Record<ColumnType, WireType>> = {
  id: "text",
  text: "text",
  json: "text",
  integer: "integer",
  instant: "bigint",
  sequence: "bigint",
};

/** Columns that no table has. */
const ofStatements: Readonly<Record<string, WireType>> = {
  n: "integer",
  is_migrated: "integer",
  server_version: "integer",
  now: "bigint",
};

/** The type of a column in a statement that makes its rows itself. */
export function columnType(column: string): WireType {
  const inTables = typeInTables(column);
  return inTables === undefined ? (ofStatements[column] ?? "text") : wireTypes[inTables];
}

/** Turns what a driver of the host's made of a number (a string, a bigint) into a number, in place of its settings. */
export function exactRow<Row>(row: Row): Row {
  const entries = Object.entries(row as Record<string, unknown>);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value === null || columnType(name) === "text" ? value : Number(value)]),
  ) as Row;
}
