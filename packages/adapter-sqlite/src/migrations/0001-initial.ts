import type { Migration } from "@slotwright/adapter-sql";

// Written by `pnpm freeze` from the catalogue and the guards. Once released, it never changes.
export const initial: Migration = {
  version: 1,
  name: "initial",
  oldestCode: 1,
  objects: [
    {
      kind: "table",
      name: "schedules",
      statement: `create table "{prefix}schedules" (
  "id" text not null,
  "provider_id" text not null,
  "facility_id" text,
  "time_zone" text not null,
  "version" integer not null,
  "created_at" integer not null,
  "updated_at" integer not null,
  constraint "{prefix}schedules_pkey" primary key ("id"),
  constraint "row_format" check (version >= 1)
) strict`,
    },
    {
      kind: "table",
      name: "agendas",
      statement: `create table "{prefix}agendas" (
  "id" text not null,
  "version" integer not null,
  constraint "{prefix}agendas_pkey" primary key ("id"),
  constraint "row_format" check (version >= 1)
) strict`,
    },
    {
      kind: "table",
      name: "availabilities",
      statement: `create table "{prefix}availabilities" (
  "id" text not null,
  "provider_id" text not null,
  "facility_id" text not null,
  "time_zone" text not null,
  "hours" text not null,
  "zone_rules" text not null,
  "version" integer not null,
  "created_at" integer not null,
  "updated_at" integer not null,
  constraint "{prefix}availabilities_pkey" primary key ("id"),
  constraint "row_format" check (version >= 1 and case when json_valid("hours") then json_type("hours") = 'object' else 0 end and case when json_valid("zone_rules") then json_type("zone_rules") = 'array' else 0 end)
) strict`,
    },
    {
      kind: "table",
      name: "appointments",
      statement: `create table "{prefix}appointments" (
  "id" text not null,
  "subject_id" text not null,
  "provider_id" text not null,
  "facility_id" text not null,
  "start_at" integer not null,
  "end_at" integer not null,
  "status" text not null,
  "slot_ids" text not null,
  "provider_ids" text,
  "metadata" text not null,
  "version" integer not null,
  "created_at" integer not null,
  "updated_at" integer not null,
  "request" text,
  constraint "{prefix}appointments_pkey" primary key ("id"),
  constraint "known_status" check ("status" in ('scheduled', 'confirmed', 'checked_in', 'completed', 'cancelled', 'no_show', 'declined')),
  constraint "valid_time_range" check (start_at < end_at and end_at - start_at <= 2678400000),
  constraint "row_format" check (version >= 1 and case when json_valid("metadata") then json_type("metadata") = 'object' else 0 end and case when json_valid("slot_ids") then json_type("slot_ids") = 'array' else 0 end and (provider_ids is null or case when json_valid("provider_ids") then json_type("provider_ids") = 'array' else 0 end) and (request is null or case when json_valid("request") then json_type("request") = 'object' else 0 end)),
  constraint "owner_has_slots" check (("status" in ('confirmed', 'checked_in', 'completed')) = (json_array_length("slot_ids") > 0))
) strict`,
    },
    {
      kind: "table",
      name: "further_providers",
      statement: `create table "{prefix}further_providers" (
  "id" text not null,
  "provider_id" text not null,
  "subject_id" text not null,
  "facility_id" text not null,
  "start_at" integer not null,
  "status" text not null,
  constraint "{prefix}further_providers_pkey" primary key ("id", "provider_id")
) strict`,
    },
    {
      kind: "table",
      name: "slots",
      statement: `create table "{prefix}slots" (
  "id" text not null,
  "schedule_id" text not null,
  "provider_id" text not null,
  "facility_id" text not null,
  "seat" integer not null,
  "start_at" integer not null,
  "end_at" integer not null,
  "status" text not null,
  "appointment_id" text,
  "hold_token_hash" text,
  "hold_expires_at" integer,
  "hold_holder_id" text,
  "metadata" text not null,
  "version" integer not null,
  "created_at" integer not null,
  "updated_at" integer not null,
  constraint "{prefix}slots_pkey" primary key ("id"),
  constraint "known_status" check ("status" in ('available', 'held', 'booked', 'blocked', 'withdrawn')),
  constraint "valid_time_range" check (start_at < end_at and end_at - start_at <= 2678400000),
  constraint "booked_has_appointment" check ((status = 'booked') = (appointment_id is not null)),
  constraint "held_has_hold" check ((status = 'held') = (hold_token_hash is not null) and (hold_token_hash is null) = (hold_expires_at is null) and (hold_holder_id is null or hold_token_hash is not null)),
  constraint "row_format" check (seat >= 0 and version >= 1 and case when json_valid("metadata") then json_type("metadata") = 'object' else 0 end),
  constraint "slot_has_schedule_row" foreign key ("schedule_id") references "{prefix}schedules" ("id"),
  constraint "slot_has_appointment_row" foreign key ("appointment_id") references "{prefix}appointments" ("id")
) strict`,
    },
    {
      kind: "table",
      name: "commands",
      statement: `create table "{prefix}commands" (
  "id" text not null,
  "request_hash" text not null,
  "result" text not null,
  "created_at" integer,
  constraint "{prefix}commands_pkey" primary key ("id"),
  constraint "row_format" check (json_valid("result"))
) strict`,
    },
    {
      kind: "table",
      name: "journal",
      statement: `create table "{prefix}journal" (
  "seq" integer primary key not null,
  "record_kind" text not null,
  "record_id" text not null,
  "place" text not null,
  "version" integer not null,
  "command" text not null,
  "command_id" text not null,
  "actor_kind" text not null,
  "actor_id" text not null,
  "reason" text,
  "at" integer not null,
  "from_status" text,
  "to_status" text not null,
  "changes" text not null,
  constraint "{prefix}journal_once_per_version" unique ("record_id", "record_kind", "version"),
  constraint "row_format" check ("record_kind" in ('slot', 'appointment', 'availability') and version >= 1 and case when json_valid("place") then json_type("place") = 'array' else 0 end and case when json_valid("changes") then json_type("changes") = 'object' else 0 end)
) strict`,
    },
    {
      kind: "table",
      name: "settings",
      statement: `create table "{prefix}settings" (
  "name" text not null,
  "value" text not null,
  constraint "{prefix}settings_pkey" primary key ("name")
) strict`,
    },
    {
      kind: "table",
      name: "relays",
      statement: `create table "{prefix}relays" (
  "name" text not null,
  "version" integer not null,
  "state" text not null,
  constraint "{prefix}relays_pkey" primary key ("name"),
  constraint "row_format" check (version >= 1 and case when json_valid("state") then json_type("state") = 'object' else 0 end)
) strict`,
    },
    {
      kind: "index",
      name: "slots_by_provider",
      on: "slots",
      statement: `create index "{prefix}slots_by_provider" on "{prefix}slots" ("provider_id", "start_at", "id", "end_at")`,
    },
    {
      kind: "index",
      name: "slots_by_facility",
      on: "slots",
      statement: `create index "{prefix}slots_by_facility" on "{prefix}slots" ("facility_id", "start_at", "id")`,
    },
    {
      kind: "index",
      name: "slots_by_holder",
      on: "slots",
      statement: `create index "{prefix}slots_by_holder" on "{prefix}slots" ("hold_holder_id", "start_at", "id") where "hold_holder_id" is not null`,
    },
    {
      kind: "index",
      name: "slots_by_start",
      on: "slots",
      statement: `create index "{prefix}slots_by_start" on "{prefix}slots" ("start_at", "id")`,
    },
    {
      kind: "index",
      name: "appointments_by_subject",
      on: "appointments",
      statement: `create index "{prefix}appointments_by_subject" on "{prefix}appointments" ("subject_id", "start_at", "id")`,
    },
    {
      kind: "index",
      name: "appointments_by_provider",
      on: "appointments",
      statement: `create index "{prefix}appointments_by_provider" on "{prefix}appointments" ("provider_id", "start_at", "id")`,
    },
    {
      kind: "index",
      name: "further_providers_by_subject",
      on: "further_providers",
      statement: `create index "{prefix}further_providers_by_subject" on "{prefix}further_providers" ("subject_id", "start_at", "id")`,
    },
    {
      kind: "index",
      name: "further_providers_by_provider",
      on: "further_providers",
      statement: `create index "{prefix}further_providers_by_provider" on "{prefix}further_providers" ("provider_id", "start_at", "id")`,
    },
    {
      kind: "index",
      name: "appointments_by_start",
      on: "appointments",
      statement: `create index "{prefix}appointments_by_start" on "{prefix}appointments" ("start_at", "id")`,
    },
    {
      kind: "index",
      name: "slots_by_seat",
      on: "slots",
      statement: `create index "{prefix}slots_by_seat" on "{prefix}slots" ("schedule_id", "seat", "start_at") where "status" not in ('blocked', 'withdrawn')`,
    },
    {
      kind: "trigger",
      name: "slots_not_replaced",
      statement: `create trigger "{prefix}slots_not_replaced" before insert on "{prefix}slots" begin select raise(abort, 'slotwright:appointment_keeps_slots: a booked slot cannot be replaced: update it') where exists (select 1 from "{prefix}slots" where id = new.id and appointment_id is not null); end`,
    },
    {
      kind: "trigger",
      name: "slots_inserted",
      statement: `create trigger "{prefix}slots_inserted" after insert on "{prefix}slots" begin select raise(abort, 'slotwright:row_format: the schedule of the slot does not exist') where not exists (select 1 from "{prefix}schedules" where id = new.schedule_id); select raise(abort, 'slotwright:no_overlap: another slot of this schedule and seat is in the way') where new.status not in ('blocked', 'withdrawn') and (select end_at from "{prefix}slots" where schedule_id = new.schedule_id and seat = new.seat and start_at < new.end_at
    and status not in ('blocked', 'withdrawn') and id <> new.id order by start_at desc limit 1) > new.start_at; end`,
    },
    {
      kind: "trigger",
      name: "slots_no_overlap_when_moved",
      statement: `create trigger "{prefix}slots_no_overlap_when_moved" after update of schedule_id, seat, start_at, end_at on "{prefix}slots" begin select raise(abort, 'slotwright:row_format: the schedule of the slot does not exist') where not exists (select 1 from "{prefix}schedules" where id = new.schedule_id); select raise(abort, 'slotwright:no_overlap: another slot of this schedule and seat is in the way') where new.status not in ('blocked', 'withdrawn') and (select end_at from "{prefix}slots" where schedule_id = new.schedule_id and seat = new.seat and start_at < new.end_at
    and status not in ('blocked', 'withdrawn') and id <> new.id order by start_at desc limit 1) > new.start_at; end`,
    },
    {
      kind: "trigger",
      name: "slots_no_overlap_when_unblocked",
      statement: `create trigger "{prefix}slots_no_overlap_when_unblocked" after update of status on "{prefix}slots" when old.status in ('blocked', 'withdrawn') and new.status not in ('blocked', 'withdrawn') begin select raise(abort, 'slotwright:no_overlap: another slot of this schedule and seat is in the way') where new.status not in ('blocked', 'withdrawn') and (select end_at from "{prefix}slots" where schedule_id = new.schedule_id and seat = new.seat and start_at < new.end_at
    and status not in ('blocked', 'withdrawn') and id <> new.id order by start_at desc limit 1) > new.start_at; end`,
    },
    {
      kind: "trigger",
      name: "slots_inserted_booked",
      statement: `create trigger "{prefix}slots_inserted_booked" after insert on "{prefix}slots" when new.appointment_id is not null begin select case
  when exists (select 1 from "{prefix}appointments" as a where a.id = new.appointment_id and a.status in ('confirmed', 'checked_in', 'completed')
    and a.start_at >= new.start_at and a.end_at <= new.end_at
    and (json_extract(a.slot_ids, '$[0]') <> new.id
      or (a.provider_id = new.provider_id and a.facility_id = new.facility_id))
    and exists (select 1 from json_each(a.slot_ids) where value = new.id)) then null
  when exists (select 1 from "{prefix}appointments" where id = new.appointment_id)
    then raise(abort, 'slotwright:appointment_fits_slot: the appointment does not list this slot, or does not lie within it')
  else raise(abort, 'slotwright:slot_has_appointment_row: the appointment of the slot does not exist') end; end`,
    },
    {
      kind: "trigger",
      name: "slots_fit",
      statement: `create trigger "{prefix}slots_fit" after update of id, appointment_id, start_at, end_at, provider_id, facility_id on "{prefix}slots"
      when new.appointment_id is not null begin select case
  when exists (select 1 from "{prefix}appointments" as a where a.id = new.appointment_id and a.status in ('confirmed', 'checked_in', 'completed')
    and a.start_at >= new.start_at and a.end_at <= new.end_at
    and (json_extract(a.slot_ids, '$[0]') <> new.id
      or (a.provider_id = new.provider_id and a.facility_id = new.facility_id))
    and exists (select 1 from json_each(a.slot_ids) where value = new.id)) then null
  when exists (select 1 from "{prefix}appointments" where id = new.appointment_id)
    then raise(abort, 'slotwright:appointment_fits_slot: the appointment does not list this slot, or does not lie within it')
  else raise(abort, 'slotwright:slot_has_appointment_row: the appointment of the slot does not exist') end; end`,
    },
    {
      kind: "trigger",
      name: "slots_freed",
      statement: `create trigger "{prefix}slots_freed" after update of appointment_id on "{prefix}slots"
      when old.appointment_id is not null and new.appointment_id is not old.appointment_id begin select raise(abort, 'slotwright:appointment_keeps_slots: a booked slot is freed by what happens to its appointment, which the journal tells: cancel the appointment') where new.version <> old.version + 1
        or not exists (select 1 from "{prefix}journal" where record_id = new.id and record_kind = 'slot' and version = new.version); end`,
    },
    {
      kind: "trigger",
      name: "slots_kept",
      statement: `create trigger "{prefix}slots_kept" before delete on "{prefix}slots" when old.appointment_id is not null begin select raise(abort, 'slotwright:appointment_keeps_slots: a booked slot cannot be deleted: cancel its appointment first'); end`,
    },
    {
      kind: "trigger",
      name: "appointments_not_replaced",
      statement: `create trigger "{prefix}appointments_not_replaced" before insert on "{prefix}appointments" begin select raise(abort, 'slotwright:row_format: there is an appointment with this id: update it') where exists (select 1 from "{prefix}appointments" where id = new.id); end`,
    },
    {
      kind: "trigger",
      name: "appointments_inserted",
      statement: `create trigger "{prefix}appointments_inserted" after insert on "{prefix}appointments" when new.slot_ids <> '[]' begin select raise(abort, 'slotwright:appointment_fits_slot: a slot that the appointment lists does not exist, does not contain it, or is not its own') where exists (select 1 from json_each(new.slot_ids) as listed left join "{prefix}slots" as s on s.id = listed.value
    where s.id is null or s.start_at > new.start_at or s.end_at < new.end_at or s.appointment_id <> new.id
    or (listed.key = 0 and (s.provider_id <> new.provider_id or s.facility_id <> new.facility_id))); end`,
    },
    {
      kind: "trigger",
      name: "appointments_fit",
      statement: `create trigger "{prefix}appointments_fit" after update of start_at, end_at, slot_ids, provider_id, facility_id on "{prefix}appointments"
      when new.slot_ids <> '[]' begin select raise(abort, 'slotwright:appointment_fits_slot: a slot that the appointment lists does not exist, does not contain it, or is not its own') where exists (select 1 from json_each(new.slot_ids) as listed left join "{prefix}slots" as s on s.id = listed.value
    where s.id is null or s.start_at > new.start_at or s.end_at < new.end_at or s.appointment_id <> new.id
    or (listed.key = 0 and (s.provider_id <> new.provider_id or s.facility_id <> new.facility_id))); end`,
    },
    {
      kind: "trigger",
      name: "appointments_keep_slots",
      statement: `create trigger "{prefix}appointments_keep_slots" after update of id, slot_ids on "{prefix}appointments" when old.slot_ids <> new.slot_ids or old.id <> new.id begin select raise(abort, 'slotwright:appointment_keeps_slots: a slot still has this appointment: free the slot first') where exists (select 1 from json_each(old.slot_ids) as listed cross join "{prefix}slots" as s on s.id = listed.value
  where s.appointment_id = old.id
        and (old.id <> new.id or s.id not in (select value from json_each(new.slot_ids)))); end`,
    },
    {
      kind: "trigger",
      name: "appointments_kept",
      statement: `create trigger "{prefix}appointments_kept" before delete on "{prefix}appointments" begin select raise(abort, 'slotwright:appointment_keeps_slots: a slot still has this appointment: free the slot first') where exists (select 1 from json_each(old.slot_ids) as listed cross join "{prefix}slots" as s on s.id = listed.value
  where s.appointment_id = old.id); end`,
    },
    {
      kind: "trigger",
      name: "appointments_shared_insert",
      statement: `create trigger "{prefix}appointments_shared_insert" after insert on "{prefix}appointments" when "new"."provider_ids" is not null begin insert into "{prefix}further_providers" ("id", "provider_id", "subject_id", "facility_id", "start_at", "status")
  select distinct "new"."id", value, "new"."subject_id", "new"."facility_id", "new"."start_at", "new"."status" from json_each(new.provider_ids) where value <> new.provider_id; end`,
    },
    {
      kind: "trigger",
      name: "appointments_shared_update",
      statement: `create trigger "{prefix}appointments_shared_update" after update of "id", "provider_id", "subject_id", "facility_id", "start_at", "status", provider_ids on "{prefix}appointments" when "old"."provider_ids" is not null or "new"."provider_ids" is not null begin delete from "{prefix}further_providers" where id = old.id; insert into "{prefix}further_providers" ("id", "provider_id", "subject_id", "facility_id", "start_at", "status")
  select distinct "new"."id", value, "new"."subject_id", "new"."facility_id", "new"."start_at", "new"."status" from json_each(new.provider_ids) where value <> new.provider_id; end`,
    },
    {
      kind: "trigger",
      name: "appointments_shared_delete",
      statement: `create trigger "{prefix}appointments_shared_delete" after delete on "{prefix}appointments" when "old"."provider_ids" is not null begin delete from "{prefix}further_providers" where id = old.id; end`,
    },
    {
      kind: "trigger",
      name: "journal_not_replaced",
      statement: `create trigger "{prefix}journal_not_replaced" before insert on "{prefix}journal" begin select raise(abort, 'slotwright:journal_once_per_version: the journal has an entry for this version of the record') where exists (select 1 from "{prefix}journal" where record_id = new.record_id and record_kind = new.record_kind and version = new.version); select raise(abort, 'slotwright:journal_append_only: the journal has an entry with this number') where exists (select 1 from "{prefix}journal" where seq = new.seq); end`,
    },
    {
      kind: "trigger",
      name: "journal_not_updated",
      statement: `create trigger "{prefix}journal_not_updated" before update on "{prefix}journal" begin select raise(abort, 'slotwright:journal_append_only: entries of the journal are never changed'); end`,
    },
    {
      kind: "trigger",
      name: "journal_not_deleted",
      statement: `create trigger "{prefix}journal_not_deleted" before delete on "{prefix}journal" begin select raise(abort, 'slotwright:journal_append_only: entries of the journal are never deleted'); end`,
    },
  ],
};
