import { columnNames, columnType } from "@slotwright/adapter-sql";
import { type RawBuilder, sql } from "kysely";
import type { DataTable } from "./documents.ts";
import type { MysqlStrategy } from "./strategy.ts";

/**
 * The writes of a batch as stored procedures, so that a commit is one round trip, whatever the host has set on its
 * connection: a procedure keeps the SQL mode and character set that it was created with. Each parameter is a JSON array
 * of rows, as `rowText` writes them, or NULL. Existing rows are locked first, by primary key and in one order over all
 * transactions; then the writes come in an order in which no guard sees a state in between that is forbidden.
 */
export const steps = [
  { name: "new_commands", table: "commands", how: "insert" },
  { name: "lock_schedules", table: "schedules", how: "lock" },
  { name: "lock_slots", table: "slots", how: "lock" },
  { name: "lock_appointments", table: "appointments", how: "lock" },
  // The journal first: it tells the guards why a booked slot is freed.
  { name: "new_journal", table: "journal", how: "insert" },
  { name: "new_schedules", table: "schedules", how: "insert" },
  { name: "old_schedules", table: "schedules", how: "update" },
  // Slots that nobody has, or has any longer, …
  { name: "old_slots", table: "slots", how: "update" },
  { name: "new_slots", table: "slots", how: "insert" },
  // … appointments, which may then drop or take slots, …
  { name: "new_appointments", table: "appointments", how: "insert" },
  { name: "old_appointments", table: "appointments", how: "update" },
  // … and slots with an appointment, whose row exists by then and lists them.
  { name: "old_booked_slots", table: "slots", how: "update" },
  { name: "new_booked_slots", table: "slots", how: "insert" },
] as const satisfies readonly AnyStep[];

interface AnyStep {
  readonly name: string;
  readonly table: DataTable;
  readonly how: "lock" | "insert" | "update";
}

export type Step = (typeof steps)[number];
export type StepName = Step["name"];

/** Procedures carry the version that they are of: older processes may still call theirs. */
export function procedureName(name: "write" | "commit", version: number): string {
  return `${name}_v${version}`;
}

/** What both say where a version no longer holds. `commit` also says it where others have locked a row. */
export const staleText = "slotwright:stale";

/** What both say where a command took effect before. They look for that first. */
export const replayedText = "slotwright:replayed";

/** Seconds for which a transaction of our own waits for a lock that it did not see: the least that InnoDB counts in. */
export const longestWait = 1;

/** The columns of a step's rows, in the order of their values. */
export function columnsOf({ table, how }: Pick<Step, "table" | "how">): readonly string[] {
  return how === "lock" ? lockColumns : columnNames[table];
}

const lockColumns = ["id", "version"] as const;

const typeOf = (column: string, { textType }: Pick<MysqlStrategy, "textType">) =>
  ["integer", "instant"].includes(columnType(column) ?? "text") ? sql`bigint` : textType;

/** The rows of a JSON array, as a table `k`: each is an array of the values of these columns, as `rowText` writes it. */
export function rowsIn(
  source: RawBuilder<unknown>,
  columns: readonly string[],
  strategy: Pick<MysqlStrategy, "textType">,
): RawBuilder<unknown> {
  const typed = columns.map(
    (column, place) => sql`${sql.id(column)} ${typeOf(column, strategy)} path ${sql.lit(`$[${place}]`)}`,
  );
  return sql`json_table(${source}, '$[*]' columns (${sql.join(typed)})) as k`;
}

/**
 * A row as JSON_TABLE reads it fastest: the values in the order of the columns. An array is not the value of any column,
 * so that column is NULL; MariaDB has not always read a JSON null so.
 */
export function rowText(columns: readonly string[], row: object): string {
  const values = row as Readonly<Record<string, unknown>>;
  return JSON.stringify(columns.map((column) => values[column] ?? nothing));
}

const nothing: readonly never[] = [];
