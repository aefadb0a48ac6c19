import { columnNames, type TableName } from "@slotwright/adapter-sql";
import { type RawBuilder, sql } from "kysely";
import type { DataTable } from "./documents.ts";
import type { MysqlStrategy } from "./strategy.ts";
import { commit, rollback } from "./transaction-commands.ts";

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
] as const satisfies readonly Step[];

interface Step {
  readonly name: string;
  readonly table: DataTable;
  readonly how: "lock" | "insert" | "update";
}

export type StepName = (typeof steps)[number]["name"];

/** What `write` says where a version no longer holds. It undoes nothing: whoever called it does. */
export const staleText = "slotwright:stale";

/** What `write` says where a command took effect before. It looks for that first. */
export const replayedText = "slotwright:replayed";

/** The names say which version of them this code calls: older processes may still run beside it. */
export const procedureNames = { write: "write_v1", commit: "commit_v1" } as const;

/** The schedules that the transaction adds at this moment, as a JSON array: nobody else can have put a slot on them. */
export const newSchedules = sql`@slotwright_new_schedules`;

/** Writes a batch within the transaction that is open. */
export function writeProcedure(strategy: MysqlStrategy): RawBuilder<unknown> {
  return sql`create procedure ${strategy.routine(procedureNames.write)}(${parameters(strategy)})
    modifies sql data sql security invoker
    begin
    declare found int;
    declare exit handler for sqlexception begin set ${newSchedules} = null; resignal; end;
    ${writesOf(strategy)}
    end`;
}

/**
 * Writes a batch in a transaction of its own, and leaves none open behind it. It does not call the other procedure:
 * MariaDB writes all parameters of a CALL into the text of the statement, whether that is logged or not.
 */
export function commitProcedure(strategy: MysqlStrategy): RawBuilder<unknown> {
  return sql`create procedure ${strategy.routine(procedureNames.commit)}(${parameters(strategy)})
    modifies sql data sql security invoker
    begin
    declare found int;
    declare exit handler for sqlexception begin ${sql.raw(rollback)}; set ${newSchedules} = null; resignal; end;
    set transaction isolation level read committed;
    start transaction;
    ${writesOf(strategy)}
    ${sql.raw(commit)};
    end`;
}

function writesOf(strategy: MysqlStrategy): RawBuilder<unknown> {
  const bodies = steps.map((step) => sql`if ${parameter(step)} is not null then ${bodyOf(step, strategy)} end if;`);
  return sql`set ${newSchedules} = ${parameter({ name: "new_schedules" })};
    ${sql.join(bodies, sql`\n`)}
    set ${newSchedules} = null;`;
}

const parameter = ({ name }: Pick<Step, "name">) => sql.id(`p_${name}`);

function parameters({ textType }: MysqlStrategy): RawBuilder<unknown> {
  return sql.join(steps.map((step) => sql`in ${parameter(step)} ${textType}`));
}

function bodyOf(step: Step, strategy: MysqlStrategy): RawBuilder<unknown> {
  if (step.how === "lock") return lockBody(step, strategy);
  const columns = columnsOf(step);
  if (step.name === "new_commands") return commandsBody(step, columns, strategy);
  if (step.how === "insert") return insertBody(step, columns, strategy);
  return updateBody(step, columns, strategy);
}

const unlessAll = (step: Step, count: RawBuilder<unknown>) =>
  sql`if ${count} <> json_length(${parameter(step)}) then
    signal sqlstate '45000' set message_text = ${sql.lit(staleText)}; end if;`;

// Without the hint, MySQL may read the whole of a small table, and lock it.
const storedRow = (table: TableName) => sql`${sql.table(table)} as s force index (primary)`;

/** The columns of a step's rows, in the order of their values. */
export function columnsOf({ table, how }: Step): readonly string[] {
  return how === "lock" ? ["id", "version"] : columnNames[table];
}

