import { columnNames, guardNames, type TableName } from "@slotwright/adapter-sql";
import type { SchemaObject } from "@slotwright/adapter-sql/schema";
import type { RecordKind } from "@slotwright/core/adapter";
import { columnType } from "../src/columns.ts";
import { type CommitParameter, commitParameters, parameterTypes, routineName } from "../src/commit-parameters.ts";
import { type RowType, rowColumns } from "../src/row-types.ts";
import { type Namespace, quotedName } from "../src/strategy.ts";
import { commitSettings, quoted, sayLocksHeld } from "./functions.ts";

/** The version that is written here. It is part of the names of the function and its types. */
const routines = 1;

/** The composite types of the rows that the function takes. */
export function rowTypes(namespace: Namespace): readonly SchemaObject[] {
  return (Object.keys(rowColumns) as readonly RowType[]).map((type) => {
    const columns = rowColumns[type].map((column) => `"${column}" ${columnType(column)}`);
    const name = routineName(type, routines);
    return {
      kind: "type",
      name,
      statement: `create type ${quotedName(namespace, name)} as (\n  ${columns.join(",\n  ")}\n)`,
    };
  });
}

type Table = Exclude<TableName, "migrations">;

/** How long our own commit waits for a lock that it could not skip, in milliseconds. */
const lockTimeoutMs = 500;

const rowsOf = (parameter: CommitParameter): string => `unnest(p_${parameter}) as r`;

/** `own` are columns that get a variable's value. */
function insertion(
  namespace: Namespace,
  parameter: CommitParameter,
  table: Table,
  own: Readonly<Record<string, string>> = {},
): string {
  const columns = columnNames[table].map((column) => `"${column}"`);
  const targets = [...Object.keys(own), ...columns];
  const values = [...Object.values(own), ...columns.map((column) => `r.${column}`)];
  return `if p_${parameter} is not null then
        insert into ${quotedName(namespace, table)} (${targets.join(", ")})
        select ${values.join(", ")} from ${rowsOf(parameter)}
        where r.n <> all (v_lost);
        ${refuseLeftOut(parameter)}
      end if;`;
}

/**
 * A host's trigger that returns null silently drops a row, and the rest would be acknowledged. The query stands alone:
 * a condition that contains a query is always run as a query.
 */
const refuseLeftOut = (parameter: CommitParameter): string => `get diagnostics v_written = row_count;
        if v_written < cardinality(p_${parameter}) then
          if v_written < (select count(*) from ${rowsOf(parameter)} where r.n <> all (v_lost)) then
            raise exception using errcode = 'triggered_action_exception',
              message = 'a trigger has left out a row that the change consists of';
          end if;
        end if;`;

/** Columns of index keys keep their values in a booking, so that the update stays heap-only. */
function update(namespace: Namespace, parameter: CommitParameter, table: Table, before = "r.version - 1"): string {
  // Several transitions may have raised an agenda, one after the other. It is locked at the version that it had before.
  const guard = table === "agendas" ? "" : ` and t.version = ${before}`;
  const assignments = columnNames[table].filter((column) => column !== "id").map((name) => `"${name}" = r."${name}"`);
  return `if p_${parameter} is not null then
        update ${quotedName(namespace, table)} as t set ${assignments.join(", ")}
        from ${rowsOf(parameter)}
        where t.id = r.id${guard} and r.n <> all (v_lost);
        ${refuseLeftOut(parameter)}
      end if;`;
}

/**
 * The version of the record of a check `c`, or 0, or -1 for a slot with another status than the check wants. The row is
 * locked, but others may still refer to it by foreign keys. Rows are read one by one, in the order of the checks. A scalar
 * subquery cannot become a join with a whole table, and plans made while the tables are small stay.
 */
function storedVersion(namespace: Namespace, lock: string): string {
  const versions = recordTables.map(
    ([kind, table]) =>
      `when '${kind}' then (select ${versionIn(table)} from ${quotedName(namespace, table)} as t where t.id = c.id ${lock})`,
  );
  return `coalesce(case c.kind
          ${versions.join("\n          ")}
          when 'command' then (select 1 from ${quotedName(namespace, "commands")} as t where t.id = c.id)
        end, 0)`;
}

const versionIn = (table: Table): string =>
  table === "slots" ? "case when t.status <> c.status then -1 else t.version end" : "t.version";

