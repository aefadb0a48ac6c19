import type { SchemaObject } from "@slotwright/adapter-sql/schema";
import { owningStatuses } from "@slotwright/core";
import type { Guard } from "@slotwright/core/adapter";
import { type Namespace, quotedName } from "../src/strategy.ts";
import { holdsLocks, refuse, triggerFunction } from "./functions.ts";
import { furtherProvidersFunction, furtherProvidersTriggers } from "./further-providers.ts";
import { overlapGuard } from "./overlap-guard.ts";

/**
 * The guards that must look at other rows. Those on the path of a booking look once at all rows of a statement. In a
 * batch of 64, that takes a few microseconds for each booking, and a look at each row takes 30. Foreign keys are
 * checked before them, and CHECKs before both.
 *
 * Two transactions may change a slot and its appointment at once, and neither sees the other's uncommitted change. So a
 * change of a slot locks its appointment FOR SHARE, the weakest lock that waits for an update, in the lock order of
 * commits. A change of an appointment locks no slot, because that could deadlock. Either the lock makes it wait, and it
 * then sees the changed slot, or it makes the lock wait. Only an old snapshot would not show the slot. In that case the
 * slots are locked as well, but without waiting: if others have locked or changed them since, the change fails to
 * serialize.
 *
 * That does not help if the slot has no appointment yet, because nothing leads from the slot to the appointments that
 * want it. So when an appointment begins to list a slot, the slot is locked, as by an update, before it is read. A new
 * appointment blocks nobody and may wait for the lock. An existing one may not. Commits have locked the slot long
 * before, and PostgreSQL notices that without writing anything.
 */
export function guards(namespace: Namespace): readonly SchemaObject[] {
  return [
    ...roomForUpdates(namespace),
    ...overlapGuard(namespace),
    ...guardFunctions(namespace),
    ...guardTriggers(namespace),
  ];
}

function guardFunctions(namespace: Namespace): readonly SchemaObject[] {
  return functions.map(({ name, body, runsAs }) => triggerFunction(namespace, name, body(namespace), runsAs));
}

function guardTriggers(namespace: Namespace): readonly SchemaObject[] {
  return triggers.map(({ name, table, on, call }) => {
    const does = `execute function ${quotedName(namespace, call)}()`;
    const when = on.replace("%", quotedName(namespace, table));
    return {
      kind: "trigger",
      name,
      on: table,
      statement: `create trigger "${namespace.prefix}${name}" ${when} ${does}`,
    };
  });
}

/**
 * An update of columns without an index writes no index entry, if the new row version fits on the same page. The slots
 * of one page belong to a few days of one provider, and may all be booked before any old version can be removed.
 */
function roomForUpdates(namespace: Namespace): readonly SchemaObject[] {
  const fillfactors = [
    ["schedules", 80],
    ["slots", 60],
    ["appointments", 80],
  ] as const;
  return fillfactors.map(([table, percent]) => ({
    kind: "setting",
    name: "fillfactor",
    on: table,
    statement: `alter table ${quotedName(namespace, table)} set (fillfactor = ${percent})`,
  }));
}

const owning = owningStatuses.map((status) => `'${status}'`).join(", ");

interface TriggerFunction {
  readonly name: string;
  readonly body: (namespace: Namespace) => string;
  readonly runsAs?: "security definer";
}

const refusal = (name: string, guard: Guard, words: string): TriggerFunction => ({
  name,
  body: () => `begin ${refuse(guard, words)} end`,
});

/** Looks at the slots that appointments list. If it locks them, it does so by id, as commits do. */
const misfit = (namespace: Namespace, locking: "" | "for no key update"): string => `exists (
    select from (
      select a.id, a.start_at, a.end_at, a.provider_id, a.facility_id, listed.* from changed as a
      cross join lateral json_array_elements_text(a.slot_ids::json) with ordinality as listed(slot_id, place)
      ${locking === "" ? "" : "order by listed.slot_id"}
    ) as a
    where not coalesce((
      select s.start_at <= a.start_at and s.end_at >= a.end_at and coalesce(s.appointment_id = a.id, true)
        and (a.place > 1 or (s.provider_id = a.provider_id and s.facility_id = a.facility_id))
      from ${quotedName(namespace, "slots")} as s where s.id = a.slot_id ${locking}), false)
  )`;

const refuseMisfit = refuse(
  "appointment_fits_slot",
  "a slot that the appointment lists does not exist, does not contain it, or is not its own",
);

