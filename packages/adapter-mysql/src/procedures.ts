import { columnNames, type TableName } from "@slotwright/adapter-sql";
import { type RawBuilder, sql } from "kysely";
import type { DataTable } from "./documents.ts";
import type { MysqlStrategy } from "./strategy.ts";
import { commit, rollback } from "./transaction-commands.ts";

/**
 * The writes of a batch as stored procedures, so that a commit is one round trip, whatever the host has set on its
 * connection: a procedure keeps the SQL mode and character set that it was created with. Each parameter is a JSON array
 * of rows, or NULL. Existing rows are locked first, by primary key and in one order over all transactions; then the
 * writes come in an order in which no guard sees a state in between that is forbidden.
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

/**
 * Writes a batch within the transaction that is open. With `sql_safe_updates`, which some interactive clients set,
 * MariaDB refuses to update a table by what JSON says.
 */
export function writeProcedure(strategy: MysqlStrategy): RawBuilder<unknown> {
  const bodies = steps.map((step) => sql`if ${parameter(step)} is not null then ${bodyOf(step, strategy)} end if;`);
  return sql`create procedure ${strategy.routine(procedureNames.write)}(${parameters(strategy)})
    modifies sql data sql security invoker
    begin
    declare found int;
    declare safe int default @@sql_safe_updates;
    declare exit handler for sqlexception begin set sql_safe_updates = safe, ${newSchedules} = null; resignal; end;
    set sql_safe_updates = 0, ${newSchedules} = ${parameter({ name: "new_schedules" })};
    ${sql.join(bodies, sql`\n`)}
    set sql_safe_updates = safe, ${newSchedules} = null;
    end`;
}

/** Writes a batch in a transaction of its own, and leaves none open behind it. */
export function commitProcedure(strategy: MysqlStrategy): RawBuilder<unknown> {
  return sql`create procedure ${strategy.routine(procedureNames.commit)}(${parameters(strategy)})
    modifies sql data sql security invoker
    begin
    declare exit handler for sqlexception begin ${sql.raw(rollback)}; resignal; end;
    set transaction isolation level read committed;
    start transaction;
    call ${strategy.routine(procedureNames.write)}(${sql.join(steps.map(parameter))});
    ${sql.raw(commit)};
    end`;
}

const parameter = ({ name }: Pick<Step, "name">) => sql.id(`p_${name}`);

function parameters({ textType }: MysqlStrategy): RawBuilder<unknown> {
  return sql.join(steps.map((step) => sql`in ${parameter(step)} ${textType}`));
}

function bodyOf(step: Step, strategy: MysqlStrategy): RawBuilder<unknown> {
  if (step.how === "lock") return lockBody(step, strategy);
  const columns = columnNames[step.table] as readonly string[];
  if (step.name === "new_commands") return commandsBody(step, columns, strategy);
  if (step.how === "insert") return insertBody(step, columns, strategy);
  return updateBody(step, columns, strategy);
}

const unlessAll = (step: Step, count: RawBuilder<unknown>) =>
  sql`if ${count} <> json_length(${parameter(step)}) then
    signal sqlstate '45000' set message_text = ${sql.lit(staleText)}; end if;`;

// Without the hint, MySQL may read the whole of a small table, and lock it.
const storedRow = (table: TableName) => sql`${sql.table(table)} as s force index (primary)`;

function lockBody(step: Step, strategy: MysqlStrategy): RawBuilder<unknown> {
  return sql`select count(*) into found from ${rowsIn(parameter(step), ["id", "version"], strategy)}
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

function updateBody(step: Step, columns: readonly string[], strategy: MysqlStrategy): RawBuilder<unknown> {
  const changed = columns.filter((column) => column !== "id" && column !== "created_at");
  const assignments = changed.map((column) => sql`${sql.id("s", column)} = ${sql.id("k", column)}`);
  return sql`update ${rowsIn(parameter(step), columns, strategy)}
    straight_join ${storedRow(step.table)} on s.id = k.id and s.version = k.version - 1
    set ${sql.join(assignments)};
    ${unlessAll(step, sql`row_count()`)}`;
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

/** The rows of a JSON array, as a table `k`. What a row leaves out is NULL. */
export function rowsIn(
  source: RawBuilder<unknown>,
  columns: readonly string[],
  { textType }: Pick<MysqlStrategy, "textType">,
): RawBuilder<unknown> {
  const typed = columns.map((column) => {
    const type = integerColumns.includes(column) ? sql`bigint` : textType;
    return sql`${sql.id(column)} ${type} path ${sql.lit(`$.${column}`)}`;
  });
  return sql`json_table(${source}, '$[*]' columns (${sql.join(typed)})) as k`;
}
