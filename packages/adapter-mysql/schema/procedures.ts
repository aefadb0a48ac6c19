import { refusalText, type TableName } from "@slotwright/adapter-sql";
import type { SchemaObject } from "@slotwright/adapter-sql/schema";
import { type RawBuilder, sql } from "kysely";
import {
  type CommitStep,
  columnsOf,
  lockWaitSeconds,
  procedureName,
  replayedText,
  rowsIn,
  staleText,
  steps,
} from "../src/steps.ts";
import type { MysqlStrategy } from "../src/strategy.ts";
import { commit, rollback } from "../src/transaction-commands.ts";
import {
  isNumbered,
  keepLatestNumber,
  latestNumber,
  orLatest,
  partitionVariables,
  writeEntries,
} from "./feed-partitions.ts";

/** The version that is written here. */
const routines = 1;

export function procedures(strategy: MysqlStrategy, bodies: MysqlStrategy["queries"]): readonly SchemaObject[] {
  const procedure = (of: "write" | "commit", created: Created): SchemaObject => {
    const name = procedureName(of, routines);
    return { kind: "procedure", name, statement: created(strategy.routine(name)).compile(bodies).sql };
  };
  return [procedure("write", writeProcedure(strategy)), procedure("commit", commitProcedure(strategy))];
}

/** The statement that creates a procedure of this name. */
type Created = (name: RawBuilder<unknown>) => RawBuilder<unknown>;

/** The schedules that the transaction is adding, as a JSON array. Nobody else can have put a slot on them. */
export const newSchedules = sql`@slotwright_new_schedules`;

/** Writes a batch within the open transaction, and waits for rows that others have locked. It undoes nothing. */
function writeProcedure(strategy: MysqlStrategy): Created {
  return (name) => sql`create procedure ${name}(${parameters(strategy)})
    modifies sql data sql security invoker
    begin
    declare found int;
    declare said ${strategy.textType};
    ${partitionVariables}
    declare exit handler for sqlexception begin set ${newSchedules} = null; resignal; end;
    ${writesOf(strategy, strategy.server.locking("update", "s"))}
    end`;
}

/**
 * Writes a batch in its own transaction, and leaves none open. It does not wait for a row that others have locked,
 * because the whole batch would wait. Some waits cannot be foreseen: for unique keys, foreign keys, and the locking
 * reads of triggers. These last at most a second. It does not call the other procedure: MariaDB writes all parameters
 * of a CALL into the statement's text, whether that is logged or not.
 */
function commitProcedure(strategy: MysqlStrategy): Created {
  return (name) => sql`create procedure ${name}(${parameters(strategy)})
    modifies sql data sql security invoker
    begin
    declare found int;
    declare said ${strategy.textType};
    ${partitionVariables}
    declare seconds int default @@innodb_lock_wait_timeout;
    declare exit handler for sqlexception begin
      ${sql.raw(rollback)}; set innodb_lock_wait_timeout = seconds, ${newSchedules} = null; resignal; end;
    set transaction isolation level read committed;
    set innodb_lock_wait_timeout = ${sql.lit(lockWaitSeconds)};
    start transaction;
    ${writesOf(strategy, strategy.server.lockingFree("s"))}
    ${sql.raw(commit)};
    set innodb_lock_wait_timeout = seconds;
    end`;
}

function writesOf(strategy: MysqlStrategy, lock: RawBuilder<unknown>): RawBuilder<unknown> {
  const bodies = steps.map(
    (step) => sql`if ${parameter(step)} is not null then ${stepBody(step, strategy, lock)} end if;`,
  );
  const schedules = parameter({ name: "new_schedules" });
  return sql`set ${newSchedules} = ${schedules};
    ${sql.join(bodies, sql`\n`)}
    ${keepLatestNumber}
    if ${schedules} is not null then set ${newSchedules} = null; end if;`;
}

const parameter = ({ name }: Pick<CommitStep, "name">) => sql.id(`p_${name}`);

function parameters({ textType }: MysqlStrategy): RawBuilder<unknown> {
  return sql.join(steps.map((step) => sql`in ${parameter(step)} ${textType}`));
}

function stepBody(step: CommitStep, strategy: MysqlStrategy, lock: RawBuilder<unknown>): RawBuilder<unknown> {
  if (step.how === "lock") return lockBody(step, strategy, lock);
  const columns = columnsOf(step);
  const insert =
    step.table === "journal" ? writeEntries(parameter(step), strategy) : insertBody(step, columns, strategy);
  const duplicate = duplicateTexts[step.name];
  if (duplicate !== undefined) return unlessDuplicate(duplicate, insert);
  if (step.how === "insert") return insert;
  return updateBody(step, columns, strategy);
}