const functions: readonly TriggerFunction[] = [
  furtherProvidersFunction,
  {
    name: "check_slots_fit",
    // A scalar subquery cannot become a join with the whole table, however many rows there are. Locks go by id.
    body: (namespace) => `begin
  if exists (
    select from (select * from changed where appointment_id is not null order by appointment_id) as s where not coalesce((
      select a.status in (${owning}) and a.start_at >= s.start_at and a.end_at <= s.end_at
        and a.slot_ids::jsonb ? s.id
        and (a.slot_ids::json ->> 0 <> s.id or (a.provider_id = s.provider_id and a.facility_id = s.facility_id))
      from ${quotedName(namespace, "appointments")} as a where a.id = s.appointment_id for share), false)
  ) then
    ${refuse("appointment_fits_slot", "the appointment does not list this slot, or does not lie within it")}
  end if;
  return null;
end`,
  },
  {
    name: "check_appointments_fit",
    body: (namespace) => `begin if ${misfit(namespace, "")} then ${refuseMisfit} end if; return null; end`,
  },
  {
    name: "check_new_appointments_fit",
    body: (namespace) => `begin
  -- To lock them once more would be the dearest part of it.
  if ${holdsLocks} then
    if ${misfit(namespace, "")} then ${refuseMisfit} end if;
  elsif ${misfit(namespace, "for no key update")} then
    ${refuseMisfit}
  end if;
  return null;
end`,
  },
  {
    name: "lock_listed_slots",
    // The condition that avoids locking is here and not on the trigger: the server reads the text of a trigger's
    // condition anew in every statement.
    body: (namespace) => `begin
  if old.slot_ids = new.slot_ids and (old.id, old.start_at, old.end_at, old.provider_id, old.facility_id)
      = (new.id, new.start_at, new.end_at, new.provider_id, new.facility_id)
    or new.slot_ids = '[]' and current_setting('transaction_isolation') = 'read committed' then
    return null;
  end if;
  begin
    perform from ${quotedName(namespace, "slots")} where id = any (array(
      select json_array_elements_text(old.slot_ids::json) union select json_array_elements_text(new.slot_ids::json)
    )) for no key update nowait;
  exception when lock_not_available then
    raise exception using errcode = 'serialization_failure',
      message = 'a slot of this appointment is being changed by another transaction';
  end;
  return null;
end`,
  },
  {
    name: "check_appointment_keeps_slots",
    body: (namespace) => `begin
  if exists (
    select from json_array_elements_text(old.slot_ids::json) as listed(id)
    where (tg_op = 'DELETE' or old.id <> new.id or not new.slot_ids::jsonb ? listed.id)
      and coalesce((select s.appointment_id = old.id from ${quotedName(namespace, "slots")} as s where s.id = listed.id), false)
  ) then
    ${refuse("appointment_keeps_slots", "a slot still has this appointment: free the slot first")}
  end if;
  return case tg_op when 'DELETE' then old else new end;
end`,
  },
  {
    // The appointment's row still lists the slot at this point, so the journal distinguishes a cancellation from a
    // manual mistake.
    name: "check_slot_freed",
    body: (namespace) => `begin
  if new.version <> old.version + 1 or not exists (
    select from ${quotedName(namespace, "journal")} where record_id = new.id and record_kind = 'slot' and version = new.version
  ) then
    ${refuse("appointment_keeps_slots", "a booked slot is freed by what happens to its appointment, which the journal tells: cancel the appointment")}
  end if;
  return new;
end`,
  },
  refusal("keep_slot", "appointment_keeps_slots", "a booked slot cannot be deleted: cancel its appointment first"),
  refusal(
    "keep_slots",
    "appointment_keeps_slots",
    "the slots cannot be deleted all at once with TRUNCATE: cancel appointments, and delete the slots that are free then",
  ),
  refusal("keep_journal", "journal_append_only", "entries of the journal are never changed or deleted"),
];

interface Trigger {
  readonly name: string;
  readonly table: "slots" | "appointments" | "journal";
  /** With `%` in place of the table. */
  readonly on: string;
  readonly call: string;
}

const changed = (event: string) => `after ${event} on % referencing new table as changed for each statement`;

const triggers: readonly Trigger[] = [
  ...furtherProvidersTriggers,
  { name: "slots_inserted", table: "slots", on: changed("insert"), call: "check_slots_fit" },
  { name: "slots_fit", table: "slots", on: changed("update"), call: "check_slots_fit" },
  {
    name: "slots_freed",
    table: "slots",
    on: `before update on % for each row
      when (old.appointment_id is not null and new.appointment_id is distinct from old.appointment_id)`,
    call: "check_slot_freed",
  },
  {
    name: "slots_kept",
    table: "slots",
    on: "before delete on % for each row when (old.appointment_id is not null)",
    call: "keep_slot",
  },
  { name: "slots_not_emptied", table: "slots", on: "before truncate on % for each statement", call: "keep_slots" },
  { name: "appointments_inserted", table: "appointments", on: changed("insert"), call: "check_new_appointments_fit" },
  { name: "appointments_fit", table: "appointments", on: changed("update"), call: "check_appointments_fit" },
  {
    // Before the two that look at the slots: row triggers run before statement triggers, and then by name.
    name: "appointments_change",
    table: "appointments",
    on: `after update on % for each row
      when (old.slot_ids <> new.slot_ids or pg_catalog.current_setting('transaction_isolation') <> 'read committed')`,
    call: "lock_listed_slots",
  },
  {
    name: "appointments_keep_slots",
    table: "appointments",
    on: "after update on % for each row when (old.slot_ids <> new.slot_ids or old.id <> new.id)",
    call: "check_appointment_keeps_slots",
  },
  {
    // Before the deletion, because the foreign key would otherwise refuse with its own message.
    name: "appointments_kept",
    table: "appointments",
    on: "before delete on % for each row",
    call: "check_appointment_keeps_slots",
  },
  { name: "journal_kept", table: "journal", on: "before update or delete on % for each row", call: "keep_journal" },
  {
    name: "journal_not_emptied",
    table: "journal",
    on: "before truncate on % for each statement",
    call: "keep_journal",
  },
];
