import { columnNames } from "@slotwright/adapter-sql";
import { columnType } from "./columns.ts";
import { functionSettings, quoted } from "./functions.ts";
import { nameOf, type Place } from "./strategy.ts";

/**
 * The function that commits a batch in one round trip, and in one transaction wherever it is called. Rows come as JSON
 * arrays, one for each step of the order of writing, or null; each row has the number `n` of its transition.
 */
export const commitParameters = [
  // One check a place: these versions must hold. In the order in which everybody locks: kind by kind, then by id.
  { name: "check_n", type: "integer[]" },
  { name: "check_kind", type: "text[]" },
  { name: "check_id", type: "text[]" },
  { name: "check_version", type: "integer[]" },
  { name: "commands", type: "text" },
  { name: "new_schedules", type: "text" },
  { name: "schedules", type: "text" },
  { name: "new_free_slots", type: "text" },
  { name: "free_slots", type: "text" },
  { name: "new_appointments", type: "text" },
  { name: "appointments", type: "text" },
  { name: "new_taken_slots", type: "text" },
  { name: "taken_slots", type: "text" },
  { name: "journal", type: "text" },
] as const;

export type CommitParameter = (typeof commitParameters)[number]["name"];

type Table = keyof typeof columnNames;

/** The rows of a parameter whose transitions have not lost. */
function rowsOf(parameter: CommitParameter, table: Table): string {
  const columns = columnNames[table].map((column) => `"${column}" ${columnType(column)}`);
  return `json_to_recordset(p_${parameter}::json) as r(n integer, ${columns.join(", ")})`;
}

function insertion(place: Place, parameter: CommitParameter, table: Table): string {
  const columns = columnNames[table].map((column) => `"${column}"`).join(", ");
  return `if p_${parameter} is not null then
        insert into ${nameOf(place, table)} (${columns})
        select ${columns.replaceAll('"', "").replace(/\w+/g, 'r."$&"')} from ${rowsOf(parameter, table)}
        where r.n <> all (v_lost);
      end if;`;
}

/** Columns of index keys keep their values in a booking, so that the update stays heap-only. */
function update(place: Place, parameter: CommitParameter, table: Table): string {
  const assignments = columnNames[table].filter((column) => column !== "id").map((name) => `"${name}" = r."${name}"`);
  return `if p_${parameter} is not null then
        update ${nameOf(place, table)} as t set ${assignments.join(", ")}
        from ${rowsOf(parameter, table)}
        where t.id = r.id and t.version = r.version - 1 and r.n <> all (v_lost);
      end if;`;
}

/** The rows are locked one after the other, as the checks come; others may still refer to them by foreign keys. */
function check(place: Place, kind: string, table: Table): string {
  return `left join lateral (
          select t.version from ${nameOf(place, table)} as t
          where c.kind = '${kind}' and t.id = c.id for no key update
        ) as ${kind} on true`;
}

/**
 * Answers null if all was committed; else what happened to the transitions that were not: `{ stale, replayed }`,
 * `{ refused }`, or `{ redo }`, where nothing was written and each transition of the batch has to be tried by itself.
 * All is done in a block with an exception handler, so an expected refusal never ends the transaction around it.
 */
export function commitFunction(place: Place): string {
  const parameters = commitParameters.map(({ name, type }) => `p_${name} ${type}`);
  return `create or replace function ${nameOf(place, "commit")}(${parameters.join(", ")})
returns text language plpgsql volatile
${functionSettings}
as ${quoted(body(place))}`;
}

const body = (place: Place): string => `
declare
  v_stale json;
  v_lost integer[];
  v_replayed json;
  v_state text;
  v_constraint text;
  v_message text;
begin
  -- What is acknowledged has to survive a power cut, whatever the session was set to.
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'on', true);
  end if;
  for v_attempt in 1..2 loop
    begin
      ${compareVersions(place)}
      ${findReplays(place)}
      ${writeRows(place)}
      if v_stale is null and v_replayed is null then
        return null;
      end if;
      return json_build_object('stale', v_stale, 'replayed', v_replayed)::text;
    exception when integrity_constraint_violation or data_exception then
      get stacked diagnostics v_state = returned_sqlstate, v_constraint = constraint_name, v_message = message_text;
    end;
    if json_array_length(p_commands::json) > 1 then
      return '{"redo":true}';
    end if;
    if v_state <> '23505' or v_constraint not in (${uniqueKeys(place)})
      or v_attempt > 1 and v_constraint = '${place.prefix}${journalKey}' and ${seesJournal(place)} then
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

/** Of what two may write at once. The journal is written first, so its key tells of new slots and appointments. */
const uniqueKeys = ({ prefix }: Place): string =>
  ["schedules_pkey", "slots_pkey", "appointments_pkey", "commands_pkey", journalKey]
    .map((name) => `'${prefix}${name}'`)
    .join(", ");

/** Whether an entry that is in the way would be seen: always at read committed. */
const seesJournal = (place: Place): string => `(current_setting('transaction_isolation') = 'read committed'
        or exists (select from ${rowsOf("journal", "journal")}
          join ${nameOf(place, "journal")} as t on t.record_id = r.record_id and t.version = r.version))`;

const compareVersions = (
  place: Place,
): string => `select json_agg(json_build_array(c.n, c.kind, c.id)), coalesce(array_agg(c.n), '{}')
        into v_stale, v_lost
        from unnest(p_check_n, p_check_kind, p_check_id, p_check_version) as c(n, kind, id, version)
        ${check(place, "schedule", "schedules")}
        ${check(place, "slot", "slots")}
        ${check(place, "appointment", "appointments")}
        left join lateral (
          select 1 as version from ${nameOf(place, "commands")} as t where c.kind = 'command' and t.id = c.id
        ) as command on true
        where coalesce(schedule.version, slot.version, appointment.version, command.version, 0) <> c.version;`;

// After the wait for the locks: whoever held them may have been the same command, sent twice.
const findReplays = (place: Place): string => `if v_stale is not null or v_attempt > 1 then
        select json_agg(json_build_array(r.n, t.request_hash, t.result)), v_lost || coalesce(array_agg(r.n), '{}')
        into v_replayed, v_lost
        from ${rowsOf("commands", "commands")}
        join ${nameOf(place, "commands")} as t on t.id = r.id
        where r.n = any (v_lost) or v_attempt > 1;
      end if;`;

const writeRows = (place: Place): string =>
  [
    insertion(place, "commands", "commands"),
    // Before the slots: the guard against a slot freed by hand looks for the entry.
    insertion(place, "journal", "journal"),
    insertion(place, "new_schedules", "schedules"),
    update(place, "schedules", "schedules"),
    insertion(place, "new_free_slots", "slots"),
    update(place, "free_slots", "slots"),
    insertion(place, "new_appointments", "appointments"),
    update(place, "appointments", "appointments"),
    insertion(place, "new_taken_slots", "slots"),
    update(place, "taken_slots", "slots"),
  ].join("\n      ");