function lockBody(step: Step, strategy: MysqlStrategy): RawBuilder<unknown> {
  return sql`select count(*) into found from ${rowsIn(parameter(step), columnsOf(step), strategy)}
    straight_join ${storedRow(step.table)} on s.id = k.id and s.version = k.version
    ${strategy.server.locking("update", "s")};
    ${unlessAll(step, sql`found`)}`;
}

function insertBody(step: Step, columns: readonly string[], strategy: MysqlStrategy): RawBuilder<unknown> {
  const names = sql.join(columns.map((column) => sql.id(column)));
  const values = sql.join(columns.map((column) => sql.id("k", column)));
  return sql`insert into ${sql.table(step.table)} (${names})
    select ${values} from ${rowsIn(parameter(step), columns, strategy)};`;
}

// MariaDB does not tell whose primary key a duplicate is one of.
function commandsBody(step: Step, columns: readonly string[], strategy: MysqlStrategy): RawBuilder<unknown> {
  return sql`begin
    declare exit handler for 1062 signal sqlstate '45000' set message_text = ${sql.lit(replayedText)};
    ${insertBody(step, columns, strategy)}
    end;`;
}

/**
 * One row may be locked by nothing but its update, which looks at its version. Several are locked by then, and exist in
 * the versions before: an INSERT that finds their keys writes them. An UPDATE of a join would keep what it will write in
 * a table of its own first, on MariaDB in a file. None of it needs `sql_safe_updates` to be off.
 */
function updateBody(step: Step, columns: readonly string[], strategy: MysqlStrategy): RawBuilder<unknown> {
  return sql`if json_length(${parameter(step)}) = 1 then ${updateOfOne(step, columns, strategy)}
    else ${updateOfSeveral(step, columns, strategy)} end if;`;
}

const mayChange = (column: string) => column !== "id" && column !== "created_at";

function updateOfOne(step: Step, columns: readonly string[], strategy: MysqlStrategy): RawBuilder<unknown> {
  const read = columns.filter((column) => column !== "created_at");
  const variable = (column: string) => sql.id(`v_${column}`);
  const declared = read.map((column) => sql`declare ${variable(column)} ${typeOf(column, strategy)};`);
  const assignments = read.filter(mayChange).map((column) => sql`${sql.id("s", column)} = ${variable(column)}`);
  return sql`begin
    ${sql.join(declared, sql` `)}
    select ${sql.join(read.map((column) => sql.id("k", column)))} into ${sql.join(read.map(variable))}
    from ${rowsIn(parameter(step), columns, strategy)};
    update ${storedRow(step.table)} set ${sql.join(assignments)}
    where s.id = ${variable("id")} and s.version = ${variable("version")} - 1;
    ${unlessAll(step, sql`row_count()`)}
    end;`;
}

// A row whose key is found counts twice, a new one once.
function updateOfSeveral(step: Step, columns: readonly string[], strategy: MysqlStrategy): RawBuilder<unknown> {
  const table = sql.table(step.table);
  const names = sql.join(columns.map((column) => sql.id(column)));
  const values = sql.join(columns.map((column) => sql.id("k", column)));
  const assignments = columns.filter(mayChange).map((column) => sql`${sql.id(column)} = ${sql.id("k", column)}`);
  return sql`insert into ${table} (${names})
    select ${values} from ${rowsIn(parameter(step), columns, strategy)}
    on duplicate key update ${sql.join(assignments)};
    ${unlessAll(step, sql`row_count() / 2`)}`;
}

const integerColumns: readonly string[] = [
  "version",
  "seat",
  "start_at",
  "end_at",
  "hold_expires_at",
  "created_at",
  "updated_at",
  "at",
];

const typeOf = (column: string, { textType }: Pick<MysqlStrategy, "textType">) =>
  integerColumns.includes(column) ? sql`bigint` : textType;

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
  const values: Readonly<Record<string, unknown>> = { ...row };
  return JSON.stringify(columns.map((column) => values[column] ?? []));
}
