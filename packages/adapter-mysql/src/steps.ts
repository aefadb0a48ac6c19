import { columnNames, columnType } from "@slotwright/adapter-sql";
import { type RawBuilder, sql } from "kysely";
import type { DataTable } from "./documents.ts";
import type { MysqlStrategy } from "./strategy.ts";

/**
 * The writes of a batch as stored procedures. A commit is then one round trip, whatever the host has set on its
 * connection: a procedure keeps the SQL mode and character set with which it was created. Each parameter is a JSON
 * array of rows, as `rowText` writes them, or NULL. Existing rows are locked first, by primary key and in one order
 * across all transactions. Then the writes come in an order in which no guard sees a forbidden state in between.
 */
export const steps = [
  { name: "new_commands", table: "commands", how: "insert" },
  // Before anything is locked: another one that makes the same agenda is waited for.
  { name: "new_agendas", table: "agendas", how: "insert" },
  { name: "lock_agendas", table: "agendas", how: "lock" },
  { name: "lock_schedules", table: "schedules", how: "lock" },
  { name: "lock_availabilities", table: "availabilities", how: "lock" },
  { name: "lock_slots", table: "slots", how: "lock" },
  { name: "lock_appointments", table: "appointments", how: "lock" },
  // The journal first: it tells the guards why a booked slot is freed.
  { name: "new_journal", table: "journal", how: "insert" },
  { name: "old_agendas", table: "agendas", how: "update" },
  { name: "new_schedules", table: "schedules", how: "insert" },
  { name: "old_schedules", table: "schedules", how: "update" },
  { name: "new_availabilities", table: "availabilities", how: "insert" },
  { name: "old_availabilities", table: "availabilities", how: "update" },
  // Slots that have no appointment (any more), …
  { name: "old_slots", table: "slots", how: "update" },
  { name: "new_slots", table: "slots", how: "insert" },
  // … appointments, which may then drop or take slots, …
  { name: "new_appointments", table: "appointments", how: "insert" },
  { name: "old_appointments", table: "appointments", how: "update" },
  // … and slots with an appointment, whose row now exists and lists them. New ones are among the new slots as well, which
  // are free until then.
  { name: "old_booked_slots", table: "slots", how: "update" },
] as const satisfies readonly AnyStep[];

interface AnyStep {
  readonly name: string;
  readonly table: DataTable;
  readonly how: "lock" | "insert" | "update";
}

export type CommitStep = (typeof steps)[number];
export type StepName = CommitStep["name"];

/** Procedures carry their version, because older processes may still call theirs. */
export function procedureName(name: "write" | "commit", version: number): string {
  return `${name}_v${version}`;
}

/**
 * How many partitions a migration makes. More transactions than that are rarely open at once, and a commit that finds
 * all of them taken makes a further one.
 */
export const partitionCount = 256;

/** What both procedures raise if a version no longer holds. `commit` also raises it if others have locked a row. */
export const staleText = "slotwright:stale";

/** What both procedures raise if a command took effect before. They check this first. */
export const replayedText = "slotwright:replayed";

/** How many seconds our own transaction waits for a lock that it did not see. InnoDB counts in whole seconds. */
export const lockWaitSeconds = 1;

/** The columns of a step's rows, in the order of their values. */
export function columnsOf({ table, how }: Pick<CommitStep, "table" | "how">): readonly string[] {
  if (how !== "lock") return columnNames[table];
  return table === "slots" ? slotLockColumns : lockColumns;
}

const lockColumns = ["id", "version"] as const;

/** A row that expects no status ends before it. */
const slotLockColumns = [...lockColumns, "status"] as const;

const typeOf = (column: string, { textType }: Pick<MysqlStrategy, "textType">) =>
  ["integer", "instant"].includes(columnType(column) ?? "text") ? sql`bigint` : textType;

/**
 * The rows of a JSON array, as a table `k`. Each is an array of the values of these columns, as `rowText` writes it.
 * With `numbered`, `number` counts them from 1.
 */
export function rowsIn(
  source: RawBuilder<unknown>,
  columns: readonly string[],
  strategy: Pick<MysqlStrategy, "textType">,
  number = sql``,
): RawBuilder<unknown> {
  const typed = columns.map(
    (column, index) => sql`${sql.id(column)} ${typeOf(column, strategy)} path ${sql.lit(`$[${index}]`)}`,
  );
  return sql`json_table(${source}, '$[*]' columns (${number}${sql.join(typed)})) as k`;
}

/** For `rowsIn`. */
export const numbered = sql`number for ordinality, `;

/**
 * A row in the form that JSON_TABLE reads fastest: the values in the order of the columns. An array is not a valid
 * value of any column, so that column is NULL. Not every MariaDB reads a JSON null as NULL.
 */
export function rowText(columns: readonly string[], row: object): string {
  const values = row as Readonly<Record<string, unknown>>;
  return JSON.stringify(columns.map((column) => values[column] ?? nothing));
}

const nothing: readonly never[] = [];