const recordTables = [
  ["agenda", "agendas"],
  ["schedule", "schedules"],
  ["availability", "availabilities"],
  ["slot", "slots"],
  ["appointment", "appointments"],
] as const satisfies readonly (readonly [RecordKind, Table])[];

/**
 * Returns null if everything was committed. Otherwise it returns what happened to the transitions that were not:
 * `{ stale, busy, replayed }`, `{ refused }`, or `{ redo }`. With `{ redo }`, nothing was written, and each transition
 * of the batch must be tried separately. Everything runs in a block with an exception handler, so an expected refusal
 * never ends the surrounding transaction.
 *
 * Within a host's transaction, it waits for rows that others have locked. Elsewhere it skips them, and they are `busy`.
 * Some waits cannot be foreseen: for a key that another transaction writes, or for the lock that a foreign key or a
 * trigger takes. Elsewhere, these end at `lock_timeout`, or at the host's own setting if that is shorter.
 */
export function commitFunction(namespace: Namespace): SchemaObject {
  const types = parameterTypes(namespace, routines);
  const parameters = ["p_waits boolean", ...commitParameters.map(({ name }, index) => `p_${name} ${types[index]}`)];
  const name = routineName("commit", routines);
  const statement = `create or replace function ${quotedName(namespace, name)}(
  ${parameters.join(",\n  ")}
) returns text language plpgsql volatile
${commitSettings}
as ${quoted(body(namespace))}`;
  return { kind: "function", name, statement };
}

const body = (namespace: Namespace): string => `
declare
  v_missed bigint[];
  v_stale json;
  v_busy json;
  v_lost integer[];
  v_written integer;
  v_partition integer;
  v_replayed json;
  v_state text;
  v_constraint text;
  v_message text;
begin
  -- What is acknowledged has to survive a power cut, whatever the session was set to.
  if current_setting('synchronous_commit') not in ('on', 'remote_apply') then
    perform set_config('synchronous_commit', 'on', true);
  end if;
  if not p_waits and current_setting('lock_timeout')::interval not between '1 millisecond' and '${lockTimeoutMs} milliseconds' then
    -- Assigned, for PERFORM would be a query of its own.
    v_message := set_config('lock_timeout', '${lockTimeoutMs}', true);
  end if;
  for v_attempt in 1..2 loop
    begin
      ${compareVersions(namespace)}
      ${findReplays(namespace)}
      ${takePartition(namespace)}
      v_message := ${sayLocksHeld("on")};
      ${writeRows(namespace)}
      v_message := ${sayLocksHeld("off")};
      if cardinality(v_lost) = 0 then
        return null;
      end if;
      return json_build_object('stale', v_stale, 'busy', v_busy, 'replayed', v_replayed)::text;
    exception when integrity_constraint_violation or data_exception then
      get stacked diagnostics v_state = returned_sqlstate, v_constraint = constraint_name, v_message = message_text;
      -- Not a guard of ours: nothing of the batch is kept, and the sender takes it apart. A host's transaction stays
      -- usable, so there it is an answer.
      if not p_waits and v_constraint not in (${ownConstraints(namespace)}) then
        raise;
      end if;
    end;
    if cardinality(p_commands) > 1 then
      return '{"redo":true}';
    end if;
    if v_state <> '23505' or v_constraint not in (${uniqueKeys(namespace)})
      or v_attempt > 1 and v_constraint = '${namespace.prefix}${journalKey}' and ${seesJournal(namespace)} then
      return json_build_object('refused',
        json_build_object('code', v_state, 'constraint', v_constraint, 'message', v_message))::text;
    end if;
    -- Somebody else has just written a row with a key of ours: the second look finds it. But if it is an entry of a
    -- version that the record has not, the second look meets it again.
  end loop;
  raise exception using errcode = 'serialization_failure',
    message = 'a row that this transaction cannot see was written by another one';
end`;

const journalKey = "journal_once_per_version";

/**
 * Two transactions may write one of these keys at once. The journal is written first, so its key reports new slots and
 * appointments.
 */
const uniqueKeys = ({ prefix }: Namespace): string =>
  [
    "agendas_pkey",
    "schedules_pkey",
    "availabilities_pkey",
    "slots_pkey",
    "appointments_pkey",
    "commands_pkey",
    journalKey,
  ]
    .map((name) => `'${prefix}${name}'`)
    .join(", ");

