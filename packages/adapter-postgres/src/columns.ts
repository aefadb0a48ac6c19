const integers: readonly string[] = ["n", "seat", "version", "is_migrated", "server_version"];
const instants: readonly string[] = ["start_at", "end_at", "hold_expires_at", "created_at", "updated_at", "at", "now"];

/** The type of a column in a statement that makes its rows itself. */
export function columnType(column: string): "integer" | "bigint" | "text" {
  if (integers.includes(column)) return "integer";
  return instants.includes(column) ? "bigint" : "text";
}

/** Turns what a driver of the host's made of a number (a string, a bigint) into a number, in place of its settings. */
export function exactRow<Row>(row: Row): Row {
  const entries = Object.entries(row as Record<string, unknown>);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value === null || columnType(name) === "text" ? value : Number(value)]),
  ) as Row;
}
