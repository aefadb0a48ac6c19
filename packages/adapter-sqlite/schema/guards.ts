import { refusalText, type SqlStrategy } from "@slotwright/adapter-sql";
import type { SchemaObject } from "@slotwright/adapter-sql/schema";
import { owningStatuses } from "@slotwright/core";
import { asideStatuses, type Guard } from "@slotwright/core/adapter";
import { type RawBuilder, sql } from "kysely";
import { furtherProvidersTriggers } from "./further-providers.ts";

/**
 * The guards that must look at other rows are triggers. They only use features that SQLite had when it got STRICT
 * tables, so that an older `sqlite3` shell can still open the file. They do not rely on `foreign_keys`, which that
 * shell leaves off. Those that look at the new row run AFTER, when the CHECKs have passed and rows are well-formed.
 */
export function guardTriggers(strategy: SqlStrategy): readonly SchemaObject[] {
  return triggers.map(({ name, on, body }) => {
    const trigger = sql`create trigger ${sql.id(strategy.qualified(name))} ${on} begin ${body} end`;
    return { kind: "trigger", name, statement: trigger.compile(strategy.queries).sql };
  });
}

/** The indexes that the overlap guard reads. Slots that are blocked or withdrawn, any number of which may overlap, are not in its way. */
export function guardIndexes({ queries, qualified }: SqlStrategy): readonly SchemaObject[] {
  const index = queries.schema
    .createIndex(qualified("slots_by_seat"))
    .on("slots")
    .columns(["schedule_id", "seat", "start_at"])
    .where(sql.ref("status"), "not in", aside);
  return [{ kind: "index", name: "slots_by_seat", on: "slots", statement: index.compile().sql }];
}

interface Trigger {
  readonly name: string;
  readonly on: RawBuilder<unknown>;
  readonly body: RawBuilder<unknown>;
}

const aside = asideStatuses.map((status) => sql.lit(status));
const schedules = sql.table("schedules");
const slots = sql.table("slots");
const appointments = sql.table("appointments");
const journal = sql.table("journal");
const owning = sql.join(owningStatuses.map((status) => sql.lit(status)));

const refuse = (guard: Guard, words: string) => sql`raise(abort, ${sql.lit(refusalText(guard, words))})`;

const refuseIf = (condition: RawBuilder<unknown>, guard: Guard, words: string) =>
  sql`select ${refuse(guard, words)} where ${condition};`;

// Apart from blocked and withdrawn slots, the slots of one schedule and seat do not overlap. So among the slots that start before the
// end of this one, only the last can overlap it.
const overlapCheck = refuseIf(
  sql`new.status not in (${sql.join(aside)}) and (select end_at from ${slots} where schedule_id = new.schedule_id and seat = new.seat and start_at < new.end_at
    and status not in (${sql.join(aside)}) and id <> new.id order by start_at desc limit 1) > new.start_at`,
  "no_overlap",
  "another slot of this schedule and seat is in the way",
);

const scheduleCheck = refuseIf(
  sql`not exists (select 1 from ${schedules} where id = new.schedule_id)`,
  "row_format",
  "the schedule of the slot does not exist",
);

// The common case, in which everything is in order, costs one look at the appointment.
const slotFitsCheck = sql`select case
  when exists (select 1 from ${appointments} as a where a.id = new.appointment_id and a.status in (${owning})
    and a.start_at >= new.start_at and a.end_at <= new.end_at
    and (json_extract(a.slot_ids, '$[0]') <> new.id
      or (a.provider_id = new.provider_id and a.facility_id = new.facility_id))
    and exists (select 1 from json_each(a.slot_ids) where value = new.id)) then null
  when exists (select 1 from ${appointments} where id = new.appointment_id)
    then ${refuse("appointment_fits_slot", "the appointment does not list this slot, or does not lie within it")}
  else ${refuse("slot_has_appointment_row", "the appointment of the slot does not exist")} end;`;

const appointmentFitsCheck = refuseIf(
  sql`exists (select 1 from json_each(new.slot_ids) as listed left join ${slots} as s on s.id = listed.value
    where s.id is null or s.start_at > new.start_at or s.end_at < new.end_at or s.appointment_id <> new.id
    or (listed.key = 0 and (s.provider_id <> new.provider_id or s.facility_id <> new.facility_id)))`,
  "appointment_fits_slot",
  "a slot that the appointment lists does not exist, does not contain it, or is not its own",
);

const slotsOfOld = sql`select 1 from json_each(old.slot_ids) as listed cross join ${slots} as s on s.id = listed.value
  where s.appointment_id = old.id`;

const keepsSlotsWords = "a slot still has this appointment: free the slot first";