const unlessAll = (step: CommitStep, count: RawBuilder<unknown>) =>
  sql`if ${count} <> json_length(${parameter(step)}) then
    signal sqlstate '45000' set message_text = ${sql.lit(staleText)}; end if;`;

// Without the hint, MySQL may read and lock the whole of a small table.
const storedRow = (table: TableName) => sql`${sql.table(table)} as s force index (primary)`;

/**
 * A single row, which is what most bookings lock, is found much faster without a table made of JSON. If it does not
 * exist, `found` keeps its value.
 */
function lockBody(step: CommitStep, strategy: MysqlStrategy, lock: RawBuilder<unknown>): RawBuilder<unknown> {
  const rows = parameter(step);
  const hasStatus = (status: RawBuilder<unknown>) =>
    step.table === "slots" ? sql` and ifnull(s.status = ${status}, true)` : sql``;
  const number = (ofRows: RawBuilder<unknown>) => (isNumbered(step.table) ? orLatest(ofRows) : latestNumber);
  return sql`set found = 0;
    if json_length(${rows}) = 1 then
      select 1, ${number(sql`s.feed_seq`)} into found, ${latestNumber} from ${storedRow(step.table)}
      where s.id = json_unquote(json_extract(${rows}, '$[0][0]')) and s.version = json_extract(${rows}, '$[0][1]')${hasStatus(sql`json_unquote(json_extract(${rows}, '$[0][2]'))`)} ${lock};
    else
      select count(*), ${number(sql`max(s.feed_seq)`)} into found, ${latestNumber} from ${rowsIn(rows, columnsOf(step), strategy)}
      straight_join ${storedRow(step.table)} on s.id = k.id and s.version = k.version${hasStatus(sql`k.status`)} ${lock};
    end if;
    ${unlessAll(step, sql`found`)}`;
}

function insertBody(step: CommitStep, columns: readonly string[], strategy: MysqlStrategy): RawBuilder<unknown> {
  const names = sql.join(columns.map((column) => sql.id(column)));
  const values = sql.join(columns.map((column) => sql.id("k", column)));
  const own = isNumbered(step.table) ? [sql`, feed_seq`, sql`, ${latestNumber}`] : [sql``, sql``];
  return sql`insert into ${sql.table(step.table)} (${names}${own[0]})
    select ${values}${own[1]} from ${rowsIn(parameter(step), columns, strategy)};`;
}

/**
 * What a duplicate of a primary key means. Any other key is not ours, and MariaDB does not tell whose primary key it
 * is.
 */
const duplicateTexts: Readonly<Partial<Record<CommitStep["name"], string>>> = {
  new_commands: replayedText,
  new_journal: refusalText("journal_once_per_version", "the journal has an entry for this version already"),
};

function unlessDuplicate(text: string, insert: RawBuilder<unknown>): RawBuilder<unknown> {
  const isPrimary = sql`right(said, 8) = ${sql.lit("PRIMARY'")}`;
  return sql`begin
    declare exit handler for 1062 begin get diagnostics condition 1 said = message_text;
      if ${isPrimary} then signal sqlstate '45000' set message_text = ${sql.lit(text)}; else resignal; end if; end;
    ${insert}
    end;`;
}

const mayChange = (column: string) => column !== "id" && column !== "created_at";

/**
 * The rows are locked at this point, and exist in the previous versions: an INSERT that finds their keys writes them.
 * An UPDATE of a join would first store its values in a table of its own, on MariaDB in a file. Reading one row
 * separately would take one more statement. None of this requires `sql_safe_updates` to be off.
 */
function updateBody(step: CommitStep, columns: readonly string[], strategy: MysqlStrategy): RawBuilder<unknown> {
  const table = sql.table(step.table);
  const names = sql.join(columns.map((column) => sql.id(column)));
  const values = sql.join(columns.map((column) => sql.id("k", column)));
  const assignments = columns.filter(mayChange).map((column) => sql`${sql.id(column)} = ${sql.id("k", column)}`);
  if (isNumbered(step.table)) assignments.push(sql`feed_seq = ${latestNumber}`);
  return sql`insert into ${table} (${names})
    select ${values} from ${rowsIn(parameter(step), columns, strategy)}
    on duplicate key update ${sql.join(assignments)};`;
}
