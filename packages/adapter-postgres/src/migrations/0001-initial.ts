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
      statement: `create table "{schema}"."{prefix}schedules" (
  "id" text collate "C" not null,
  "provider_id" text collate "C" not null,
  "facility_id" text collate "C",
  "time_zone" text collate "C" not null,
  "version" integer not null,
  "created_at" bigint not null,
  "updated_at" bigint not null
)`,
    },
    {
      kind: "constraint",
      name: "{prefix}schedules_pkey",
      on: "schedules",
      statement: `alter table "{schema}"."{prefix}schedules" add constraint "{prefix}schedules_pkey"
  primary key ("id")`,
    },
    {
      kind: "constraint",
      name: "row_format",
      on: "schedules",
      statement: `alter table "{schema}"."{prefix}schedules" add constraint "row_format"
  check (version >= 1)`,
    },
    {
      kind: "table",
      name: "agendas",
      statement: `create table "{schema}"."{prefix}agendas" (
  "id" text collate "C" not null,
  "version" integer not null
)`,
    },
    {
      kind: "constraint",
      name: "{prefix}agendas_pkey",
      on: "agendas",
      statement: `alter table "{schema}"."{prefix}agendas" add constraint "{prefix}agendas_pkey"
  primary key ("id")`,
    },
    {
      kind: "constraint",
      name: "row_format",
      on: "agendas",
      statement: `alter table "{schema}"."{prefix}agendas" add constraint "row_format"
  check (version >= 1)`,
    },
    {
      kind: "table",
      name: "availabilities",
      statement: `create table "{schema}"."{prefix}availabilities" (
  "id" text collate "C" not null,
  "provider_id" text collate "C" not null,
  "facility_id" text collate "C" not null,
  "time_zone" text collate "C" not null,
  "hours" text collate "C" not null,
  "zone_rules" text collate "C" not null,
  "version" integer not null,
  "created_at" bigint not null,
  "updated_at" bigint not null
)`,
    },
    {
      kind: "constraint",
      name: "{prefix}availabilities_pkey",
      on: "availabilities",
      statement: `alter table "{schema}"."{prefix}availabilities" add constraint "{prefix}availabilities_pkey"
  primary key ("id")`,
    },
    {
      kind: "constraint",
      name: "row_format",
      on: "availabilities",
      statement: `alter table "{schema}"."{prefix}availabilities" add constraint "row_format"
  check (version >= 1 and json_typeof("hours"::json) = 'object' and json_typeof("zone_rules"::json) = 'array')`,
    },
    {
      kind: "table",
      name: "appointments",
      statement: `create table "{schema}"."{prefix}appointments" (
  "id" text collate "C" not null,
  "subject_id" text collate "C" not null,
  "provider_id" text collate "C" not null,
  "facility_id" text collate "C" not null,
  "start_at" bigint not null,
  "end_at" bigint not null,
  "status" text collate "C" not null,
  "slot_ids" text collate "C" not null,
  "provider_ids" text collate "C",
  "metadata" text collate "C" not null,
  "version" integer not null,
  "created_at" bigint not null,
  "updated_at" bigint not null,
  "request" text collate "C"
)`,
    },
    {
      kind: "constraint",
      name: "{prefix}appointments_pkey",
      on: "appointments",
      statement: `alter table "{schema}"."{prefix}appointments" add constraint "{prefix}appointments_pkey"
  primary key ("id")`,
    },
    {
      kind: "function",
      name: "check_appointments_row",
      statement: `create or replace function "{schema}"."{prefix}check_appointments_row"("start_at" bigint, "end_at" bigint, "status" text, "slot_ids" text, "provider_ids" text, "metadata" text, "version" integer, "request" text) returns boolean
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $slotwright$
begin
  if not ("status" = any ('{scheduled,confirmed,checked_in,completed,cancelled,no_show,declined}')) then
    raise exception using errcode = 'check_violation', constraint = 'known_status', message = 'slotwright:known_status: a row of {prefix}appointments has to meet "status" = any (''{scheduled,confirmed,checked_in,completed,cancelled,no_show,declined}'')';
  end if;
  if not (start_at < end_at and end_at - start_at <= 2678400000) then
    raise exception using errcode = 'check_violation', constraint = 'valid_time_range', message = 'slotwright:valid_time_range: a row of {prefix}appointments has to meet start_at < end_at and end_at - start_at <= 2678400000';
  end if;
  if not (version >= 1 and json_typeof("metadata"::json) = 'object' and json_typeof("slot_ids"::json) = 'array' and (provider_ids is null or json_typeof("provider_ids"::json) = 'array') and (request is null or json_typeof("request"::json) = 'object')) then
    raise exception using errcode = 'check_violation', constraint = 'row_format', message = 'slotwright:row_format: a row of {prefix}appointments has to meet version >= 1 and json_typeof("metadata"::json) = ''object'' and json_typeof("slot_ids"::json) = ''array'' and (provider_ids is null or json_typeof("provider_ids"::json) = ''array'') and (request is null or json_typeof("request"::json) = ''object'')';
  end if;
  if not (("status" = any ('{confirmed,checked_in,completed}')) = (json_array_length("slot_ids"::json) > 0)) then
    raise exception using errcode = 'check_violation', constraint = 'owner_has_slots', message = 'slotwright:owner_has_slots: a row of {prefix}appointments has to meet ("status" = any (''{confirmed,checked_in,completed}'')) = (json_array_length("slot_ids"::json) > 0)';
  end if;
  return true;
end
$slotwright$`,
    },
    {
      kind: "constraint",
      name: "row_guards",
      on: "appointments",
      statement: `alter table "{schema}"."{prefix}appointments" add constraint "row_guards"
  check ("{schema}"."{prefix}check_appointments_row"("start_at", "end_at", "status", "slot_ids", "provider_ids", "metadata", "version", "request"))`,
    },
    {
      kind: "table",
      name: "further_providers",
      statement: `create table "{schema}"."{prefix}further_providers" (
  "id" text collate "C" not null,
  "provider_id" text collate "C" not null,
  "subject_id" text collate "C" not null,
  "facility_id" text collate "C" not null,
  "start_at" bigint not null,
  "status" text collate "C" not null
)`,
    },
    {
      kind: "constraint",
      name: "{prefix}further_providers_pkey",
      on: "further_providers",
      statement: `alter table "{schema}"."{prefix}further_providers" add constraint "{prefix}further_providers_pkey"
  primary key ("id", "provider_id")`,
    },
    {
      kind: "table",
      name: "slots",
      statement: `create table "{schema}"."{prefix}slots" (
  "id" text collate "C" not null,
  "schedule_id" text collate "C" not null,
  "provider_id" text collate "C" not null,
  "facility_id" text collate "C" not null,
  "seat" integer not null,
  "start_at" bigint not null,
  "end_at" bigint not null,
  "status" text collate "C" not null,
  "appointment_id" text collate "C",
  "hold_token_hash" text collate "C",
  "hold_expires_at" bigint,
  "hold_holder_id" text collate "C",
  "metadata" text collate "C" not null,
  "version" integer not null,
  "created_at" bigint not null,
  "updated_at" bigint not null
)`,
    },
    {
      kind: "constraint",
      name: "{prefix}slots_pkey",
      on: "slots",
      statement: `alter table "{schema}"."{prefix}slots" add constraint "{prefix}slots_pkey"
  primary key ("id")`,
    },
    {
      kind: "function",
      name: "check_slots_row",
      statement: `create or replace function "{schema}"."{prefix}check_slots_row"("seat" integer, "start_at" bigint, "end_at" bigint, "status" text, "appointment_id" text, "hold_token_hash" text, "hold_expires_at" bigint, "hold_holder_id" text, "metadata" text, "version" integer) returns boolean
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $slotwright$
begin
  if not ("status" = any ('{available,held,booked,blocked,withdrawn}')) then
    raise exception using errcode = 'check_violation', constraint = 'known_status', message = 'slotwright:known_status: a row of {prefix}slots has to meet "status" = any (''{available,held,booked,blocked,withdrawn}'')';
  end if;
  if not (start_at < end_at and end_at - start_at <= 2678400000) then
    raise exception using errcode = 'check_violation', constraint = 'valid_time_range', message = 'slotwright:valid_time_range: a row of {prefix}slots has to meet start_at < end_at and end_at - start_at <= 2678400000';
  end if;
  if not ((status = 'booked') = (appointment_id is not null)) then
    raise exception using errcode = 'check_violation', constraint = 'booked_has_appointment', message = 'slotwright:booked_has_appointment: a row of {prefix}slots has to meet (status = ''booked'') = (appointment_id is not null)';
  end if;
  if not ((status = 'held') = (hold_token_hash is not null) and (hold_token_hash is null) = (hold_expires_at is null) and (hold_holder_id is null or hold_token_hash is not null)) then
    raise exception using errcode = 'check_violation', constraint = 'held_has_hold', message = 'slotwright:held_has_hold: a row of {prefix}slots has to meet (status = ''held'') = (hold_token_hash is not null) and (hold_token_hash is null) = (hold_expires_at is null) and (hold_holder_id is null or hold_token_hash is not null)';
  end if;
  if not (seat >= 0 and version >= 1 and json_typeof("metadata"::json) = 'object') then
    raise exception using errcode = 'check_violation', constraint = 'row_format', message = 'slotwright:row_format: a row of {prefix}slots has to meet seat >= 0 and version >= 1 and json_typeof("metadata"::json) = ''object''';
  end if;
  return true;
end
$slotwright$`,
    },
    {
      kind: "constraint",
      name: "row_guards",
      on: "slots",
      statement: `alter table "{schema}"."{prefix}slots" add constraint "row_guards"
  check ("{schema}"."{prefix}check_slots_row"("seat", "start_at", "end_at", "status", "appointment_id", "hold_token_hash", "hold_expires_at", "hold_holder_id", "metadata", "version"))`,
    },
    {
      kind: "constraint",
      name: "slot_has_schedule_row",
      on: "slots",
      statement: `alter table "{schema}"."{prefix}slots" add constraint "slot_has_schedule_row"
  foreign key ("schedule_id") references "{schema}"."{prefix}schedules" ("id")`,
    },
    {
      kind: "constraint",
      name: "slot_has_appointment_row",
      on: "slots",
      statement: `alter table "{schema}"."{prefix}slots" add constraint "slot_has_appointment_row"
  foreign key ("appointment_id") references "{schema}"."{prefix}appointments" ("id")`,
    },
    {
      kind: "table",
      name: "commands",
      statement: `create table "{schema}"."{prefix}commands" (
  "id" text collate "C" not null,
  "request_hash" text collate "C" not null,
  "result" text collate "C" not null,
  "created_at" bigint
)`,
    },
    {
      kind: "constraint",
      name: "{prefix}commands_pkey",
      on: "commands",
      statement: `alter table "{schema}"."{prefix}commands" add constraint "{prefix}commands_pkey"
  primary key ("id")`,
    },
    {
      kind: "constraint",
      name: "row_format",
      on: "commands",
      statement: `alter table "{schema}"."{prefix}commands" add constraint "row_format"
  check ("result"::json is not null)`,
    },
    {
      kind: "table",
      name: "journal",
      statement: `create table "{schema}"."{prefix}journal" (
  "feed_partition" integer not null,
  "seq" bigint generated always as identity not null,
  "record_kind" text collate "C" not null,
  "record_id" text collate "C" not null,
  "place" text collate "C" not null,
  "version" integer not null,
  "command" text collate "C" not null,
  "command_id" text collate "C" not null,
  "actor_kind" text collate "C" not null,
  "actor_id" text collate "C" not null,
  "reason" text collate "C",
  "at" bigint not null,
  "from_status" text collate "C",
  "to_status" text collate "C" not null,
  "changes" text collate "C" not null
)`,
    },
    {
      kind: "constraint",
      name: "{prefix}journal_feed",
      on: "journal",
      statement: `alter table "{schema}"."{prefix}journal" add constraint "{prefix}journal_feed"
  primary key ("feed_partition", "seq")`,
    },
    {
      kind: "constraint",
      name: "{prefix}journal_once_per_version",
      on: "journal",
      statement: `alter table "{schema}"."{prefix}journal" add constraint "{prefix}journal_once_per_version"
  unique ("record_id", "record_kind", "version")`,
    },
    {
      kind: "function",
      name: "check_journal_row",
      statement: `create or replace function "{schema}"."{prefix}check_journal_row"("record_kind" text, "place" text, "version" integer, "changes" text) returns boolean
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $slotwright$
begin
  if not ("record_kind" = any ('{slot,appointment,availability}') and version >= 1 and json_typeof("place"::json) = 'array' and json_typeof("changes"::json) = 'object') then
    raise exception using errcode = 'check_violation', constraint = 'row_format', message = 'slotwright:row_format: a row of {prefix}journal has to meet "record_kind" = any (''{slot,appointment,availability}'') and version >= 1 and json_typeof("place"::json) = ''array'' and json_typeof("changes"::json) = ''object''';
  end if;
  return true;
end
$slotwright$`,
    },
    {
      kind: "constraint",
      name: "row_guards",
      on: "journal",
      statement: `alter table "{schema}"."{prefix}journal" add constraint "row_guards"
  check ("{schema}"."{prefix}check_journal_row"("record_kind", "place", "version", "changes"))`,
    },
    {
      kind: "table",
      name: "settings",
      statement: `create table "{schema}"."{prefix}settings" (
  "name" text collate "C" not null,
  "value" text collate "C" not null
)`,
    },
    {
      kind: "constraint",
      name: "{prefix}settings_pkey",
      on: "settings",
      statement: `alter table "{schema}"."{prefix}settings" add constraint "{prefix}settings_pkey"
  primary key ("name")`,
    },
    {
      kind: "table",
      name: "relays",
      statement: `create table "{schema}"."{prefix}relays" (
  "name" text collate "C" not null,
  "version" integer not null,
  "state" text collate "C" not null
)`,
    },
    {
      kind: "constraint",
      name: "{prefix}relays_pkey",
      on: "relays",
      statement: `alter table "{schema}"."{prefix}relays" add constraint "{prefix}relays_pkey"
  primary key ("name")`,
    },
    {
      kind: "constraint",
      name: "row_format",
      on: "relays",
      statement: `alter table "{schema}"."{prefix}relays" add constraint "row_format"
  check (version >= 1 and json_typeof("state"::json) = 'object')`,
    },
    {
      kind: "index",
      name: "slots_by_provider",
      on: "slots",
      statement: `create index "{prefix}slots_by_provider" on "{schema}"."{prefix}slots" ("provider_id", "start_at", id collate "POSIX", "end_at")`,
    },
    {
      kind: "index",
      name: "slots_by_facility",
      on: "slots",
      statement: `create index "{prefix}slots_by_facility" on "{schema}"."{prefix}slots" ("facility_id", "start_at", id collate "POSIX")`,
    },
    {
      kind: "index",
      name: "slots_by_holder",
      on: "slots",
      statement: `create index "{prefix}slots_by_holder" on "{schema}"."{prefix}slots" ("hold_holder_id", "start_at", id collate "POSIX") where "hold_holder_id" is not null`,
    },
    {
      kind: "index",
      name: "slots_by_start",
      on: "slots",
      statement: `create index "{prefix}slots_by_start" on "{schema}"."{prefix}slots" ("start_at", id collate "POSIX")`,
    },
    {
      kind: "index",
      name: "appointments_by_subject",
      on: "appointments",
      statement: `create index "{prefix}appointments_by_subject" on "{schema}"."{prefix}appointments" ("subject_id", "start_at", id collate "POSIX")`,
    },
    {
      kind: "index",
      name: "appointments_by_provider",
      on: "appointments",
      statement: `create index "{prefix}appointments_by_provider" on "{schema}"."{prefix}appointments" ("provider_id", "start_at", id collate "POSIX")`,
    },
    {
      kind: "index",
      name: "further_providers_by_subject",
      on: "further_providers",
      statement: `create index "{prefix}further_providers_by_subject" on "{schema}"."{prefix}further_providers" ("subject_id", "start_at", id collate "POSIX")`,
    },
    {
      kind: "index",
      name: "further_providers_by_provider",
      on: "further_providers",
      statement: `create index "{prefix}further_providers_by_provider" on "{schema}"."{prefix}further_providers" ("provider_id", "start_at", id collate "POSIX")`,
    },
    {
      kind: "index",
      name: "appointments_by_start",
      on: "appointments",
      statement: `create index "{prefix}appointments_by_start" on "{schema}"."{prefix}appointments" ("start_at", id collate "POSIX")`,
    },
    {
      kind: "setting",
      name: "fillfactor",
      on: "schedules",
      statement: `alter table "{schema}"."{prefix}schedules" set (fillfactor = 80)`,
    },
    {
      kind: "setting",
      name: "fillfactor",
      on: "slots",
      statement: `alter table "{schema}"."{prefix}slots" set (fillfactor = 60)`,
    },
    {
      kind: "setting",
      name: "fillfactor",
      on: "appointments",
      statement: `alter table "{schema}"."{prefix}appointments" set (fillfactor = 80)`,
    },
    {
      kind: "column",
      name: "is_aside",
      on: "slots",
      statement: `alter table "{schema}"."{prefix}slots"
  add column is_aside boolean not null generated always as (status in ('blocked', 'withdrawn')) stored`,
    },
    {
      kind: "function",
      name: "check_no_overlap",
      statement: `create or replace function "{schema}"."{prefix}check_no_overlap"() returns trigger language plpgsql 
set search_path = pg_catalog, pg_temp
as $slotwright$
begin
  perform from "{schema}"."{prefix}schedules" where id = new.schedule_id for no key update;
  if current_setting('transaction_isolation') <> 'read committed' then
    update "{schema}"."{prefix}schedules" set version = version where id = new.schedule_id;
  end if;
  if (select s.end_at from "{schema}"."{prefix}slots" as s
      where s.schedule_id = new.schedule_id and s.seat = new.seat and not s.is_aside and s.id <> new.id
        and s.start_at < new.end_at
      order by s.start_at desc limit 1) > new.start_at then
    raise exception using errcode = 'check_violation', constraint = 'no_overlap', message = 'slotwright:no_overlap: another slot of this schedule and seat is in the way';
  end if;
  return null;
end
$slotwright$`,
    },
    {
      kind: "guard",
      name: "no_overlap",
      on: "slots",
      statement: `do $slotwright$
declare
  v_schema text := coalesce((select nspname from pg_catalog.pg_namespace where nspname = 'public'), '{schema}');
begin
  if not exists (select from pg_catalog.pg_extension where extname = 'btree_gist') then
    begin
      execute pg_catalog.format('create extension if not exists btree_gist with schema %I', v_schema);
    exception when others then
      null;
    end;
  end if;
  if exists (select from pg_catalog.pg_extension where extname = 'btree_gist') then
    alter table "{schema}"."{prefix}slots" add constraint "{prefix}no_overlap"
      exclude using gist (pg_catalog.int8range((pg_catalog.hashtextextended(schedule_id, seat) % 262144) * 17592186044416 + start_at, (pg_catalog.hashtextextended(schedule_id, seat) % 262144) * 17592186044416 + end_at) with &&, schedule_id with =, seat with =)
      where (not is_aside);
  else
    create index "{prefix}slots_by_seat" on "{schema}"."{prefix}slots" (schedule_id, seat, start_at)
      where not is_aside;
    create trigger "{prefix}no_overlap" after insert on "{schema}"."{prefix}slots"
      for each row when (not new.is_aside) execute function "{schema}"."{prefix}check_no_overlap"();
    create trigger "{prefix}no_overlap_when_changed" after update on "{schema}"."{prefix}slots"
      for each row when (not new.is_aside and (old.is_aside or old.schedule_id <> new.schedule_id
        or old.seat <> new.seat or old.start_at <> new.start_at or old.end_at <> new.end_at))
      execute function "{schema}"."{prefix}check_no_overlap"();
  end if;
end
$slotwright$`,
    },
    {
      kind: "function",
      name: "follow_providers",
      statement: `create or replace function "{schema}"."{prefix}follow_providers"() returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $slotwright$
begin
  if tg_op <> 'INSERT' then
    if exists (select from former where provider_ids is not null) then
      delete from "{schema}"."{prefix}further_providers"
      where id = any (array(select id from former where provider_ids is not null));
    end if;
  end if;
  if tg_op <> 'DELETE' then
    if exists (select from changed where provider_ids is not null) then
      insert into "{schema}"."{prefix}further_providers" (id, provider_id, subject_id, facility_id, start_at, status)
      select distinct a.id, listed.id, a.subject_id, a.facility_id, a.start_at, a.status
      from changed as a cross join lateral json_array_elements_text(a.provider_ids::json) as listed(id)
      where listed.id <> a.provider_id;
    end if;
  end if;
  return null;
end
$slotwright$`,
    },
    {
      kind: "function",
      name: "check_slots_fit",
      statement: `create or replace function "{schema}"."{prefix}check_slots_fit"() returns trigger language plpgsql 
set search_path = pg_catalog, pg_temp
as $slotwright$
begin
  if exists (
    select from (select * from changed where appointment_id is not null order by appointment_id) as s where not coalesce((
      select a.status in ('confirmed', 'checked_in', 'completed') and a.start_at >= s.start_at and a.end_at <= s.end_at
        and a.slot_ids::jsonb ? s.id
        and (a.slot_ids::json ->> 0 <> s.id or (a.provider_id = s.provider_id and a.facility_id = s.facility_id))
      from "{schema}"."{prefix}appointments" as a where a.id = s.appointment_id for share), false)
  ) then
    raise exception using errcode = 'check_violation', constraint = 'appointment_fits_slot', message = 'slotwright:appointment_fits_slot: the appointment does not list this slot, or does not lie within it';
  end if;
  return null;
end
$slotwright$`,
    },
    {
      kind: "function",
      name: "check_appointments_fit",
      statement: `create or replace function "{schema}"."{prefix}check_appointments_fit"() returns trigger language plpgsql 
set search_path = pg_catalog, pg_temp
as $slotwright$
begin if exists (
    select from (
      select a.id, a.start_at, a.end_at, a.provider_id, a.facility_id, listed.* from changed as a
      cross join lateral json_array_elements_text(a.slot_ids::json) with ordinality as listed(slot_id, place)
      
    ) as a
    where not coalesce((
      select s.start_at <= a.start_at and s.end_at >= a.end_at and coalesce(s.appointment_id = a.id, true)
        and (a.place > 1 or (s.provider_id = a.provider_id and s.facility_id = a.facility_id))
      from "{schema}"."{prefix}slots" as s where s.id = a.slot_id ), false)
  ) then raise exception using errcode = 'check_violation', constraint = 'appointment_fits_slot', message = 'slotwright:appointment_fits_slot: a slot that the appointment lists does not exist, does not contain it, or is not its own'; end if; return null; end
$slotwright$`,
    },
    {
      kind: "function",
      name: "check_new_appointments_fit",
      statement: `create or replace function "{schema}"."{prefix}check_new_appointments_fit"() returns trigger language plpgsql 
set search_path = pg_catalog, pg_temp
as $slotwright$
begin
  -- To lock them once more would be the dearest part of it.
  if coalesce(current_setting('slotwright.locks_held', true), '') = 'on' then
    if exists (
    select from (
      select a.id, a.start_at, a.end_at, a.provider_id, a.facility_id, listed.* from changed as a
      cross join lateral json_array_elements_text(a.slot_ids::json) with ordinality as listed(slot_id, place)
      
    ) as a
    where not coalesce((
      select s.start_at <= a.start_at and s.end_at >= a.end_at and coalesce(s.appointment_id = a.id, true)
        and (a.place > 1 or (s.provider_id = a.provider_id and s.facility_id = a.facility_id))
      from "{schema}"."{prefix}slots" as s where s.id = a.slot_id ), false)
  ) then raise exception using errcode = 'check_violation', constraint = 'appointment_fits_slot', message = 'slotwright:appointment_fits_slot: a slot that the appointment lists does not exist, does not contain it, or is not its own'; end if;
  elsif exists (
    select from (
      select a.id, a.start_at, a.end_at, a.provider_id, a.facility_id, listed.* from changed as a
      cross join lateral json_array_elements_text(a.slot_ids::json) with ordinality as listed(slot_id, place)
      order by listed.slot_id
    ) as a
    where not coalesce((
      select s.start_at <= a.start_at and s.end_at >= a.end_at and coalesce(s.appointment_id = a.id, true)
        and (a.place > 1 or (s.provider_id = a.provider_id and s.facility_id = a.facility_id))
      from "{schema}"."{prefix}slots" as s where s.id = a.slot_id for no key update), false)
  ) then
    raise exception using errcode = 'check_violation', constraint = 'appointment_fits_slot', message = 'slotwright:appointment_fits_slot: a slot that the appointment lists does not exist, does not contain it, or is not its own';
  end if;
  return null;
end
$slotwright$`,
    },
    {
      kind: "function",
      name: "lock_listed_slots",
      statement: `create or replace function "{schema}"."{prefix}lock_listed_slots"() returns trigger language plpgsql 
set search_path = pg_catalog, pg_temp
as $slotwright$
begin
  if old.slot_ids = new.slot_ids and (old.id, old.start_at, old.end_at, old.provider_id, old.facility_id)
      = (new.id, new.start_at, new.end_at, new.provider_id, new.facility_id)
    or new.slot_ids = '[]' and current_setting('transaction_isolation') = 'read committed' then
    return null;
  end if;
  begin
    perform from "{schema}"."{prefix}slots" where id = any (array(
      select json_array_elements_text(old.slot_ids::json) union select json_array_elements_text(new.slot_ids::json)
    )) for no key update nowait;
  exception when lock_not_available then
    raise exception using errcode = 'serialization_failure',
      message = 'a slot of this appointment is being changed by another transaction';
  end;
  return null;
end
$slotwright$`,
    },
    {
      kind: "function",
      name: "check_appointment_keeps_slots",
      statement: `create or replace function "{schema}"."{prefix}check_appointment_keeps_slots"() returns trigger language plpgsql 
set search_path = pg_catalog, pg_temp
as $slotwright$
begin
  if exists (
    select from json_array_elements_text(old.slot_ids::json) as listed(id)
    where (tg_op = 'DELETE' or old.id <> new.id or not new.slot_ids::jsonb ? listed.id)
      and coalesce((select s.appointment_id = old.id from "{schema}"."{prefix}slots" as s where s.id = listed.id), false)
  ) then
    raise exception using errcode = 'check_violation', constraint = 'appointment_keeps_slots', message = 'slotwright:appointment_keeps_slots: a slot still has this appointment: free the slot first';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$slotwright$`,
    },
    {
      kind: "function",
      name: "check_slot_freed",
      statement: `create or replace function "{schema}"."{prefix}check_slot_freed"() returns trigger language plpgsql 
set search_path = pg_catalog, pg_temp
as $slotwright$
begin
  if new.version <> old.version + 1 or not exists (
    select from "{schema}"."{prefix}journal" where record_id = new.id and record_kind = 'slot' and version = new.version
  ) then
    raise exception using errcode = 'check_violation', constraint = 'appointment_keeps_slots', message = 'slotwright:appointment_keeps_slots: a booked slot is freed by what happens to its appointment, which the journal tells: cancel the appointment';
  end if;
  return new;
end
$slotwright$`,
    },
    {
      kind: "function",
      name: "keep_slot",
      statement: `create or replace function "{schema}"."{prefix}keep_slot"() returns trigger language plpgsql 
set search_path = pg_catalog, pg_temp
as $slotwright$
begin raise exception using errcode = 'check_violation', constraint = 'appointment_keeps_slots', message = 'slotwright:appointment_keeps_slots: a booked slot cannot be deleted: cancel its appointment first'; end
$slotwright$`,
    },
    {
      kind: "function",
      name: "keep_slots",
      statement: `create or replace function "{schema}"."{prefix}keep_slots"() returns trigger language plpgsql 
set search_path = pg_catalog, pg_temp
as $slotwright$
begin raise exception using errcode = 'check_violation', constraint = 'appointment_keeps_slots', message = 'slotwright:appointment_keeps_slots: the slots cannot be deleted all at once with TRUNCATE: cancel appointments, and delete the slots that are free then'; end
$slotwright$`,
    },
    {
      kind: "function",
      name: "keep_journal",
      statement: `create or replace function "{schema}"."{prefix}keep_journal"() returns trigger language plpgsql 
set search_path = pg_catalog, pg_temp
as $slotwright$
begin raise exception using errcode = 'check_violation', constraint = 'journal_append_only', message = 'slotwright:journal_append_only: entries of the journal are never changed or deleted'; end
$slotwright$`,
    },
    {
      kind: "trigger",
      name: "appointments_shared_insert",
      on: "appointments",
      statement: `create trigger "{prefix}appointments_shared_insert" after insert on "{schema}"."{prefix}appointments" referencing new table as changed for each statement execute function "{schema}"."{prefix}follow_providers"()`,
    },
    {
      kind: "trigger",
      name: "appointments_shared_update",
      on: "appointments",
      statement: `create trigger "{prefix}appointments_shared_update" after update on "{schema}"."{prefix}appointments" referencing old table as former new table as changed for each statement execute function "{schema}"."{prefix}follow_providers"()`,
    },
    {
      kind: "trigger",
      name: "appointments_shared_delete",
      on: "appointments",
      statement: `create trigger "{prefix}appointments_shared_delete" after delete on "{schema}"."{prefix}appointments" referencing old table as former for each statement execute function "{schema}"."{prefix}follow_providers"()`,
    },
    {
      kind: "trigger",
      name: "slots_inserted",
      on: "slots",
      statement: `create trigger "{prefix}slots_inserted" after insert on "{schema}"."{prefix}slots" referencing new table as changed for each statement execute function "{schema}"."{prefix}check_slots_fit"()`,
    },
    {
      kind: "trigger",
      name: "slots_fit",
      on: "slots",
      statement: `create trigger "{prefix}slots_fit" after update on "{schema}"."{prefix}slots" referencing new table as changed for each statement execute function "{schema}"."{prefix}check_slots_fit"()`,
    },
    {
      kind: "trigger",
      name: "slots_freed",
      on: "slots",
      statement: `create trigger "{prefix}slots_freed" before update on "{schema}"."{prefix}slots" for each row
      when (old.appointment_id is not null and new.appointment_id is distinct from old.appointment_id) execute function "{schema}"."{prefix}check_slot_freed"()`,
    },
    {
      kind: "trigger",
      name: "slots_kept",
      on: "slots",
      statement: `create trigger "{prefix}slots_kept" before delete on "{schema}"."{prefix}slots" for each row when (old.appointment_id is not null) execute function "{schema}"."{prefix}keep_slot"()`,
    },
    {
      kind: "trigger",
      name: "slots_not_emptied",
      on: "slots",
      statement: `create trigger "{prefix}slots_not_emptied" before truncate on "{schema}"."{prefix}slots" for each statement execute function "{schema}"."{prefix}keep_slots"()`,
    },
    {
      kind: "trigger",
      name: "appointments_inserted",
      on: "appointments",
      statement: `create trigger "{prefix}appointments_inserted" after insert on "{schema}"."{prefix}appointments" referencing new table as changed for each statement execute function "{schema}"."{prefix}check_new_appointments_fit"()`,
    },
    {
      kind: "trigger",
      name: "appointments_fit",
      on: "appointments",
      statement: `create trigger "{prefix}appointments_fit" after update on "{schema}"."{prefix}appointments" referencing new table as changed for each statement execute function "{schema}"."{prefix}check_appointments_fit"()`,
    },
    {
      kind: "trigger",
      name: "appointments_change",
      on: "appointments",
      statement: `create trigger "{prefix}appointments_change" after update on "{schema}"."{prefix}appointments" for each row
      when (old.slot_ids <> new.slot_ids or pg_catalog.current_setting('transaction_isolation') <> 'read committed') execute function "{schema}"."{prefix}lock_listed_slots"()`,
    },
    {
      kind: "trigger",
      name: "appointments_keep_slots",
      on: "appointments",
      statement: `create trigger "{prefix}appointments_keep_slots" after update on "{schema}"."{prefix}appointments" for each row when (old.slot_ids <> new.slot_ids or old.id <> new.id) execute function "{schema}"."{prefix}check_appointment_keeps_slots"()`,
    },
    {
      kind: "trigger",
      name: "appointments_kept",
      on: "appointments",
      statement: `create trigger "{prefix}appointments_kept" before delete on "{schema}"."{prefix}appointments" for each row execute function "{schema}"."{prefix}check_appointment_keeps_slots"()`,
    },
    {
      kind: "trigger",
      name: "journal_kept",
      on: "journal",
      statement: `create trigger "{prefix}journal_kept" before update or delete on "{schema}"."{prefix}journal" for each row execute function "{schema}"."{prefix}keep_journal"()`,
    },
    {
      kind: "trigger",
      name: "journal_not_emptied",
      on: "journal",
      statement: `create trigger "{prefix}journal_not_emptied" before truncate on "{schema}"."{prefix}journal" for each statement execute function "{schema}"."{prefix}keep_journal"()`,
    },
    {
      kind: "type",
      name: "check_row_v1",
      statement: `create type "{schema}"."{prefix}check_row_v1" as (
  "n" integer,
  "kind" text,
  "id" text,
  "version" integer,
  "status" text
)`,
    },
    {
      kind: "type",
      name: "command_row_v1",
      statement: `create type "{schema}"."{prefix}command_row_v1" as (
  "n" integer,
  "id" text,
  "request_hash" text,
  "result" text,
  "created_at" bigint
)`,
    },
    {
      kind: "type",
      name: "journal_row_v1",
      statement: `create type "{schema}"."{prefix}journal_row_v1" as (
  "n" integer,
  "record_kind" text,
  "record_id" text,
  "place" text,
  "version" integer,
  "command" text,
  "command_id" text,
  "actor_kind" text,
  "actor_id" text,
  "reason" text,
  "at" bigint,
  "from_status" text,
  "to_status" text,
  "changes" text
)`,
    },
    {
      kind: "type",
      name: "agenda_row_v1",
      statement: `create type "{schema}"."{prefix}agenda_row_v1" as (
  "n" integer,
  "id" text,
  "version" integer
)`,
    },
    {
      kind: "type",
      name: "schedule_row_v1",
      statement: `create type "{schema}"."{prefix}schedule_row_v1" as (
  "n" integer,
  "id" text,
  "provider_id" text,
  "facility_id" text,
  "time_zone" text,
  "version" integer,
  "created_at" bigint,
  "updated_at" bigint
)`,
    },
    {
      kind: "type",
      name: "availability_row_v1",
      statement: `create type "{schema}"."{prefix}availability_row_v1" as (
  "n" integer,
  "id" text,
  "provider_id" text,
  "facility_id" text,
  "time_zone" text,
  "hours" text,
  "zone_rules" text,
  "version" integer,
  "created_at" bigint,
  "updated_at" bigint
)`,
    },
    {
      kind: "type",
      name: "slot_row_v1",
      statement: `create type "{schema}"."{prefix}slot_row_v1" as (
  "n" integer,
  "id" text,
  "schedule_id" text,
  "provider_id" text,
  "facility_id" text,
  "seat" integer,
  "start_at" bigint,
  "end_at" bigint,
  "status" text,
  "appointment_id" text,
  "hold_token_hash" text,
  "hold_expires_at" bigint,
  "hold_holder_id" text,
  "metadata" text,
  "version" integer,
  "created_at" bigint,
  "updated_at" bigint
)`,
    },
    {
      kind: "type",
      name: "appointment_row_v1",
      statement: `create type "{schema}"."{prefix}appointment_row_v1" as (
  "n" integer,
  "id" text,
  "subject_id" text,
  "provider_id" text,
  "facility_id" text,
  "start_at" bigint,
  "end_at" bigint,
  "status" text,
  "slot_ids" text,
  "provider_ids" text,
  "metadata" text,
  "version" integer,
  "created_at" bigint,
  "updated_at" bigint,
  "request" text
)`,
    },
    {
      kind: "function",
      name: "commit_v1",
      statement: `create or replace function "{schema}"."{prefix}commit_v1"(
  p_waits boolean,
  p_checks "{schema}"."{prefix}check_row_v1"[],
  p_commands "{schema}"."{prefix}command_row_v1"[],
  p_new_agendas "{schema}"."{prefix}agenda_row_v1"[],
  p_agendas "{schema}"."{prefix}agenda_row_v1"[],
  p_new_schedules "{schema}"."{prefix}schedule_row_v1"[],
  p_schedules "{schema}"."{prefix}schedule_row_v1"[],
  p_new_availabilities "{schema}"."{prefix}availability_row_v1"[],
  p_availabilities "{schema}"."{prefix}availability_row_v1"[],
  p_new_free_slots "{schema}"."{prefix}slot_row_v1"[],
  p_free_slots "{schema}"."{prefix}slot_row_v1"[],
  p_new_appointments "{schema}"."{prefix}appointment_row_v1"[],
  p_appointments "{schema}"."{prefix}appointment_row_v1"[],
  p_new_taken_slots "{schema}"."{prefix}slot_row_v1"[],
  p_taken_slots "{schema}"."{prefix}slot_row_v1"[],
  p_journal "{schema}"."{prefix}journal_row_v1"[]
) returns text language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
as $slotwright$
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
  if not p_waits and current_setting('lock_timeout')::interval not between '1 millisecond' and '500 milliseconds' then
    -- Assigned, for PERFORM would be a query of its own.
    v_message := set_config('lock_timeout', '500', true);
  end if;
  for v_attempt in 1..2 loop
    begin
      if p_waits then
        select array_agg(c.place) into v_missed
        from unnest(p_checks) with ordinality as c (n, kind, id, version, status, place)
        where c.version = 0 and v_attempt > 1 or c.version <> coalesce(case c.kind
          when 'agenda' then (select t.version from "{schema}"."{prefix}agendas" as t where t.id = c.id for no key update)
          when 'schedule' then (select t.version from "{schema}"."{prefix}schedules" as t where t.id = c.id for no key update)
          when 'availability' then (select t.version from "{schema}"."{prefix}availabilities" as t where t.id = c.id for no key update)
          when 'slot' then (select case when t.status <> c.status then -1 else t.version end from "{schema}"."{prefix}slots" as t where t.id = c.id for no key update)
          when 'appointment' then (select t.version from "{schema}"."{prefix}appointments" as t where t.id = c.id for no key update)
          when 'command' then (select 1 from "{schema}"."{prefix}commands" as t where t.id = c.id)
        end, 0);
      else
        select array_agg(c.place) into v_missed
        from unnest(p_checks) with ordinality as c (n, kind, id, version, status, place)
        where c.version = 0 and v_attempt > 1 or c.version <> coalesce(case c.kind
          when 'agenda' then (select t.version from "{schema}"."{prefix}agendas" as t where t.id = c.id for no key update skip locked)
          when 'schedule' then (select t.version from "{schema}"."{prefix}schedules" as t where t.id = c.id for no key update skip locked)
          when 'availability' then (select t.version from "{schema}"."{prefix}availabilities" as t where t.id = c.id for no key update skip locked)
          when 'slot' then (select case when t.status <> c.status then -1 else t.version end from "{schema}"."{prefix}slots" as t where t.id = c.id for no key update skip locked)
          when 'appointment' then (select t.version from "{schema}"."{prefix}appointments" as t where t.id = c.id for no key update skip locked)
          when 'command' then (select 1 from "{schema}"."{prefix}commands" as t where t.id = c.id)
        end, 0);
      end if;
      v_lost := '{}';
      if v_missed is not null then
        select json_agg(json_build_array(c.n, c.kind, c.id)) filter (where c.seen <> c.version),
          json_agg(json_build_array(c.n, c.kind, c.id)) filter (where c.seen = c.version),
          coalesce(array_agg(c.n), '{}')
        into v_stale, v_busy, v_lost
        from (
          select c.*, coalesce(case c.kind
          when 'agenda' then (select t.version from "{schema}"."{prefix}agendas" as t where t.id = c.id )
          when 'schedule' then (select t.version from "{schema}"."{prefix}schedules" as t where t.id = c.id )
          when 'availability' then (select t.version from "{schema}"."{prefix}availabilities" as t where t.id = c.id )
          when 'slot' then (select case when t.status <> c.status then -1 else t.version end from "{schema}"."{prefix}slots" as t where t.id = c.id )
          when 'appointment' then (select t.version from "{schema}"."{prefix}appointments" as t where t.id = c.id )
          when 'command' then (select 1 from "{schema}"."{prefix}commands" as t where t.id = c.id)
        end, 0) as seen from unnest(p_checks) with ordinality as c (n, kind, id, version, status, place) where c.place = any (v_missed) offset 0
        ) as c
        where c.seen <> c.version or c.version > 0;
      end if;
      if cardinality(v_lost) > 0 or v_attempt > 1 then
        select json_agg(json_build_array(r.n, t.request_hash, t.result)), v_lost || coalesce(array_agg(r.n), '{}')
        into v_replayed, v_lost
        from unnest(p_commands) as r
        cross join lateral (
          select t.request_hash, t.result from "{schema}"."{prefix}commands" as t where t.id = r.id limit 1
        ) as t
        where r.n = any (v_lost) or v_attempt > 1;
      end if;
      v_partition := 0;
      while not pg_try_advisory_xact_lock('"{schema}"."{prefix}journal"'::regclass::oid::integer, v_partition) loop
        v_partition := v_partition + 1;
      end loop;
      v_message := set_config('slotwright.locks_held', 'on', true);
      if p_commands is not null then
        insert into "{schema}"."{prefix}commands" ("id", "request_hash", "result", "created_at")
        select r."id", r."request_hash", r."result", r."created_at" from unnest(p_commands) as r
        where r.n <> all (v_lost);
        get diagnostics v_written = row_count;
        if v_written < cardinality(p_commands) then
          if v_written < (select count(*) from unnest(p_commands) as r where r.n <> all (v_lost)) then
            raise exception using errcode = 'triggered_action_exception',
              message = 'a trigger has left out a row that the change consists of';
          end if;
        end if;
      end if;
      if p_journal is not null then
        insert into "{schema}"."{prefix}journal" (feed_partition, "record_kind", "record_id", "place", "version", "command", "command_id", "actor_kind", "actor_id", "reason", "at", "from_status", "to_status", "changes")
        select v_partition, r."record_kind", r."record_id", r."place", r."version", r."command", r."command_id", r."actor_kind", r."actor_id", r."reason", r."at", r."from_status", r."to_status", r."changes" from unnest(p_journal) as r
        where r.n <> all (v_lost);
        get diagnostics v_written = row_count;
        if v_written < cardinality(p_journal) then
          if v_written < (select count(*) from unnest(p_journal) as r where r.n <> all (v_lost)) then
            raise exception using errcode = 'triggered_action_exception',
              message = 'a trigger has left out a row that the change consists of';
          end if;
        end if;
      end if;
      if p_new_agendas is not null then
        insert into "{schema}"."{prefix}agendas" ("id", "version")
        select r."id", r."version" from unnest(p_new_agendas) as r
        where r.n <> all (v_lost);
        get diagnostics v_written = row_count;
        if v_written < cardinality(p_new_agendas) then
          if v_written < (select count(*) from unnest(p_new_agendas) as r where r.n <> all (v_lost)) then
            raise exception using errcode = 'triggered_action_exception',
              message = 'a trigger has left out a row that the change consists of';
          end if;
        end if;
      end if;
      if p_agendas is not null then
        update "{schema}"."{prefix}agendas" as t set "version" = r."version"
        from unnest(p_agendas) as r
        where t.id = r.id and r.n <> all (v_lost);
        get diagnostics v_written = row_count;
        if v_written < cardinality(p_agendas) then
          if v_written < (select count(*) from unnest(p_agendas) as r where r.n <> all (v_lost)) then
            raise exception using errcode = 'triggered_action_exception',
              message = 'a trigger has left out a row that the change consists of';
          end if;
        end if;
      end if;
      if p_new_schedules is not null then
        insert into "{schema}"."{prefix}schedules" ("id", "provider_id", "facility_id", "time_zone", "version", "created_at", "updated_at")
        select r."id", r."provider_id", r."facility_id", r."time_zone", r."version", r."created_at", r."updated_at" from unnest(p_new_schedules) as r
        where r.n <> all (v_lost);
        get diagnostics v_written = row_count;
        if v_written < cardinality(p_new_schedules) then
          if v_written < (select count(*) from unnest(p_new_schedules) as r where r.n <> all (v_lost)) then
            raise exception using errcode = 'triggered_action_exception',
              message = 'a trigger has left out a row that the change consists of';
          end if;
        end if;
      end if;
      if p_schedules is not null then
        update "{schema}"."{prefix}schedules" as t set "provider_id" = r."provider_id", "facility_id" = r."facility_id", "time_zone" = r."time_zone", "version" = r."version", "created_at" = r."created_at", "updated_at" = r."updated_at"
        from unnest(p_schedules) as r
        where t.id = r.id and t.version = r.version - 1 and r.n <> all (v_lost);
        get diagnostics v_written = row_count;
        if v_written < cardinality(p_schedules) then
          if v_written < (select count(*) from unnest(p_schedules) as r where r.n <> all (v_lost)) then
            raise exception using errcode = 'triggered_action_exception',
              message = 'a trigger has left out a row that the change consists of';
          end if;
        end if;
      end if;
      if p_new_availabilities is not null then
        insert into "{schema}"."{prefix}availabilities" ("id", "provider_id", "facility_id", "time_zone", "hours", "zone_rules", "version", "created_at", "updated_at")
        select r."id", r."provider_id", r."facility_id", r."time_zone", r."hours", r."zone_rules", r."version", r."created_at", r."updated_at" from unnest(p_new_availabilities) as r
        where r.n <> all (v_lost);
        get diagnostics v_written = row_count;
        if v_written < cardinality(p_new_availabilities) then
          if v_written < (select count(*) from unnest(p_new_availabilities) as r where r.n <> all (v_lost)) then
            raise exception using errcode = 'triggered_action_exception',
              message = 'a trigger has left out a row that the change consists of';
          end if;
        end if;
      end if;
      if p_availabilities is not null then
        update "{schema}"."{prefix}availabilities" as t set "provider_id" = r."provider_id", "facility_id" = r."facility_id", "time_zone" = r."time_zone", "hours" = r."hours", "zone_rules" = r."zone_rules", "version" = r."version", "created_at" = r."created_at", "updated_at" = r."updated_at"
        from unnest(p_availabilities) as r
        where t.id = r.id and t.version = r.version - 1 and r.n <> all (v_lost);
        get diagnostics v_written = row_count;
        if v_written < cardinality(p_availabilities) then
          if v_written < (select count(*) from unnest(p_availabilities) as r where r.n <> all (v_lost)) then
            raise exception using errcode = 'triggered_action_exception',
              message = 'a trigger has left out a row that the change consists of';
          end if;
        end if;
      end if;
      if p_free_slots is not null then
        update "{schema}"."{prefix}slots" as t set "schedule_id" = r."schedule_id", "provider_id" = r."provider_id", "facility_id" = r."facility_id", "seat" = r."seat", "start_at" = r."start_at", "end_at" = r."end_at", "status" = r."status", "appointment_id" = r."appointment_id", "hold_token_hash" = r."hold_token_hash", "hold_expires_at" = r."hold_expires_at", "hold_holder_id" = r."hold_holder_id", "metadata" = r."metadata", "version" = r."version", "created_at" = r."created_at", "updated_at" = r."updated_at"
        from unnest(p_free_slots) as r
        where t.id = r.id and t.version = r.version - 1 and r.n <> all (v_lost);
        get diagnostics v_written = row_count;
        if v_written < cardinality(p_free_slots) then
          if v_written < (select count(*) from unnest(p_free_slots) as r where r.n <> all (v_lost)) then
            raise exception using errcode = 'triggered_action_exception',
              message = 'a trigger has left out a row that the change consists of';
          end if;
        end if;
      end if;
      if p_new_free_slots is not null then
        insert into "{schema}"."{prefix}slots" ("id", "schedule_id", "provider_id", "facility_id", "seat", "start_at", "end_at", "status", "appointment_id", "hold_token_hash", "hold_expires_at", "hold_holder_id", "metadata", "version", "created_at", "updated_at")
        select r."id", r."schedule_id", r."provider_id", r."facility_id", r."seat", r."start_at", r."end_at", r."status", r."appointment_id", r."hold_token_hash", r."hold_expires_at", r."hold_holder_id", r."metadata", r."version", r."created_at", r."updated_at" from unnest(p_new_free_slots) as r
        where r.n <> all (v_lost);
        get diagnostics v_written = row_count;
        if v_written < cardinality(p_new_free_slots) then
          if v_written < (select count(*) from unnest(p_new_free_slots) as r where r.n <> all (v_lost)) then
            raise exception using errcode = 'triggered_action_exception',
              message = 'a trigger has left out a row that the change consists of';
          end if;
        end if;
      end if;
      if p_new_appointments is not null then
        insert into "{schema}"."{prefix}appointments" ("id", "subject_id", "provider_id", "facility_id", "start_at", "end_at", "status", "slot_ids", "provider_ids", "metadata", "version", "created_at", "updated_at", "request")
        select r."id", r."subject_id", r."provider_id", r."facility_id", r."start_at", r."end_at", r."status", r."slot_ids", r."provider_ids", r."metadata", r."version", r."created_at", r."updated_at", r."request" from unnest(p_new_appointments) as r
        where r.n <> all (v_lost);
        get diagnostics v_written = row_count;
        if v_written < cardinality(p_new_appointments) then
          if v_written < (select count(*) from unnest(p_new_appointments) as r where r.n <> all (v_lost)) then
            raise exception using errcode = 'triggered_action_exception',
              message = 'a trigger has left out a row that the change consists of';
          end if;
        end if;
      end if;
      if p_appointments is not null then
        update "{schema}"."{prefix}appointments" as t set "subject_id" = r."subject_id", "provider_id" = r."provider_id", "facility_id" = r."facility_id", "start_at" = r."start_at", "end_at" = r."end_at", "status" = r."status", "slot_ids" = r."slot_ids", "provider_ids" = r."provider_ids", "metadata" = r."metadata", "version" = r."version", "created_at" = r."created_at", "updated_at" = r."updated_at", "request" = r."request"
        from unnest(p_appointments) as r
        where t.id = r.id and t.version = r.version - 1 and r.n <> all (v_lost);
        get diagnostics v_written = row_count;
        if v_written < cardinality(p_appointments) then
          if v_written < (select count(*) from unnest(p_appointments) as r where r.n <> all (v_lost)) then
            raise exception using errcode = 'triggered_action_exception',
              message = 'a trigger has left out a row that the change consists of';
          end if;
        end if;
      end if;
      if p_new_taken_slots is not null then
        update "{schema}"."{prefix}slots" as t set "schedule_id" = r."schedule_id", "provider_id" = r."provider_id", "facility_id" = r."facility_id", "seat" = r."seat", "start_at" = r."start_at", "end_at" = r."end_at", "status" = r."status", "appointment_id" = r."appointment_id", "hold_token_hash" = r."hold_token_hash", "hold_expires_at" = r."hold_expires_at", "hold_holder_id" = r."hold_holder_id", "metadata" = r."metadata", "version" = r."version", "created_at" = r."created_at", "updated_at" = r."updated_at"
        from unnest(p_new_taken_slots) as r
        where t.id = r.id and t.version = r.version and r.n <> all (v_lost);
        get diagnostics v_written = row_count;
        if v_written < cardinality(p_new_taken_slots) then
          if v_written < (select count(*) from unnest(p_new_taken_slots) as r where r.n <> all (v_lost)) then
            raise exception using errcode = 'triggered_action_exception',
              message = 'a trigger has left out a row that the change consists of';
          end if;
        end if;
      end if;
      if p_taken_slots is not null then
        update "{schema}"."{prefix}slots" as t set "schedule_id" = r."schedule_id", "provider_id" = r."provider_id", "facility_id" = r."facility_id", "seat" = r."seat", "start_at" = r."start_at", "end_at" = r."end_at", "status" = r."status", "appointment_id" = r."appointment_id", "hold_token_hash" = r."hold_token_hash", "hold_expires_at" = r."hold_expires_at", "hold_holder_id" = r."hold_holder_id", "metadata" = r."metadata", "version" = r."version", "created_at" = r."created_at", "updated_at" = r."updated_at"
        from unnest(p_taken_slots) as r
        where t.id = r.id and t.version = r.version - 1 and r.n <> all (v_lost);
        get diagnostics v_written = row_count;
        if v_written < cardinality(p_taken_slots) then
          if v_written < (select count(*) from unnest(p_taken_slots) as r where r.n <> all (v_lost)) then
            raise exception using errcode = 'triggered_action_exception',
              message = 'a trigger has left out a row that the change consists of';
          end if;
        end if;
      end if;
      v_message := set_config('slotwright.locks_held', 'off', true);
      if cardinality(v_lost) = 0 then
        return null;
      end if;
      return json_build_object('stale', v_stale, 'busy', v_busy, 'replayed', v_replayed)::text;
    exception when integrity_constraint_violation or data_exception then
      get stacked diagnostics v_state = returned_sqlstate, v_constraint = constraint_name, v_message = message_text;
      -- Not a guard of ours: nothing of the batch is kept, and the sender takes it apart. A host's transaction stays
      -- usable, so there it is an answer.
      if not p_waits and v_constraint not in ('known_status', 'valid_time_range', 'booked_has_appointment', 'held_has_hold', 'owner_has_slots', 'no_overlap', 'appointment_fits_slot', 'slot_has_appointment_row', 'appointment_keeps_slots', 'journal_append_only', 'journal_once_per_version', 'row_format', 'slot_has_schedule_row', '{prefix}no_overlap', '{prefix}agendas_pkey', '{prefix}schedules_pkey', '{prefix}availabilities_pkey', '{prefix}slots_pkey', '{prefix}appointments_pkey', '{prefix}commands_pkey', '{prefix}journal_once_per_version') then
        raise;
      end if;
    end;
    if cardinality(p_commands) > 1 then
      return '{"redo":true}';
    end if;
    if v_state <> '23505' or v_constraint not in ('{prefix}agendas_pkey', '{prefix}schedules_pkey', '{prefix}availabilities_pkey', '{prefix}slots_pkey', '{prefix}appointments_pkey', '{prefix}commands_pkey', '{prefix}journal_once_per_version')
      or v_attempt > 1 and v_constraint = '{prefix}journal_once_per_version' and (current_setting('transaction_isolation') = 'read committed'
        or exists (select from unnest(p_journal) as r where (
          select true from "{schema}"."{prefix}journal" as t where t.record_id = r.record_id and t.record_kind = r.record_kind
            and t.version = r.version))) then
      return json_build_object('refused',
        json_build_object('code', v_state, 'constraint', v_constraint, 'message', v_message))::text;
    end if;
    -- Somebody else has just written a row with a key of ours: the second look finds it. But if it is an entry of a
    -- version that the record has not, the second look meets it again.
  end loop;
  raise exception using errcode = 'serialization_failure',
    message = 'a row that this transaction cannot see was written by another one';
end
$slotwright$`,
    },
  ],
};