const slotTriggers: readonly Trigger[] = [
  {
    name: "slots_not_replaced",
    on: sql`before insert on ${slots}`,
    body: refuseIf(
      sql`exists (select 1 from ${slots} where id = new.id and appointment_id is not null)`,
      "appointment_keeps_slots",
      "a booked slot cannot be replaced: update it",
    ),
  },
  {
    name: "slots_inserted",
    on: sql`after insert on ${slots}`,
    body: sql`${scheduleCheck} ${overlapCheck}`,
  },
  {
    name: "slots_no_overlap_when_moved",
    on: sql`after update of schedule_id, seat, start_at, end_at on ${slots}`,
    body: sql`${scheduleCheck} ${overlapCheck}`,
  },
  {
    name: "slots_no_overlap_when_unblocked",
    on: sql`after update of status on ${slots} when old.status in (${sql.join(aside)}) and new.status not in (${sql.join(aside)})`,
    body: overlapCheck,
  },
  {
    name: "slots_inserted_booked",
    on: sql`after insert on ${slots} when new.appointment_id is not null`,
    body: slotFitsCheck,
  },
  {
    name: "slots_fit",
    on: sql`after update of id, appointment_id, start_at, end_at, provider_id, facility_id on ${slots}
      when new.appointment_id is not null`,
    body: slotFitsCheck,
  },
  {
    // The appointment's row still lists the slot at this point, so the journal distinguishes a cancellation from a
    // manual mistake.
    name: "slots_freed",
    on: sql`after update of appointment_id on ${slots}
      when old.appointment_id is not null and new.appointment_id is not old.appointment_id`,
    body: refuseIf(
      sql`new.version <> old.version + 1
        or not exists (select 1 from ${journal} where record_id = new.id and record_kind = 'slot' and version = new.version)`,
      "appointment_keeps_slots",
      "a booked slot is freed by what happens to its appointment, which the journal tells: cancel the appointment",
    ),
  },
  {
    name: "slots_kept",
    on: sql`before delete on ${slots} when old.appointment_id is not null`,
    body: sql`select ${refuse("appointment_keeps_slots", "a booked slot cannot be deleted: cancel its appointment first")};`,
  },
];

const appointmentTriggers: readonly Trigger[] = [
  {
    name: "appointments_not_replaced",
    on: sql`before insert on ${appointments}`,
    body: refuseIf(
      sql`exists (select 1 from ${appointments} where id = new.id)`,
      "row_format",
      "there is an appointment with this id: update it",
    ),
  },
  {
    name: "appointments_inserted",
    on: sql`after insert on ${appointments} when new.slot_ids <> '[]'`,
    body: appointmentFitsCheck,
  },
  {
    name: "appointments_fit",
    on: sql`after update of start_at, end_at, slot_ids, provider_id, facility_id on ${appointments}
      when new.slot_ids <> '[]'`,
    body: appointmentFitsCheck,
  },
  {
    name: "appointments_keep_slots",
    on: sql`after update of id, slot_ids on ${appointments} when old.slot_ids <> new.slot_ids or old.id <> new.id`,
    body: refuseIf(
      sql`exists (${slotsOfOld}
        and (old.id <> new.id or s.id not in (select value from json_each(new.slot_ids))))`,
      "appointment_keeps_slots",
      keepsSlotsWords,
    ),
  },
  {
    name: "appointments_kept",
    on: sql`before delete on ${appointments}`,
    body: refuseIf(sql`exists (${slotsOfOld})`, "appointment_keeps_slots", keepsSlotsWords),
  },
];

const journalTriggers: readonly Trigger[] = [
  {
    // Without it, INSERT OR REPLACE would rewrite history and fire no DELETE trigger.
    name: "journal_not_replaced",
    on: sql`before insert on ${journal}`,
    body: sql`${refuseIf(
      sql`exists (select 1 from ${journal} where record_id = new.record_id and record_kind = new.record_kind and version = new.version)`,
      "journal_once_per_version",
      "the journal has an entry for this version of the record",
    )} ${refuseIf(
      sql`exists (select 1 from ${journal} where seq = new.seq)`,
      "journal_append_only",
      "the journal has an entry with this number",
    )}`,
  },
  {
    name: "journal_not_updated",
    on: sql`before update on ${journal}`,
    body: sql`select ${refuse("journal_append_only", "entries of the journal are never changed")};`,
  },
  {
    name: "journal_not_deleted",
    on: sql`before delete on ${journal}`,
    body: sql`select ${refuse("journal_append_only", "entries of the journal are never deleted")};`,
  },
];

const triggers: readonly Trigger[] = [
  ...slotTriggers,
  ...appointmentTriggers,
  ...furtherProvidersTriggers,
  ...journalTriggers,
];