const ownConstraints = (namespace: Namespace): string =>
  [...guardNames, "slot_has_schedule_row", `${namespace.prefix}no_overlap`].map((name) => `'${name}'`).join(", ") +
  `, ${uniqueKeys(namespace)}`;

/** Whether a conflicting entry would be visible. At read committed, it always is. */
const seesJournal = (namespace: Namespace): string => `(current_setting('transaction_isolation') = 'read committed'
        or exists (select from ${rowsOf("journal")} where (
          select true from ${quotedName(namespace, "journal")} as t where t.record_id = r.record_id and t.record_kind = r.record_kind
            and t.version = r.version)))`;

// A command that meets a key at the first attempt finds its row at the second. This includes a row that others have
// locked, which must not exist, and which a look that skips locked rows does not see.
const compareVersions = (namespace: Namespace): string => `if p_waits then
        ${missedChecks(namespace, "for no key update")}
      else
        ${missedChecks(namespace, "for no key update skip locked")}
      end if;
      v_lost := '{}';
      if v_missed is not null then
        ${lookAgain(namespace)}
      end if;`;

const missedChecks = (namespace: Namespace, lock: string): string => `select array_agg(c.place) into v_missed
        from ${numberedChecks}
        where c.version = 0 and v_attempt > 1 or c.version <> ${storedVersion(namespace, lock)};`;

const numberedChecks = "unnest(p_checks) with ordinality as c (n, kind, id, version, status, place)";

/** Without a lock: a skipped row may have the expected version, in which case it is only locked. */
const lookAgain = (
  namespace: Namespace,
): string => `select json_agg(json_build_array(c.n, c.kind, c.id)) filter (where c.seen <> c.version),
          json_agg(json_build_array(c.n, c.kind, c.id)) filter (where c.seen = c.version),
          coalesce(array_agg(c.n), '{}')
        into v_stale, v_busy, v_lost
        from (
          select c.*, ${storedVersion(namespace, "")} as seen from ${numberedChecks} where c.place = any (v_missed) offset 0
        ) as c
        where c.seen <> c.version or c.version > 0;`;

// After the locks: the command that held them may have been the same one, sent twice.
const findReplays = (namespace: Namespace): string => `if cardinality(v_lost) > 0 or v_attempt > 1 then
        select json_agg(json_build_array(r.n, t.request_hash, t.result)), v_lost || coalesce(array_agg(r.n), '{}')
        into v_replayed, v_lost
        from ${rowsOf("commands")}
        cross join lateral (
          select t.request_hash, t.result from ${quotedName(namespace, "commands")} as t where t.id = r.id limit 1
        ) as t
        where r.n = any (v_lost) or v_attempt > 1;
      end if;`;

/**
 * Before the entries get their numbers. The lock is held until the commit can be seen, so the order of the numbers in a
 * partition is the order of the commits. If others hold a partition, the next one is taken: nobody waits.
 */
const takePartition = (namespace: Namespace): string => `v_partition := 0;
      while not pg_try_advisory_xact_lock('${quotedName(namespace, "journal")}'::regclass::oid::integer, v_partition) loop
        v_partition := v_partition + 1;
      end loop;`;

const writeRows = (namespace: Namespace): string =>
  [
    insertion(namespace, "commands", "commands"),
    // Before the slots: the guard against a slot freed by hand looks for the entry.
    insertion(namespace, "journal", "journal", { feed_partition: "v_partition" }),
    insertion(namespace, "new_agendas", "agendas"),
    update(namespace, "agendas", "agendas"),
    insertion(namespace, "new_schedules", "schedules"),
    update(namespace, "schedules", "schedules"),
    insertion(namespace, "new_availabilities", "availabilities"),
    update(namespace, "availabilities", "availabilities"),
    // Those that are withdrawn make room for new ones.
    update(namespace, "free_slots", "slots"),
    insertion(namespace, "new_free_slots", "slots"),
    insertion(namespace, "new_appointments", "appointments"),
    update(namespace, "appointments", "appointments"),
    update(namespace, "new_taken_slots", "slots", "r.version"),
    update(namespace, "taken_slots", "slots"),
  ].join("\n      ");
