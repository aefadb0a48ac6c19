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
      statement: `create table \`{database}\`.\`{prefix}schedules\` (
  \`id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`provider_id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`facility_id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin,
  \`time_zone\` varchar(600) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`version\` int not null,
  \`created_at\` bigint not null,
  \`updated_at\` bigint not null,
  constraint \`{prefix}schedules_pkey\` primary key (\`id\`),
  constraint \`{prefix}schedules_row_format\` check (version >= 1)
) engine = InnoDB row_format = dynamic default character set utf8mb4 collate utf8mb4_0900_bin`,
    },
    {
      kind: "table",
      name: "agendas",
      statement: `create table \`{database}\`.\`{prefix}agendas\` (
  \`id\` varchar(137) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`version\` int not null,
  constraint \`{prefix}agendas_pkey\` primary key (\`id\`),
  constraint \`{prefix}agendas_row_format\` check (version >= 1)
) engine = InnoDB row_format = dynamic default character set utf8mb4 collate utf8mb4_0900_bin`,
    },
    {
      kind: "table",
      name: "availabilities",
      statement: `create table \`{database}\`.\`{prefix}availabilities\` (
  \`id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`provider_id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`facility_id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`time_zone\` varchar(600) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`hours\` longtext character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`zone_rules\` longtext character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`version\` int not null,
  \`created_at\` bigint not null,
  \`updated_at\` bigint not null,
  constraint \`{prefix}availabilities_pkey\` primary key (\`id\`),
  constraint \`{prefix}availabilities_row_format\` check (version >= 1 and (case when json_valid(\`hours\`) then json_type(\`hours\`) = 'OBJECT' else 0 end = 1) and (case when json_valid(\`zone_rules\`) then json_type(\`zone_rules\`) = 'ARRAY' else 0 end = 1))
) engine = InnoDB row_format = dynamic default character set utf8mb4 collate utf8mb4_0900_bin`,
    },
    {
      kind: "table",
      name: "appointments",
      statement: `create table \`{database}\`.\`{prefix}appointments\` (
  \`id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`subject_id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`provider_id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`facility_id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`start_at\` bigint not null,
  \`end_at\` bigint not null,
  \`status\` varchar(600) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`slot_ids\` longtext character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`provider_ids\` longtext character set utf8mb4 collate utf8mb4_0900_bin,
  \`metadata\` longtext character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`version\` int not null,
  \`created_at\` bigint not null,
  \`updated_at\` bigint not null,
  \`request\` longtext character set utf8mb4 collate utf8mb4_0900_bin,
  constraint \`{prefix}appointments_pkey\` primary key (\`id\`),
  constraint \`{prefix}appointments_known_status\` check (\`status\` in ('scheduled', 'confirmed', 'checked_in', 'completed', 'cancelled', 'no_show', 'declined')),
  constraint \`{prefix}appointments_valid_time_range\` check (start_at < end_at and end_at - start_at <= 2678400000),
  constraint \`{prefix}appointments_row_format\` check (version >= 1 and (case when json_valid(\`metadata\`) then json_type(\`metadata\`) = 'OBJECT' else 0 end = 1) and (case when json_valid(\`slot_ids\`) then json_type(\`slot_ids\`) = 'ARRAY' else 0 end = 1) and (provider_ids is null or (case when json_valid(\`provider_ids\`) then json_type(\`provider_ids\`) = 'ARRAY' else 0 end = 1)) and (request is null or (case when json_valid(\`request\`) then json_type(\`request\`) = 'OBJECT' else 0 end = 1))),
  constraint \`{prefix}appointments_owner_has_slots\` check ((\`status\` in ('confirmed', 'checked_in', 'completed')) = ((case when json_valid(\`slot_ids\`) then case when json_type(\`slot_ids\`) = 'ARRAY' then json_length(\`slot_ids\`) end end) > 0))
) engine = InnoDB row_format = dynamic default character set utf8mb4 collate utf8mb4_0900_bin`,
    },
    {
      kind: "table",
      name: "further_providers",
      statement: `create table \`{database}\`.\`{prefix}further_providers\` (
  \`id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`provider_id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`subject_id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`facility_id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`start_at\` bigint not null,
  \`status\` varchar(600) character set utf8mb4 collate utf8mb4_0900_bin not null,
  constraint \`{prefix}further_providers_pkey\` primary key (\`id\`, \`provider_id\`)
) engine = InnoDB row_format = dynamic default character set utf8mb4 collate utf8mb4_0900_bin`,
    },
    {
      kind: "table",
      name: "slots",
      statement: `create table \`{database}\`.\`{prefix}slots\` (
  \`id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`schedule_id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`provider_id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`facility_id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`seat\` int not null,
  \`start_at\` bigint not null,
  \`end_at\` bigint not null,
  \`status\` varchar(600) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`appointment_id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin,
  \`hold_token_hash\` varchar(600) character set utf8mb4 collate utf8mb4_0900_bin,
  \`hold_expires_at\` bigint,
  \`hold_holder_id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin,
  \`metadata\` longtext character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`version\` int not null,
  \`created_at\` bigint not null,
  \`updated_at\` bigint not null,
  constraint \`{prefix}slots_pkey\` primary key (\`id\`),
  constraint \`{prefix}slots_known_status\` check (\`status\` in ('available', 'held', 'booked', 'blocked', 'withdrawn')),
  constraint \`{prefix}slots_valid_time_range\` check (start_at < end_at and end_at - start_at <= 2678400000),
  constraint \`{prefix}slots_booked_has_appointment\` check ((status = 'booked') = (appointment_id is not null)),
  constraint \`{prefix}slots_held_has_hold\` check ((status = 'held') = (hold_token_hash is not null) and (hold_token_hash is null) = (hold_expires_at is null) and (hold_holder_id is null or hold_token_hash is not null)),
  constraint \`{prefix}slots_row_format\` check (seat >= 0 and version >= 1 and (case when json_valid(\`metadata\`) then json_type(\`metadata\`) = 'OBJECT' else 0 end = 1)),
  constraint \`{prefix}slots_slot_has_schedule_row\` foreign key (\`schedule_id\`) references \`{database}\`.\`{prefix}schedules\` (\`id\`),
  constraint \`{prefix}slots_slot_has_appointment_row\` foreign key (\`appointment_id\`) references \`{database}\`.\`{prefix}appointments\` (\`id\`)
) engine = InnoDB row_format = dynamic default character set utf8mb4 collate utf8mb4_0900_bin`,
    },
    {
      kind: "table",
      name: "commands",
      statement: `create table \`{database}\`.\`{prefix}commands\` (
  \`id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`request_hash\` varchar(600) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`result\` longtext character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`created_at\` bigint,
  constraint \`{prefix}commands_pkey\` primary key (\`id\`),
  constraint \`{prefix}commands_row_format\` check ((json_valid(\`result\`) = 1))
) engine = InnoDB row_format = dynamic default character set utf8mb4 collate utf8mb4_0900_bin`,
    },
    {
      kind: "table",
      name: "journal",
      statement: `create table \`{database}\`.\`{prefix}journal\` (
  \`feed_partition\` int not null,
  \`seq\` bigint not null,
  \`record_kind\` varchar(600) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`record_id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`place\` longtext character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`version\` int not null,
  \`command\` varchar(600) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`command_id\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`actor_kind\` varchar(600) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`actor_id\` varchar(600) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`reason\` varchar(600) character set utf8mb4 collate utf8mb4_0900_bin,
  \`at\` bigint not null,
  \`from_status\` varchar(600) character set utf8mb4 collate utf8mb4_0900_bin,
  \`to_status\` varchar(600) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`changes\` longtext character set utf8mb4 collate utf8mb4_0900_bin not null,
  constraint \`{prefix}journal_feed\` unique (\`feed_partition\`, \`seq\`),
  constraint \`{prefix}journal_once_per_version\` primary key (\`record_id\`, \`record_kind\`, \`version\`),
  constraint \`{prefix}journal_row_format\` check (\`record_kind\` in ('slot', 'appointment', 'availability') and version >= 1 and (case when json_valid(\`place\`) then json_type(\`place\`) = 'ARRAY' else 0 end = 1) and (case when json_valid(\`changes\`) then json_type(\`changes\`) = 'OBJECT' else 0 end = 1))
) engine = InnoDB row_format = dynamic default character set utf8mb4 collate utf8mb4_0900_bin`,
    },
    {
      kind: "table",
      name: "feed_partitions",
      statement: `create table \`{database}\`.\`{prefix}feed_partitions\` (
  \`feed_partition\` int not null,
  \`last_seq\` bigint not null,
  constraint \`{prefix}feed_partitions_pkey\` primary key (\`feed_partition\`)
) engine = InnoDB row_format = dynamic default character set utf8mb4 collate utf8mb4_0900_bin`,
    },
    {
      kind: "table",
      name: "settings",
      statement: `create table \`{database}\`.\`{prefix}settings\` (
  \`name\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`value\` varchar(600) character set utf8mb4 collate utf8mb4_0900_bin not null,
  constraint \`{prefix}settings_pkey\` primary key (\`name\`)
) engine = InnoDB row_format = dynamic default character set utf8mb4 collate utf8mb4_0900_bin`,
    },
    {
      kind: "table",
      name: "relays",
      statement: `create table \`{database}\`.\`{prefix}relays\` (
  \`name\` varchar(128) character set utf8mb4 collate utf8mb4_0900_bin not null,
  \`version\` int not null,
  \`state\` longtext character set utf8mb4 collate utf8mb4_0900_bin not null,
  constraint \`{prefix}relays_pkey\` primary key (\`name\`),
  constraint \`{prefix}relays_row_format\` check (version >= 1 and (case when json_valid(\`state\`) then json_type(\`state\`) = 'OBJECT' else 0 end = 1))
) engine = InnoDB row_format = dynamic default character set utf8mb4 collate utf8mb4_0900_bin`,
    },
    {
      kind: "rows",
      name: "feed_partitions",
      on: "feed_partitions",
      statement: `insert ignore into \`{database}\`.\`{prefix}feed_partitions\` (feed_partition, last_seq)
    with recursive n (id) as (select 0 union all select id + 1 from n where id < 256) select id, 0 from n`,
    },
    {
      kind: "column",
      name: "feed_seq",
      on: "slots",
      statement: `alter table \`{database}\`.\`{prefix}slots\` add column feed_seq bigint not null default 0`,
    },
    {
      kind: "column",
      name: "feed_seq",
      on: "appointments",
      statement: `alter table \`{database}\`.\`{prefix}appointments\` add column feed_seq bigint not null default 0`,
    },
    {
      kind: "column",
      name: "feed_seq",
      on: "availabilities",
      statement: `alter table \`{database}\`.\`{prefix}availabilities\` add column feed_seq bigint not null default 0`,
    },
    {
      kind: "index",
      name: "slots_by_provider",
      on: "slots",
      statement: `create index \`{prefix}slots_by_provider\` on \`{database}\`.\`{prefix}slots\` (\`provider_id\`, \`start_at\`, \`id\`, \`end_at\`)`,
    },
    {
      kind: "index",
      name: "slots_by_facility",
      on: "slots",
      statement: `create index \`{prefix}slots_by_facility\` on \`{database}\`.\`{prefix}slots\` (\`facility_id\`, \`start_at\`, \`id\`)`,
    },
    {
      kind: "index",
      name: "slots_by_holder",
      on: "slots",
      statement: `create index \`{prefix}slots_by_holder\` on \`{database}\`.\`{prefix}slots\` (\`hold_holder_id\`, \`start_at\`, \`id\`)`,
    },
    {
      kind: "index",
      name: "slots_by_start",
      on: "slots",
      statement: `create index \`{prefix}slots_by_start\` on \`{database}\`.\`{prefix}slots\` (\`start_at\`, \`id\`)`,
    },
    {
      kind: "index",
      name: "appointments_by_subject",
      on: "appointments",
      statement: `create index \`{prefix}appointments_by_subject\` on \`{database}\`.\`{prefix}appointments\` (\`subject_id\`, \`start_at\`, \`id\`)`,
    },
    {
      kind: "index",
      name: "appointments_by_provider",
      on: "appointments",
      statement: `create index \`{prefix}appointments_by_provider\` on \`{database}\`.\`{prefix}appointments\` (\`provider_id\`, \`start_at\`, \`id\`)`,
    },
    {
      kind: "index",
      name: "further_providers_by_subject",
      on: "further_providers",
      statement: `create index \`{prefix}further_providers_by_subject\` on \`{database}\`.\`{prefix}further_providers\` (\`subject_id\`, \`start_at\`, \`id\`)`,
    },
    {
      kind: "index",
      name: "further_providers_by_provider",
      on: "further_providers",
      statement: `create index \`{prefix}further_providers_by_provider\` on \`{database}\`.\`{prefix}further_providers\` (\`provider_id\`, \`start_at\`, \`id\`)`,
    },
    {
      kind: "index",
      name: "appointments_by_start",
      on: "appointments",
      statement: `create index \`{prefix}appointments_by_start\` on \`{database}\`.\`{prefix}appointments\` (\`start_at\`, \`id\`)`,
    },
    {
      kind: "index",
      name: "slots_by_appointment",
      on: "slots",
      statement: `create index \`{prefix}slots_by_appointment\` on \`{database}\`.\`{prefix}slots\` (\`appointment_id\`)`,
    },
    {
      kind: "column",
      name: "lane",
      on: "slots",
      statement: `alter table \`{database}\`.\`{prefix}slots\` add column lane int
  generated always as (case when (status not in ('blocked', 'withdrawn')) then seat end) stored`,
    },
    {
      kind: "index",
      name: "slots_by_lane",
      on: "slots",
      statement: `create index \`{prefix}slots_by_lane\` on \`{database}\`.\`{prefix}slots\` (\`schedule_id\`, \`lane\`, \`start_at\`, \`end_at\`)`,
    },
    {
      kind: "trigger",
      name: "slots_no_overlap",
      statement: `create trigger \`{database}\`.\`{prefix}slots_no_overlap\` before insert on \`{database}\`.\`{prefix}slots\`
for each row begin if new.version = 1 and (new.status not in ('blocked', 'withdrawn')) then begin declare locked int; declare reached bigint; declare previous bigint;
if new.seat is null or new.start_at is null or new.end_at is null then signal sqlstate '45000' set message_text = 'slotwright:row_format: the slot lacks its seat, start or end'; end if;
set locked = (select version from \`{prefix}schedules\` where id = new.schedule_id for update);
if locked is null then signal sqlstate '45000' set message_text = 'slotwright:row_format: the schedule of the slot does not exist'; end if;
if @slotwright_new_schedules is not null and json_contains(json_extract(@slotwright_new_schedules, '$[*][0]'), json_quote(new.schedule_id))
then select max(start_at) into previous from \`{prefix}slots\` force index (\`{prefix}slots_by_lane\`) where schedule_id = new.schedule_id and lane = new.seat and start_at < new.end_at;
select max(end_at) into reached from \`{prefix}slots\` force index (\`{prefix}slots_by_lane\`) where schedule_id = new.schedule_id and lane = new.seat and start_at = previous; else select max(start_at) into previous from \`{prefix}slots\` force index (\`{prefix}slots_by_lane\`) where schedule_id = new.schedule_id and lane = new.seat and start_at < new.end_at lock in share mode;
select max(end_at) into reached from \`{prefix}slots\` force index (\`{prefix}slots_by_lane\`) where schedule_id = new.schedule_id and lane = new.seat and start_at = previous lock in share mode; end if;
if reached > new.start_at then set reached = null; 
if @slotwright_new_schedules is not null and json_contains(json_extract(@slotwright_new_schedules, '$[*][0]'), json_quote(new.schedule_id))
then select end_at into reached from \`{prefix}slots\` force index (\`{prefix}slots_by_lane\`) where schedule_id = new.schedule_id and lane = new.seat
and start_at < new.end_at and id <> new.id order by start_at desc limit 1; else select end_at into reached from \`{prefix}slots\` force index (\`{prefix}slots_by_lane\`) where schedule_id = new.schedule_id and lane = new.seat
and start_at < new.end_at and id <> new.id order by start_at desc limit 1 lock in share mode; end if;
if reached > new.start_at then signal sqlstate '45000' set message_text = 'slotwright:no_overlap: another slot of this schedule and seat is in the way'; end if; end if; end; end if; end`,
    },
    {
      kind: "trigger",
      name: "slots_inserted",
      statement: `create trigger \`{database}\`.\`{prefix}slots_inserted\` after insert on \`{database}\`.\`{prefix}slots\`
for each row begin if not new.version = 1 and (new.status not in ('blocked', 'withdrawn')) then begin declare locked int; declare reached bigint; set locked = (select version from \`{prefix}schedules\` where id = new.schedule_id for update);
if locked is null then signal sqlstate '45000' set message_text = 'slotwright:row_format: the schedule of the slot does not exist'; end if; 
if @slotwright_new_schedules is not null and json_contains(json_extract(@slotwright_new_schedules, '$[*][0]'), json_quote(new.schedule_id))
then select end_at into reached from \`{prefix}slots\` force index (\`{prefix}slots_by_lane\`) where schedule_id = new.schedule_id and lane = new.seat
and start_at < new.end_at and id <> new.id order by start_at desc limit 1; else select end_at into reached from \`{prefix}slots\` force index (\`{prefix}slots_by_lane\`) where schedule_id = new.schedule_id and lane = new.seat
and start_at < new.end_at and id <> new.id order by start_at desc limit 1 lock in share mode; end if;
if reached > new.start_at then signal sqlstate '45000' set message_text = 'slotwright:no_overlap: another slot of this schedule and seat is in the way'; end if; end; end if;
if new.appointment_id is not null then if not exists (select 1 from \`{prefix}appointments\` as a where a.id = new.appointment_id
and a.status in ('confirmed', 'checked_in', 'completed') and a.start_at >= new.start_at and a.end_at <= new.end_at
and ((a.provider_id = new.provider_id and a.facility_id = new.facility_id)
or json_unquote(json_extract(a.slot_ids, '$[0]')) <> new.id)
and (a.slot_ids = concat('[', json_quote(new.id), ']') collate utf8mb4_0900_bin
or json_contains(a.slot_ids, json_quote(new.id))) lock in share mode) then
if exists (select 1 from \`{prefix}appointments\` where id = new.appointment_id lock in share mode) then
signal sqlstate '45000' set message_text = 'slotwright:appointment_fits_slot: the appointment does not list this slot, or does not lie within it';
else signal sqlstate '45000' set message_text = 'slotwright:slot_has_appointment_row: the appointment of the slot does not exist'; end if; end if; end if; end`,
    },
    {
      kind: "trigger",
      name: "slots_updated",
      statement: `create trigger \`{database}\`.\`{prefix}slots_updated\` after update on \`{database}\`.\`{prefix}slots\`
for each row begin if (new.status not in ('blocked', 'withdrawn')) and (not (old.status not in ('blocked', 'withdrawn')) or not (old.\`schedule_id\` <=> new.\`schedule_id\` and old.\`seat\` <=> new.\`seat\` and old.\`start_at\` <=> new.\`start_at\` and old.\`end_at\` <=> new.\`end_at\`)) then begin declare locked int; declare reached bigint; set locked = (select version from \`{prefix}schedules\` where id = new.schedule_id for update);
if locked is null then signal sqlstate '45000' set message_text = 'slotwright:row_format: the schedule of the slot does not exist'; end if; 
if @slotwright_new_schedules is not null and json_contains(json_extract(@slotwright_new_schedules, '$[*][0]'), json_quote(new.schedule_id))
then select end_at into reached from \`{prefix}slots\` force index (\`{prefix}slots_by_lane\`) where schedule_id = new.schedule_id and lane = new.seat
and start_at < new.end_at and id <> new.id order by start_at desc limit 1; else select end_at into reached from \`{prefix}slots\` force index (\`{prefix}slots_by_lane\`) where schedule_id = new.schedule_id and lane = new.seat
and start_at < new.end_at and id <> new.id order by start_at desc limit 1 lock in share mode; end if;
if reached > new.start_at then signal sqlstate '45000' set message_text = 'slotwright:no_overlap: another slot of this schedule and seat is in the way'; end if; end; end if;
if old.appointment_id is not null and not (old.\`appointment_id\` <=> new.\`appointment_id\`) then if new.version <> old.version + 1
or not exists (select 1 from \`{prefix}journal\` where record_id = new.id and record_kind = 'slot' and version = new.version lock in share mode) then signal sqlstate '45000' set message_text = 'slotwright:appointment_keeps_slots: the journal does not tell what happened to the appointment of this slot: cancel it'; end if; end if;
if new.appointment_id is not null and not (old.\`id\` <=> new.\`id\` and old.\`appointment_id\` <=> new.\`appointment_id\` and old.\`start_at\` <=> new.\`start_at\` and old.\`end_at\` <=> new.\`end_at\` and old.\`provider_id\` <=> new.\`provider_id\` and old.\`facility_id\` <=> new.\`facility_id\`) then if not exists (select 1 from \`{prefix}appointments\` as a where a.id = new.appointment_id
and a.status in ('confirmed', 'checked_in', 'completed') and a.start_at >= new.start_at and a.end_at <= new.end_at
and ((a.provider_id = new.provider_id and a.facility_id = new.facility_id)
or json_unquote(json_extract(a.slot_ids, '$[0]')) <> new.id)
and (a.slot_ids = concat('[', json_quote(new.id), ']') collate utf8mb4_0900_bin
or json_contains(a.slot_ids, json_quote(new.id))) lock in share mode) then
if exists (select 1 from \`{prefix}appointments\` where id = new.appointment_id lock in share mode) then
signal sqlstate '45000' set message_text = 'slotwright:appointment_fits_slot: the appointment does not list this slot, or does not lie within it';
else signal sqlstate '45000' set message_text = 'slotwright:slot_has_appointment_row: the appointment of the slot does not exist'; end if; end if; end if; end`,
    },
    {
      kind: "trigger",
      name: "slots_kept",
      statement: `create trigger \`{database}\`.\`{prefix}slots_kept\` before delete on \`{database}\`.\`{prefix}slots\`
for each row begin if old.appointment_id is not null then signal sqlstate '45000' set message_text = 'slotwright:appointment_keeps_slots: a booked slot cannot be deleted: cancel its appointment first'; end if; end`,
    },
    {
      kind: "trigger",
      name: "appointments_inserted",
      statement: `create trigger \`{database}\`.\`{prefix}appointments_inserted\` after insert on \`{database}\`.\`{prefix}appointments\`
for each row begin if new.slot_ids <> '[]' then if json_length(new.slot_ids) = 1 then if not exists (select 1 from \`{prefix}slots\` as s where s.id = json_unquote(json_extract(new.slot_ids, '$[0]'))
and s.start_at <= new.start_at and s.end_at >= new.end_at
and (s.appointment_id is null or s.appointment_id = new.id)
and s.provider_id = new.provider_id and s.facility_id = new.facility_id lock in share mode) then signal sqlstate '45000' set message_text = 'slotwright:appointment_fits_slot: a slot that the appointment lists does not exist, does not contain it, or is not its own'; end if; else if exists (select 1 from json_table(new.slot_ids, '$[*]' columns (place for ordinality, id longtext character set utf8mb4 collate utf8mb4_0900_bin path '$')) as k
left join \`{prefix}slots\` as s force index (primary) on s.id = k.id
where s.id is null or s.start_at > new.start_at or s.end_at < new.end_at or s.appointment_id <> new.id
or (k.place = 1 and (s.provider_id <> new.provider_id or s.facility_id <> new.facility_id))
for share of \`s\`) then signal sqlstate '45000' set message_text = 'slotwright:appointment_fits_slot: a slot that the appointment lists does not exist, does not contain it, or is not its own'; end if; end if; end if; if \`new\`.\`provider_ids\` is not null then insert into \`{prefix}further_providers\` (\`id\`, \`provider_id\`, \`subject_id\`, \`facility_id\`, \`start_at\`, \`status\`)
select distinct \`new\`.\`id\`, \`k\`.\`provider_id\`, \`new\`.\`subject_id\`, \`new\`.\`facility_id\`, \`new\`.\`start_at\`, \`new\`.\`status\` from json_table(\`new\`.\`provider_ids\`, '$[*]' columns (provider_id longtext character set utf8mb4 collate utf8mb4_0900_bin path '$')) as k where k.provider_id <> new.provider_id; end if; end`,
    },
    {
      kind: "trigger",
      name: "appointments_updated",
      statement: `create trigger \`{database}\`.\`{prefix}appointments_updated\` after update on \`{database}\`.\`{prefix}appointments\`
for each row begin if new.slot_ids <> '[]' and not (old.\`start_at\` <=> new.\`start_at\` and old.\`end_at\` <=> new.\`end_at\` and old.\`slot_ids\` <=> new.\`slot_ids\` and old.\`provider_id\` <=> new.\`provider_id\` and old.\`facility_id\` <=> new.\`facility_id\`) then if json_length(new.slot_ids) = 1 then if not exists (select 1 from \`{prefix}slots\` as s where s.id = json_unquote(json_extract(new.slot_ids, '$[0]'))
and s.start_at <= new.start_at and s.end_at >= new.end_at
and (s.appointment_id is null or s.appointment_id = new.id)
and s.provider_id = new.provider_id and s.facility_id = new.facility_id lock in share mode) then signal sqlstate '45000' set message_text = 'slotwright:appointment_fits_slot: a slot that the appointment lists does not exist, does not contain it, or is not its own'; end if; else if exists (select 1 from json_table(new.slot_ids, '$[*]' columns (place for ordinality, id longtext character set utf8mb4 collate utf8mb4_0900_bin path '$')) as k
left join \`{prefix}slots\` as s force index (primary) on s.id = k.id
where s.id is null or s.start_at > new.start_at or s.end_at < new.end_at or s.appointment_id <> new.id
or (k.place = 1 and (s.provider_id <> new.provider_id or s.facility_id <> new.facility_id))
for share of \`s\`) then signal sqlstate '45000' set message_text = 'slotwright:appointment_fits_slot: a slot that the appointment lists does not exist, does not contain it, or is not its own'; end if; end if; end if;
if not (old.\`id\` <=> new.\`id\`) then if exists (select 1 from \`{prefix}slots\` force index (\`{prefix}slots_by_appointment\`)
where appointment_id = old.id lock in share mode) then signal sqlstate '45000' set message_text = 'slotwright:appointment_keeps_slots: a slot still has this appointment: free the slot first'; end if; end if;
if not (old.\`slot_ids\` <=> new.\`slot_ids\`) then if exists (select 1 from json_table(old.slot_ids, '$[*]' columns (id longtext character set utf8mb4 collate utf8mb4_0900_bin path '$')) as k
straight_join \`{prefix}slots\` as s force index (primary) on s.id = k.id
where s.appointment_id = old.id and not json_contains(new.slot_ids, json_quote(s.id)) for share of \`s\`) then signal sqlstate '45000' set message_text = 'slotwright:appointment_keeps_slots: a slot still has this appointment: free the slot first'; end if; end if;
if not (old.\`id\` <=> new.\`id\` and old.\`provider_id\` <=> new.\`provider_id\` and old.\`subject_id\` <=> new.\`subject_id\` and old.\`facility_id\` <=> new.\`facility_id\` and old.\`start_at\` <=> new.\`start_at\` and old.\`status\` <=> new.\`status\` and old.\`provider_ids\` <=> new.\`provider_ids\`) then
if \`old\`.\`provider_ids\` is not null then delete f from json_table(\`old\`.\`provider_ids\`, '$[*]' columns (provider_id longtext character set utf8mb4 collate utf8mb4_0900_bin path '$')) as k straight_join \`{prefix}further_providers\` as f force index (primary)
on f.id = old.id and f.provider_id = k.provider_id where k.provider_id <> old.provider_id; end if; if \`new\`.\`provider_ids\` is not null then insert into \`{prefix}further_providers\` (\`id\`, \`provider_id\`, \`subject_id\`, \`facility_id\`, \`start_at\`, \`status\`)
select distinct \`new\`.\`id\`, \`k\`.\`provider_id\`, \`new\`.\`subject_id\`, \`new\`.\`facility_id\`, \`new\`.\`start_at\`, \`new\`.\`status\` from json_table(\`new\`.\`provider_ids\`, '$[*]' columns (provider_id longtext character set utf8mb4 collate utf8mb4_0900_bin path '$')) as k where k.provider_id <> new.provider_id; end if; end if; end`,
    },
    {
      kind: "trigger",
      name: "appointments_deleted",
      statement: `create trigger \`{database}\`.\`{prefix}appointments_deleted\` after delete on \`{database}\`.\`{prefix}appointments\`
for each row begin if \`old\`.\`provider_ids\` is not null then delete f from json_table(\`old\`.\`provider_ids\`, '$[*]' columns (provider_id longtext character set utf8mb4 collate utf8mb4_0900_bin path '$')) as k straight_join \`{prefix}further_providers\` as f force index (primary)
on f.id = old.id and f.provider_id = k.provider_id where k.provider_id <> old.provider_id; end if; end`,
    },
    {
      kind: "trigger",
      name: "appointments_kept",
      statement: `create trigger \`{database}\`.\`{prefix}appointments_kept\` before delete on \`{database}\`.\`{prefix}appointments\`
for each row begin if exists (select 1 from \`{prefix}slots\` force index (\`{prefix}slots_by_appointment\`)
where appointment_id = old.id lock in share mode) then signal sqlstate '45000' set message_text = 'slotwright:appointment_keeps_slots: a slot still has this appointment: free the slot first'; end if; end`,
    },
    {
      kind: "trigger",
      name: "journal_not_updated",
      statement: `create trigger \`{database}\`.\`{prefix}journal_not_updated\` before update on \`{database}\`.\`{prefix}journal\`
for each row begin signal sqlstate '45000' set message_text = 'slotwright:journal_append_only: entries of the journal are never changed'; end`,
    },
    {
      kind: "trigger",
      name: "journal_not_deleted",
      statement: `create trigger \`{database}\`.\`{prefix}journal_not_deleted\` before delete on \`{database}\`.\`{prefix}journal\`
for each row begin signal sqlstate '45000' set message_text = 'slotwright:journal_append_only: entries of the journal are never deleted'; end`,
    },
    {
      kind: "procedure",
      name: "write_v1",
      statement: `create procedure \`{database}\`.\`{prefix}write_v1\`(in \`p_new_commands\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_new_agendas\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_lock_agendas\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_lock_schedules\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_lock_availabilities\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_lock_slots\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_lock_appointments\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_new_journal\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_old_agendas\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_new_schedules\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_old_schedules\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_new_availabilities\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_old_availabilities\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_old_slots\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_new_slots\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_new_appointments\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_old_appointments\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_old_booked_slots\` longtext character set utf8mb4 collate utf8mb4_0900_bin)
    modifies sql data sql security invoker
    begin
    declare found int;
    declare said longtext character set utf8mb4 collate utf8mb4_0900_bin;
    declare last bigint default coalesce(@slotwright_feed_seq, 0);
    declare taken int;
    declare counted bigint;
    declare probes int;
    declare exit handler for sqlexception begin set @slotwright_new_schedules = null; resignal; end;
    set @slotwright_new_schedules = \`p_new_schedules\`;
    if \`p_new_commands\` is not null then begin
    declare exit handler for 1062 begin get diagnostics condition 1 said = message_text;
      if right(said, 8) = 'PRIMARY''' then signal sqlstate '45000' set message_text = 'slotwright:replayed'; else resignal; end if; end;
    insert into \`{prefix}commands\` (\`id\`, \`request_hash\`, \`result\`, \`created_at\`)
    select \`k\`.\`id\`, \`k\`.\`request_hash\`, \`k\`.\`result\`, \`k\`.\`created_at\` from json_table(\`p_new_commands\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`request_hash\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`result\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`created_at\` bigint path '$[3]')) as k;
    end; end if;
if \`p_new_agendas\` is not null then insert into \`{prefix}agendas\` (\`id\`, \`version\`)
    select \`k\`.\`id\`, \`k\`.\`version\` from json_table(\`p_new_agendas\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`version\` bigint path '$[1]')) as k; end if;
if \`p_lock_agendas\` is not null then set found = 0;
    if json_length(\`p_lock_agendas\`) = 1 then
      select 1, last into found, last from \`{prefix}agendas\` as s force index (primary)
      where s.id = json_unquote(json_extract(\`p_lock_agendas\`, '$[0][0]')) and s.version = json_extract(\`p_lock_agendas\`, '$[0][1]') for update of \`s\`;
    else
      select count(*), last into found, last from json_table(\`p_lock_agendas\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`version\` bigint path '$[1]')) as k
      straight_join \`{prefix}agendas\` as s force index (primary) on s.id = k.id and s.version = k.version for update of \`s\`;
    end if;
    if found <> json_length(\`p_lock_agendas\`) then
    signal sqlstate '45000' set message_text = 'slotwright:stale'; end if; end if;
if \`p_lock_schedules\` is not null then set found = 0;
    if json_length(\`p_lock_schedules\`) = 1 then
      select 1, last into found, last from \`{prefix}schedules\` as s force index (primary)
      where s.id = json_unquote(json_extract(\`p_lock_schedules\`, '$[0][0]')) and s.version = json_extract(\`p_lock_schedules\`, '$[0][1]') for update of \`s\`;
    else
      select count(*), last into found, last from json_table(\`p_lock_schedules\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`version\` bigint path '$[1]')) as k
      straight_join \`{prefix}schedules\` as s force index (primary) on s.id = k.id and s.version = k.version for update of \`s\`;
    end if;
    if found <> json_length(\`p_lock_schedules\`) then
    signal sqlstate '45000' set message_text = 'slotwright:stale'; end if; end if;
if \`p_lock_availabilities\` is not null then set found = 0;
    if json_length(\`p_lock_availabilities\`) = 1 then
      select 1, greatest(last, coalesce(s.feed_seq, 0)) into found, last from \`{prefix}availabilities\` as s force index (primary)
      where s.id = json_unquote(json_extract(\`p_lock_availabilities\`, '$[0][0]')) and s.version = json_extract(\`p_lock_availabilities\`, '$[0][1]') for update of \`s\`;
    else
      select count(*), greatest(last, coalesce(max(s.feed_seq), 0)) into found, last from json_table(\`p_lock_availabilities\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`version\` bigint path '$[1]')) as k
      straight_join \`{prefix}availabilities\` as s force index (primary) on s.id = k.id and s.version = k.version for update of \`s\`;
    end if;
    if found <> json_length(\`p_lock_availabilities\`) then
    signal sqlstate '45000' set message_text = 'slotwright:stale'; end if; end if;
if \`p_lock_slots\` is not null then set found = 0;
    if json_length(\`p_lock_slots\`) = 1 then
      select 1, greatest(last, coalesce(s.feed_seq, 0)) into found, last from \`{prefix}slots\` as s force index (primary)
      where s.id = json_unquote(json_extract(\`p_lock_slots\`, '$[0][0]')) and s.version = json_extract(\`p_lock_slots\`, '$[0][1]') and ifnull(s.status = json_unquote(json_extract(\`p_lock_slots\`, '$[0][2]')), true) for update of \`s\`;
    else
      select count(*), greatest(last, coalesce(max(s.feed_seq), 0)) into found, last from json_table(\`p_lock_slots\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`version\` bigint path '$[1]', \`status\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]')) as k
      straight_join \`{prefix}slots\` as s force index (primary) on s.id = k.id and s.version = k.version and ifnull(s.status = k.status, true) for update of \`s\`;
    end if;
    if found <> json_length(\`p_lock_slots\`) then
    signal sqlstate '45000' set message_text = 'slotwright:stale'; end if; end if;
if \`p_lock_appointments\` is not null then set found = 0;
    if json_length(\`p_lock_appointments\`) = 1 then
      select 1, greatest(last, coalesce(s.feed_seq, 0)) into found, last from \`{prefix}appointments\` as s force index (primary)
      where s.id = json_unquote(json_extract(\`p_lock_appointments\`, '$[0][0]')) and s.version = json_extract(\`p_lock_appointments\`, '$[0][1]') for update of \`s\`;
    else
      select count(*), greatest(last, coalesce(max(s.feed_seq), 0)) into found, last from json_table(\`p_lock_appointments\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`version\` bigint path '$[1]')) as k
      straight_join \`{prefix}appointments\` as s force index (primary) on s.id = k.id and s.version = k.version for update of \`s\`;
    end if;
    if found <> json_length(\`p_lock_appointments\`) then
    signal sqlstate '45000' set message_text = 'slotwright:stale'; end if; end if;
if \`p_new_journal\` is not null then begin
    declare exit handler for 1062 begin get diagnostics condition 1 said = message_text;
      if right(said, 8) = 'PRIMARY''' then signal sqlstate '45000' set message_text = 'slotwright:journal_once_per_version: the journal has an entry for this version already'; else resignal; end if; end;
    set taken = ((@@auto_increment_offset - 1) * 32) mod 256, counted = null, probes = 0;
    while counted is null do
      if probes = 256 then
        set taken = 257 + floor(rand() * 2000000000), counted = 0;
        insert into \`{prefix}feed_partitions\` (feed_partition, last_seq) values (taken, 0);
      else
        select p.last_seq into counted from \`{prefix}feed_partitions\` as p force index (primary) where p.feed_partition = taken for update skip locked;
        if counted is null then set probes = probes + 1, taken = (taken + 1) mod 256; end if;
      end if;
    end while;
    set last = greatest(last, coalesce(counted, 0));
    insert into \`{prefix}journal\` (feed_partition, seq, \`record_kind\`, \`record_id\`, \`place\`, \`version\`, \`command\`, \`command_id\`, \`actor_kind\`, \`actor_id\`, \`reason\`, \`at\`, \`from_status\`, \`to_status\`, \`changes\`)
    select taken, last + k.number, \`k\`.\`record_kind\`, \`k\`.\`record_id\`, \`k\`.\`place\`, \`k\`.\`version\`, \`k\`.\`command\`, \`k\`.\`command_id\`, \`k\`.\`actor_kind\`, \`k\`.\`actor_id\`, \`k\`.\`reason\`, \`k\`.\`at\`, \`k\`.\`from_status\`, \`k\`.\`to_status\`, \`k\`.\`changes\` from json_table(\`p_new_journal\`, '$[*]' columns (number for ordinality, \`record_kind\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`record_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`place\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`version\` bigint path '$[3]', \`command\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[4]', \`command_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[5]', \`actor_kind\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[6]', \`actor_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[7]', \`reason\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[8]', \`at\` bigint path '$[9]', \`from_status\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[10]', \`to_status\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[11]', \`changes\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[12]')) as k;
    set last = last + row_count();
    update \`{prefix}feed_partitions\` set last_seq = last where feed_partition = taken;
    end; end if;
if \`p_old_agendas\` is not null then insert into \`{prefix}agendas\` (\`id\`, \`version\`)
    select \`k\`.\`id\`, \`k\`.\`version\` from json_table(\`p_old_agendas\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`version\` bigint path '$[1]')) as k
    on duplicate key update \`version\` = \`k\`.\`version\`; end if;
if \`p_new_schedules\` is not null then insert into \`{prefix}schedules\` (\`id\`, \`provider_id\`, \`facility_id\`, \`time_zone\`, \`version\`, \`created_at\`, \`updated_at\`)
    select \`k\`.\`id\`, \`k\`.\`provider_id\`, \`k\`.\`facility_id\`, \`k\`.\`time_zone\`, \`k\`.\`version\`, \`k\`.\`created_at\`, \`k\`.\`updated_at\` from json_table(\`p_new_schedules\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`provider_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`facility_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`time_zone\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[3]', \`version\` bigint path '$[4]', \`created_at\` bigint path '$[5]', \`updated_at\` bigint path '$[6]')) as k; end if;
if \`p_old_schedules\` is not null then insert into \`{prefix}schedules\` (\`id\`, \`provider_id\`, \`facility_id\`, \`time_zone\`, \`version\`, \`created_at\`, \`updated_at\`)
    select \`k\`.\`id\`, \`k\`.\`provider_id\`, \`k\`.\`facility_id\`, \`k\`.\`time_zone\`, \`k\`.\`version\`, \`k\`.\`created_at\`, \`k\`.\`updated_at\` from json_table(\`p_old_schedules\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`provider_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`facility_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`time_zone\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[3]', \`version\` bigint path '$[4]', \`created_at\` bigint path '$[5]', \`updated_at\` bigint path '$[6]')) as k
    on duplicate key update \`provider_id\` = \`k\`.\`provider_id\`, \`facility_id\` = \`k\`.\`facility_id\`, \`time_zone\` = \`k\`.\`time_zone\`, \`version\` = \`k\`.\`version\`, \`updated_at\` = \`k\`.\`updated_at\`; end if;
if \`p_new_availabilities\` is not null then insert into \`{prefix}availabilities\` (\`id\`, \`provider_id\`, \`facility_id\`, \`time_zone\`, \`hours\`, \`zone_rules\`, \`version\`, \`created_at\`, \`updated_at\`, feed_seq)
    select \`k\`.\`id\`, \`k\`.\`provider_id\`, \`k\`.\`facility_id\`, \`k\`.\`time_zone\`, \`k\`.\`hours\`, \`k\`.\`zone_rules\`, \`k\`.\`version\`, \`k\`.\`created_at\`, \`k\`.\`updated_at\`, last from json_table(\`p_new_availabilities\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`provider_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`facility_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`time_zone\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[3]', \`hours\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[4]', \`zone_rules\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[5]', \`version\` bigint path '$[6]', \`created_at\` bigint path '$[7]', \`updated_at\` bigint path '$[8]')) as k; end if;
if \`p_old_availabilities\` is not null then insert into \`{prefix}availabilities\` (\`id\`, \`provider_id\`, \`facility_id\`, \`time_zone\`, \`hours\`, \`zone_rules\`, \`version\`, \`created_at\`, \`updated_at\`)
    select \`k\`.\`id\`, \`k\`.\`provider_id\`, \`k\`.\`facility_id\`, \`k\`.\`time_zone\`, \`k\`.\`hours\`, \`k\`.\`zone_rules\`, \`k\`.\`version\`, \`k\`.\`created_at\`, \`k\`.\`updated_at\` from json_table(\`p_old_availabilities\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`provider_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`facility_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`time_zone\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[3]', \`hours\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[4]', \`zone_rules\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[5]', \`version\` bigint path '$[6]', \`created_at\` bigint path '$[7]', \`updated_at\` bigint path '$[8]')) as k
    on duplicate key update \`provider_id\` = \`k\`.\`provider_id\`, \`facility_id\` = \`k\`.\`facility_id\`, \`time_zone\` = \`k\`.\`time_zone\`, \`hours\` = \`k\`.\`hours\`, \`zone_rules\` = \`k\`.\`zone_rules\`, \`version\` = \`k\`.\`version\`, \`updated_at\` = \`k\`.\`updated_at\`, feed_seq = last; end if;
if \`p_old_slots\` is not null then insert into \`{prefix}slots\` (\`id\`, \`schedule_id\`, \`provider_id\`, \`facility_id\`, \`seat\`, \`start_at\`, \`end_at\`, \`status\`, \`appointment_id\`, \`hold_token_hash\`, \`hold_expires_at\`, \`hold_holder_id\`, \`metadata\`, \`version\`, \`created_at\`, \`updated_at\`)
    select \`k\`.\`id\`, \`k\`.\`schedule_id\`, \`k\`.\`provider_id\`, \`k\`.\`facility_id\`, \`k\`.\`seat\`, \`k\`.\`start_at\`, \`k\`.\`end_at\`, \`k\`.\`status\`, \`k\`.\`appointment_id\`, \`k\`.\`hold_token_hash\`, \`k\`.\`hold_expires_at\`, \`k\`.\`hold_holder_id\`, \`k\`.\`metadata\`, \`k\`.\`version\`, \`k\`.\`created_at\`, \`k\`.\`updated_at\` from json_table(\`p_old_slots\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`schedule_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`provider_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`facility_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[3]', \`seat\` bigint path '$[4]', \`start_at\` bigint path '$[5]', \`end_at\` bigint path '$[6]', \`status\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[7]', \`appointment_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[8]', \`hold_token_hash\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[9]', \`hold_expires_at\` bigint path '$[10]', \`hold_holder_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[11]', \`metadata\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[12]', \`version\` bigint path '$[13]', \`created_at\` bigint path '$[14]', \`updated_at\` bigint path '$[15]')) as k
    on duplicate key update \`schedule_id\` = \`k\`.\`schedule_id\`, \`provider_id\` = \`k\`.\`provider_id\`, \`facility_id\` = \`k\`.\`facility_id\`, \`seat\` = \`k\`.\`seat\`, \`start_at\` = \`k\`.\`start_at\`, \`end_at\` = \`k\`.\`end_at\`, \`status\` = \`k\`.\`status\`, \`appointment_id\` = \`k\`.\`appointment_id\`, \`hold_token_hash\` = \`k\`.\`hold_token_hash\`, \`hold_expires_at\` = \`k\`.\`hold_expires_at\`, \`hold_holder_id\` = \`k\`.\`hold_holder_id\`, \`metadata\` = \`k\`.\`metadata\`, \`version\` = \`k\`.\`version\`, \`updated_at\` = \`k\`.\`updated_at\`, feed_seq = last; end if;
if \`p_new_slots\` is not null then insert into \`{prefix}slots\` (\`id\`, \`schedule_id\`, \`provider_id\`, \`facility_id\`, \`seat\`, \`start_at\`, \`end_at\`, \`status\`, \`appointment_id\`, \`hold_token_hash\`, \`hold_expires_at\`, \`hold_holder_id\`, \`metadata\`, \`version\`, \`created_at\`, \`updated_at\`, feed_seq)
    select \`k\`.\`id\`, \`k\`.\`schedule_id\`, \`k\`.\`provider_id\`, \`k\`.\`facility_id\`, \`k\`.\`seat\`, \`k\`.\`start_at\`, \`k\`.\`end_at\`, \`k\`.\`status\`, \`k\`.\`appointment_id\`, \`k\`.\`hold_token_hash\`, \`k\`.\`hold_expires_at\`, \`k\`.\`hold_holder_id\`, \`k\`.\`metadata\`, \`k\`.\`version\`, \`k\`.\`created_at\`, \`k\`.\`updated_at\`, last from json_table(\`p_new_slots\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`schedule_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`provider_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`facility_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[3]', \`seat\` bigint path '$[4]', \`start_at\` bigint path '$[5]', \`end_at\` bigint path '$[6]', \`status\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[7]', \`appointment_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[8]', \`hold_token_hash\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[9]', \`hold_expires_at\` bigint path '$[10]', \`hold_holder_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[11]', \`metadata\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[12]', \`version\` bigint path '$[13]', \`created_at\` bigint path '$[14]', \`updated_at\` bigint path '$[15]')) as k; end if;
if \`p_new_appointments\` is not null then insert into \`{prefix}appointments\` (\`id\`, \`subject_id\`, \`provider_id\`, \`facility_id\`, \`start_at\`, \`end_at\`, \`status\`, \`slot_ids\`, \`provider_ids\`, \`metadata\`, \`version\`, \`created_at\`, \`updated_at\`, \`request\`, feed_seq)
    select \`k\`.\`id\`, \`k\`.\`subject_id\`, \`k\`.\`provider_id\`, \`k\`.\`facility_id\`, \`k\`.\`start_at\`, \`k\`.\`end_at\`, \`k\`.\`status\`, \`k\`.\`slot_ids\`, \`k\`.\`provider_ids\`, \`k\`.\`metadata\`, \`k\`.\`version\`, \`k\`.\`created_at\`, \`k\`.\`updated_at\`, \`k\`.\`request\`, last from json_table(\`p_new_appointments\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`subject_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`provider_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`facility_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[3]', \`start_at\` bigint path '$[4]', \`end_at\` bigint path '$[5]', \`status\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[6]', \`slot_ids\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[7]', \`provider_ids\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[8]', \`metadata\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[9]', \`version\` bigint path '$[10]', \`created_at\` bigint path '$[11]', \`updated_at\` bigint path '$[12]', \`request\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[13]')) as k; end if;
if \`p_old_appointments\` is not null then insert into \`{prefix}appointments\` (\`id\`, \`subject_id\`, \`provider_id\`, \`facility_id\`, \`start_at\`, \`end_at\`, \`status\`, \`slot_ids\`, \`provider_ids\`, \`metadata\`, \`version\`, \`created_at\`, \`updated_at\`, \`request\`)
    select \`k\`.\`id\`, \`k\`.\`subject_id\`, \`k\`.\`provider_id\`, \`k\`.\`facility_id\`, \`k\`.\`start_at\`, \`k\`.\`end_at\`, \`k\`.\`status\`, \`k\`.\`slot_ids\`, \`k\`.\`provider_ids\`, \`k\`.\`metadata\`, \`k\`.\`version\`, \`k\`.\`created_at\`, \`k\`.\`updated_at\`, \`k\`.\`request\` from json_table(\`p_old_appointments\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`subject_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`provider_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`facility_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[3]', \`start_at\` bigint path '$[4]', \`end_at\` bigint path '$[5]', \`status\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[6]', \`slot_ids\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[7]', \`provider_ids\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[8]', \`metadata\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[9]', \`version\` bigint path '$[10]', \`created_at\` bigint path '$[11]', \`updated_at\` bigint path '$[12]', \`request\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[13]')) as k
    on duplicate key update \`subject_id\` = \`k\`.\`subject_id\`, \`provider_id\` = \`k\`.\`provider_id\`, \`facility_id\` = \`k\`.\`facility_id\`, \`start_at\` = \`k\`.\`start_at\`, \`end_at\` = \`k\`.\`end_at\`, \`status\` = \`k\`.\`status\`, \`slot_ids\` = \`k\`.\`slot_ids\`, \`provider_ids\` = \`k\`.\`provider_ids\`, \`metadata\` = \`k\`.\`metadata\`, \`version\` = \`k\`.\`version\`, \`updated_at\` = \`k\`.\`updated_at\`, \`request\` = \`k\`.\`request\`, feed_seq = last; end if;
if \`p_old_booked_slots\` is not null then insert into \`{prefix}slots\` (\`id\`, \`schedule_id\`, \`provider_id\`, \`facility_id\`, \`seat\`, \`start_at\`, \`end_at\`, \`status\`, \`appointment_id\`, \`hold_token_hash\`, \`hold_expires_at\`, \`hold_holder_id\`, \`metadata\`, \`version\`, \`created_at\`, \`updated_at\`)
    select \`k\`.\`id\`, \`k\`.\`schedule_id\`, \`k\`.\`provider_id\`, \`k\`.\`facility_id\`, \`k\`.\`seat\`, \`k\`.\`start_at\`, \`k\`.\`end_at\`, \`k\`.\`status\`, \`k\`.\`appointment_id\`, \`k\`.\`hold_token_hash\`, \`k\`.\`hold_expires_at\`, \`k\`.\`hold_holder_id\`, \`k\`.\`metadata\`, \`k\`.\`version\`, \`k\`.\`created_at\`, \`k\`.\`updated_at\` from json_table(\`p_old_booked_slots\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`schedule_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`provider_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`facility_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[3]', \`seat\` bigint path '$[4]', \`start_at\` bigint path '$[5]', \`end_at\` bigint path '$[6]', \`status\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[7]', \`appointment_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[8]', \`hold_token_hash\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[9]', \`hold_expires_at\` bigint path '$[10]', \`hold_holder_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[11]', \`metadata\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[12]', \`version\` bigint path '$[13]', \`created_at\` bigint path '$[14]', \`updated_at\` bigint path '$[15]')) as k
    on duplicate key update \`schedule_id\` = \`k\`.\`schedule_id\`, \`provider_id\` = \`k\`.\`provider_id\`, \`facility_id\` = \`k\`.\`facility_id\`, \`seat\` = \`k\`.\`seat\`, \`start_at\` = \`k\`.\`start_at\`, \`end_at\` = \`k\`.\`end_at\`, \`status\` = \`k\`.\`status\`, \`appointment_id\` = \`k\`.\`appointment_id\`, \`hold_token_hash\` = \`k\`.\`hold_token_hash\`, \`hold_expires_at\` = \`k\`.\`hold_expires_at\`, \`hold_holder_id\` = \`k\`.\`hold_holder_id\`, \`metadata\` = \`k\`.\`metadata\`, \`version\` = \`k\`.\`version\`, \`updated_at\` = \`k\`.\`updated_at\`, feed_seq = last; end if;
    set @slotwright_feed_seq = last;
    if \`p_new_schedules\` is not null then set @slotwright_new_schedules = null; end if;
    end`,
    },
    {
      kind: "procedure",
      name: "commit_v1",
      statement: `create procedure \`{database}\`.\`{prefix}commit_v1\`(in \`p_new_commands\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_new_agendas\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_lock_agendas\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_lock_schedules\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_lock_availabilities\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_lock_slots\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_lock_appointments\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_new_journal\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_old_agendas\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_new_schedules\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_old_schedules\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_new_availabilities\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_old_availabilities\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_old_slots\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_new_slots\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_new_appointments\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_old_appointments\` longtext character set utf8mb4 collate utf8mb4_0900_bin, in \`p_old_booked_slots\` longtext character set utf8mb4 collate utf8mb4_0900_bin)
    modifies sql data sql security invoker
    begin
    declare found int;
    declare said longtext character set utf8mb4 collate utf8mb4_0900_bin;
    declare last bigint default coalesce(@slotwright_feed_seq, 0);
    declare taken int;
    declare counted bigint;
    declare probes int;
    declare seconds int default @@innodb_lock_wait_timeout;
    declare exit handler for sqlexception begin
      rollback and no chain no release; set innodb_lock_wait_timeout = seconds, @slotwright_new_schedules = null; resignal; end;
    set transaction isolation level read committed;
    set innodb_lock_wait_timeout = 1;
    start transaction;
    set @slotwright_new_schedules = \`p_new_schedules\`;
    if \`p_new_commands\` is not null then begin
    declare exit handler for 1062 begin get diagnostics condition 1 said = message_text;
      if right(said, 8) = 'PRIMARY''' then signal sqlstate '45000' set message_text = 'slotwright:replayed'; else resignal; end if; end;
    insert into \`{prefix}commands\` (\`id\`, \`request_hash\`, \`result\`, \`created_at\`)
    select \`k\`.\`id\`, \`k\`.\`request_hash\`, \`k\`.\`result\`, \`k\`.\`created_at\` from json_table(\`p_new_commands\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`request_hash\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`result\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`created_at\` bigint path '$[3]')) as k;
    end; end if;
if \`p_new_agendas\` is not null then insert into \`{prefix}agendas\` (\`id\`, \`version\`)
    select \`k\`.\`id\`, \`k\`.\`version\` from json_table(\`p_new_agendas\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`version\` bigint path '$[1]')) as k; end if;
if \`p_lock_agendas\` is not null then set found = 0;
    if json_length(\`p_lock_agendas\`) = 1 then
      select 1, last into found, last from \`{prefix}agendas\` as s force index (primary)
      where s.id = json_unquote(json_extract(\`p_lock_agendas\`, '$[0][0]')) and s.version = json_extract(\`p_lock_agendas\`, '$[0][1]') for update of \`s\` skip locked;
    else
      select count(*), last into found, last from json_table(\`p_lock_agendas\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`version\` bigint path '$[1]')) as k
      straight_join \`{prefix}agendas\` as s force index (primary) on s.id = k.id and s.version = k.version for update of \`s\` skip locked;
    end if;
    if found <> json_length(\`p_lock_agendas\`) then
    signal sqlstate '45000' set message_text = 'slotwright:stale'; end if; end if;
if \`p_lock_schedules\` is not null then set found = 0;
    if json_length(\`p_lock_schedules\`) = 1 then
      select 1, last into found, last from \`{prefix}schedules\` as s force index (primary)
      where s.id = json_unquote(json_extract(\`p_lock_schedules\`, '$[0][0]')) and s.version = json_extract(\`p_lock_schedules\`, '$[0][1]') for update of \`s\` skip locked;
    else
      select count(*), last into found, last from json_table(\`p_lock_schedules\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`version\` bigint path '$[1]')) as k
      straight_join \`{prefix}schedules\` as s force index (primary) on s.id = k.id and s.version = k.version for update of \`s\` skip locked;
    end if;
    if found <> json_length(\`p_lock_schedules\`) then
    signal sqlstate '45000' set message_text = 'slotwright:stale'; end if; end if;
if \`p_lock_availabilities\` is not null then set found = 0;
    if json_length(\`p_lock_availabilities\`) = 1 then
      select 1, greatest(last, coalesce(s.feed_seq, 0)) into found, last from \`{prefix}availabilities\` as s force index (primary)
      where s.id = json_unquote(json_extract(\`p_lock_availabilities\`, '$[0][0]')) and s.version = json_extract(\`p_lock_availabilities\`, '$[0][1]') for update of \`s\` skip locked;
    else
      select count(*), greatest(last, coalesce(max(s.feed_seq), 0)) into found, last from json_table(\`p_lock_availabilities\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`version\` bigint path '$[1]')) as k
      straight_join \`{prefix}availabilities\` as s force index (primary) on s.id = k.id and s.version = k.version for update of \`s\` skip locked;
    end if;
    if found <> json_length(\`p_lock_availabilities\`) then
    signal sqlstate '45000' set message_text = 'slotwright:stale'; end if; end if;
if \`p_lock_slots\` is not null then set found = 0;
    if json_length(\`p_lock_slots\`) = 1 then
      select 1, greatest(last, coalesce(s.feed_seq, 0)) into found, last from \`{prefix}slots\` as s force index (primary)
      where s.id = json_unquote(json_extract(\`p_lock_slots\`, '$[0][0]')) and s.version = json_extract(\`p_lock_slots\`, '$[0][1]') and ifnull(s.status = json_unquote(json_extract(\`p_lock_slots\`, '$[0][2]')), true) for update of \`s\` skip locked;
    else
      select count(*), greatest(last, coalesce(max(s.feed_seq), 0)) into found, last from json_table(\`p_lock_slots\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`version\` bigint path '$[1]', \`status\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]')) as k
      straight_join \`{prefix}slots\` as s force index (primary) on s.id = k.id and s.version = k.version and ifnull(s.status = k.status, true) for update of \`s\` skip locked;
    end if;
    if found <> json_length(\`p_lock_slots\`) then
    signal sqlstate '45000' set message_text = 'slotwright:stale'; end if; end if;
if \`p_lock_appointments\` is not null then set found = 0;
    if json_length(\`p_lock_appointments\`) = 1 then
      select 1, greatest(last, coalesce(s.feed_seq, 0)) into found, last from \`{prefix}appointments\` as s force index (primary)
      where s.id = json_unquote(json_extract(\`p_lock_appointments\`, '$[0][0]')) and s.version = json_extract(\`p_lock_appointments\`, '$[0][1]') for update of \`s\` skip locked;
    else
      select count(*), greatest(last, coalesce(max(s.feed_seq), 0)) into found, last from json_table(\`p_lock_appointments\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`version\` bigint path '$[1]')) as k
      straight_join \`{prefix}appointments\` as s force index (primary) on s.id = k.id and s.version = k.version for update of \`s\` skip locked;
    end if;
    if found <> json_length(\`p_lock_appointments\`) then
    signal sqlstate '45000' set message_text = 'slotwright:stale'; end if; end if;
if \`p_new_journal\` is not null then begin
    declare exit handler for 1062 begin get diagnostics condition 1 said = message_text;
      if right(said, 8) = 'PRIMARY''' then signal sqlstate '45000' set message_text = 'slotwright:journal_once_per_version: the journal has an entry for this version already'; else resignal; end if; end;
    set taken = ((@@auto_increment_offset - 1) * 32) mod 256, counted = null, probes = 0;
    while counted is null do
      if probes = 256 then
        set taken = 257 + floor(rand() * 2000000000), counted = 0;
        insert into \`{prefix}feed_partitions\` (feed_partition, last_seq) values (taken, 0);
      else
        select p.last_seq into counted from \`{prefix}feed_partitions\` as p force index (primary) where p.feed_partition = taken for update skip locked;
        if counted is null then set probes = probes + 1, taken = (taken + 1) mod 256; end if;
      end if;
    end while;
    set last = greatest(last, coalesce(counted, 0));
    insert into \`{prefix}journal\` (feed_partition, seq, \`record_kind\`, \`record_id\`, \`place\`, \`version\`, \`command\`, \`command_id\`, \`actor_kind\`, \`actor_id\`, \`reason\`, \`at\`, \`from_status\`, \`to_status\`, \`changes\`)
    select taken, last + k.number, \`k\`.\`record_kind\`, \`k\`.\`record_id\`, \`k\`.\`place\`, \`k\`.\`version\`, \`k\`.\`command\`, \`k\`.\`command_id\`, \`k\`.\`actor_kind\`, \`k\`.\`actor_id\`, \`k\`.\`reason\`, \`k\`.\`at\`, \`k\`.\`from_status\`, \`k\`.\`to_status\`, \`k\`.\`changes\` from json_table(\`p_new_journal\`, '$[*]' columns (number for ordinality, \`record_kind\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`record_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`place\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`version\` bigint path '$[3]', \`command\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[4]', \`command_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[5]', \`actor_kind\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[6]', \`actor_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[7]', \`reason\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[8]', \`at\` bigint path '$[9]', \`from_status\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[10]', \`to_status\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[11]', \`changes\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[12]')) as k;
    set last = last + row_count();
    update \`{prefix}feed_partitions\` set last_seq = last where feed_partition = taken;
    end; end if;
if \`p_old_agendas\` is not null then insert into \`{prefix}agendas\` (\`id\`, \`version\`)
    select \`k\`.\`id\`, \`k\`.\`version\` from json_table(\`p_old_agendas\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`version\` bigint path '$[1]')) as k
    on duplicate key update \`version\` = \`k\`.\`version\`; end if;
if \`p_new_schedules\` is not null then insert into \`{prefix}schedules\` (\`id\`, \`provider_id\`, \`facility_id\`, \`time_zone\`, \`version\`, \`created_at\`, \`updated_at\`)
    select \`k\`.\`id\`, \`k\`.\`provider_id\`, \`k\`.\`facility_id\`, \`k\`.\`time_zone\`, \`k\`.\`version\`, \`k\`.\`created_at\`, \`k\`.\`updated_at\` from json_table(\`p_new_schedules\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`provider_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`facility_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`time_zone\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[3]', \`version\` bigint path '$[4]', \`created_at\` bigint path '$[5]', \`updated_at\` bigint path '$[6]')) as k; end if;
if \`p_old_schedules\` is not null then insert into \`{prefix}schedules\` (\`id\`, \`provider_id\`, \`facility_id\`, \`time_zone\`, \`version\`, \`created_at\`, \`updated_at\`)
    select \`k\`.\`id\`, \`k\`.\`provider_id\`, \`k\`.\`facility_id\`, \`k\`.\`time_zone\`, \`k\`.\`version\`, \`k\`.\`created_at\`, \`k\`.\`updated_at\` from json_table(\`p_old_schedules\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`provider_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`facility_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`time_zone\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[3]', \`version\` bigint path '$[4]', \`created_at\` bigint path '$[5]', \`updated_at\` bigint path '$[6]')) as k
    on duplicate key update \`provider_id\` = \`k\`.\`provider_id\`, \`facility_id\` = \`k\`.\`facility_id\`, \`time_zone\` = \`k\`.\`time_zone\`, \`version\` = \`k\`.\`version\`, \`updated_at\` = \`k\`.\`updated_at\`; end if;
if \`p_new_availabilities\` is not null then insert into \`{prefix}availabilities\` (\`id\`, \`provider_id\`, \`facility_id\`, \`time_zone\`, \`hours\`, \`zone_rules\`, \`version\`, \`created_at\`, \`updated_at\`, feed_seq)
    select \`k\`.\`id\`, \`k\`.\`provider_id\`, \`k\`.\`facility_id\`, \`k\`.\`time_zone\`, \`k\`.\`hours\`, \`k\`.\`zone_rules\`, \`k\`.\`version\`, \`k\`.\`created_at\`, \`k\`.\`updated_at\`, last from json_table(\`p_new_availabilities\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`provider_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`facility_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`time_zone\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[3]', \`hours\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[4]', \`zone_rules\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[5]', \`version\` bigint path '$[6]', \`created_at\` bigint path '$[7]', \`updated_at\` bigint path '$[8]')) as k; end if;
if \`p_old_availabilities\` is not null then insert into \`{prefix}availabilities\` (\`id\`, \`provider_id\`, \`facility_id\`, \`time_zone\`, \`hours\`, \`zone_rules\`, \`version\`, \`created_at\`, \`updated_at\`)
    select \`k\`.\`id\`, \`k\`.\`provider_id\`, \`k\`.\`facility_id\`, \`k\`.\`time_zone\`, \`k\`.\`hours\`, \`k\`.\`zone_rules\`, \`k\`.\`version\`, \`k\`.\`created_at\`, \`k\`.\`updated_at\` from json_table(\`p_old_availabilities\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`provider_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`facility_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`time_zone\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[3]', \`hours\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[4]', \`zone_rules\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[5]', \`version\` bigint path '$[6]', \`created_at\` bigint path '$[7]', \`updated_at\` bigint path '$[8]')) as k
    on duplicate key update \`provider_id\` = \`k\`.\`provider_id\`, \`facility_id\` = \`k\`.\`facility_id\`, \`time_zone\` = \`k\`.\`time_zone\`, \`hours\` = \`k\`.\`hours\`, \`zone_rules\` = \`k\`.\`zone_rules\`, \`version\` = \`k\`.\`version\`, \`updated_at\` = \`k\`.\`updated_at\`, feed_seq = last; end if;
if \`p_old_slots\` is not null then insert into \`{prefix}slots\` (\`id\`, \`schedule_id\`, \`provider_id\`, \`facility_id\`, \`seat\`, \`start_at\`, \`end_at\`, \`status\`, \`appointment_id\`, \`hold_token_hash\`, \`hold_expires_at\`, \`hold_holder_id\`, \`metadata\`, \`version\`, \`created_at\`, \`updated_at\`)
    select \`k\`.\`id\`, \`k\`.\`schedule_id\`, \`k\`.\`provider_id\`, \`k\`.\`facility_id\`, \`k\`.\`seat\`, \`k\`.\`start_at\`, \`k\`.\`end_at\`, \`k\`.\`status\`, \`k\`.\`appointment_id\`, \`k\`.\`hold_token_hash\`, \`k\`.\`hold_expires_at\`, \`k\`.\`hold_holder_id\`, \`k\`.\`metadata\`, \`k\`.\`version\`, \`k\`.\`created_at\`, \`k\`.\`updated_at\` from json_table(\`p_old_slots\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`schedule_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`provider_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`facility_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[3]', \`seat\` bigint path '$[4]', \`start_at\` bigint path '$[5]', \`end_at\` bigint path '$[6]', \`status\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[7]', \`appointment_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[8]', \`hold_token_hash\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[9]', \`hold_expires_at\` bigint path '$[10]', \`hold_holder_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[11]', \`metadata\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[12]', \`version\` bigint path '$[13]', \`created_at\` bigint path '$[14]', \`updated_at\` bigint path '$[15]')) as k
    on duplicate key update \`schedule_id\` = \`k\`.\`schedule_id\`, \`provider_id\` = \`k\`.\`provider_id\`, \`facility_id\` = \`k\`.\`facility_id\`, \`seat\` = \`k\`.\`seat\`, \`start_at\` = \`k\`.\`start_at\`, \`end_at\` = \`k\`.\`end_at\`, \`status\` = \`k\`.\`status\`, \`appointment_id\` = \`k\`.\`appointment_id\`, \`hold_token_hash\` = \`k\`.\`hold_token_hash\`, \`hold_expires_at\` = \`k\`.\`hold_expires_at\`, \`hold_holder_id\` = \`k\`.\`hold_holder_id\`, \`metadata\` = \`k\`.\`metadata\`, \`version\` = \`k\`.\`version\`, \`updated_at\` = \`k\`.\`updated_at\`, feed_seq = last; end if;
if \`p_new_slots\` is not null then insert into \`{prefix}slots\` (\`id\`, \`schedule_id\`, \`provider_id\`, \`facility_id\`, \`seat\`, \`start_at\`, \`end_at\`, \`status\`, \`appointment_id\`, \`hold_token_hash\`, \`hold_expires_at\`, \`hold_holder_id\`, \`metadata\`, \`version\`, \`created_at\`, \`updated_at\`, feed_seq)
    select \`k\`.\`id\`, \`k\`.\`schedule_id\`, \`k\`.\`provider_id\`, \`k\`.\`facility_id\`, \`k\`.\`seat\`, \`k\`.\`start_at\`, \`k\`.\`end_at\`, \`k\`.\`status\`, \`k\`.\`appointment_id\`, \`k\`.\`hold_token_hash\`, \`k\`.\`hold_expires_at\`, \`k\`.\`hold_holder_id\`, \`k\`.\`metadata\`, \`k\`.\`version\`, \`k\`.\`created_at\`, \`k\`.\`updated_at\`, last from json_table(\`p_new_slots\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`schedule_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`provider_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`facility_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[3]', \`seat\` bigint path '$[4]', \`start_at\` bigint path '$[5]', \`end_at\` bigint path '$[6]', \`status\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[7]', \`appointment_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[8]', \`hold_token_hash\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[9]', \`hold_expires_at\` bigint path '$[10]', \`hold_holder_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[11]', \`metadata\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[12]', \`version\` bigint path '$[13]', \`created_at\` bigint path '$[14]', \`updated_at\` bigint path '$[15]')) as k; end if;
if \`p_new_appointments\` is not null then insert into \`{prefix}appointments\` (\`id\`, \`subject_id\`, \`provider_id\`, \`facility_id\`, \`start_at\`, \`end_at\`, \`status\`, \`slot_ids\`, \`provider_ids\`, \`metadata\`, \`version\`, \`created_at\`, \`updated_at\`, \`request\`, feed_seq)
    select \`k\`.\`id\`, \`k\`.\`subject_id\`, \`k\`.\`provider_id\`, \`k\`.\`facility_id\`, \`k\`.\`start_at\`, \`k\`.\`end_at\`, \`k\`.\`status\`, \`k\`.\`slot_ids\`, \`k\`.\`provider_ids\`, \`k\`.\`metadata\`, \`k\`.\`version\`, \`k\`.\`created_at\`, \`k\`.\`updated_at\`, \`k\`.\`request\`, last from json_table(\`p_new_appointments\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`subject_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`provider_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`facility_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[3]', \`start_at\` bigint path '$[4]', \`end_at\` bigint path '$[5]', \`status\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[6]', \`slot_ids\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[7]', \`provider_ids\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[8]', \`metadata\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[9]', \`version\` bigint path '$[10]', \`created_at\` bigint path '$[11]', \`updated_at\` bigint path '$[12]', \`request\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[13]')) as k; end if;
if \`p_old_appointments\` is not null then insert into \`{prefix}appointments\` (\`id\`, \`subject_id\`, \`provider_id\`, \`facility_id\`, \`start_at\`, \`end_at\`, \`status\`, \`slot_ids\`, \`provider_ids\`, \`metadata\`, \`version\`, \`created_at\`, \`updated_at\`, \`request\`)
    select \`k\`.\`id\`, \`k\`.\`subject_id\`, \`k\`.\`provider_id\`, \`k\`.\`facility_id\`, \`k\`.\`start_at\`, \`k\`.\`end_at\`, \`k\`.\`status\`, \`k\`.\`slot_ids\`, \`k\`.\`provider_ids\`, \`k\`.\`metadata\`, \`k\`.\`version\`, \`k\`.\`created_at\`, \`k\`.\`updated_at\`, \`k\`.\`request\` from json_table(\`p_old_appointments\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`subject_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`provider_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`facility_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[3]', \`start_at\` bigint path '$[4]', \`end_at\` bigint path '$[5]', \`status\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[6]', \`slot_ids\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[7]', \`provider_ids\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[8]', \`metadata\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[9]', \`version\` bigint path '$[10]', \`created_at\` bigint path '$[11]', \`updated_at\` bigint path '$[12]', \`request\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[13]')) as k
    on duplicate key update \`subject_id\` = \`k\`.\`subject_id\`, \`provider_id\` = \`k\`.\`provider_id\`, \`facility_id\` = \`k\`.\`facility_id\`, \`start_at\` = \`k\`.\`start_at\`, \`end_at\` = \`k\`.\`end_at\`, \`status\` = \`k\`.\`status\`, \`slot_ids\` = \`k\`.\`slot_ids\`, \`provider_ids\` = \`k\`.\`provider_ids\`, \`metadata\` = \`k\`.\`metadata\`, \`version\` = \`k\`.\`version\`, \`updated_at\` = \`k\`.\`updated_at\`, \`request\` = \`k\`.\`request\`, feed_seq = last; end if;
if \`p_old_booked_slots\` is not null then insert into \`{prefix}slots\` (\`id\`, \`schedule_id\`, \`provider_id\`, \`facility_id\`, \`seat\`, \`start_at\`, \`end_at\`, \`status\`, \`appointment_id\`, \`hold_token_hash\`, \`hold_expires_at\`, \`hold_holder_id\`, \`metadata\`, \`version\`, \`created_at\`, \`updated_at\`)
    select \`k\`.\`id\`, \`k\`.\`schedule_id\`, \`k\`.\`provider_id\`, \`k\`.\`facility_id\`, \`k\`.\`seat\`, \`k\`.\`start_at\`, \`k\`.\`end_at\`, \`k\`.\`status\`, \`k\`.\`appointment_id\`, \`k\`.\`hold_token_hash\`, \`k\`.\`hold_expires_at\`, \`k\`.\`hold_holder_id\`, \`k\`.\`metadata\`, \`k\`.\`version\`, \`k\`.\`created_at\`, \`k\`.\`updated_at\` from json_table(\`p_old_booked_slots\`, '$[*]' columns (\`id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[0]', \`schedule_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[1]', \`provider_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[2]', \`facility_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[3]', \`seat\` bigint path '$[4]', \`start_at\` bigint path '$[5]', \`end_at\` bigint path '$[6]', \`status\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[7]', \`appointment_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[8]', \`hold_token_hash\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[9]', \`hold_expires_at\` bigint path '$[10]', \`hold_holder_id\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[11]', \`metadata\` longtext character set utf8mb4 collate utf8mb4_0900_bin path '$[12]', \`version\` bigint path '$[13]', \`created_at\` bigint path '$[14]', \`updated_at\` bigint path '$[15]')) as k
    on duplicate key update \`schedule_id\` = \`k\`.\`schedule_id\`, \`provider_id\` = \`k\`.\`provider_id\`, \`facility_id\` = \`k\`.\`facility_id\`, \`seat\` = \`k\`.\`seat\`, \`start_at\` = \`k\`.\`start_at\`, \`end_at\` = \`k\`.\`end_at\`, \`status\` = \`k\`.\`status\`, \`appointment_id\` = \`k\`.\`appointment_id\`, \`hold_token_hash\` = \`k\`.\`hold_token_hash\`, \`hold_expires_at\` = \`k\`.\`hold_expires_at\`, \`hold_holder_id\` = \`k\`.\`hold_holder_id\`, \`metadata\` = \`k\`.\`metadata\`, \`version\` = \`k\`.\`version\`, \`updated_at\` = \`k\`.\`updated_at\`, feed_seq = last; end if;
    set @slotwright_feed_seq = last;
    if \`p_new_schedules\` is not null then set @slotwright_new_schedules = null; end if;
    commit and no chain no release;
    set innodb_lock_wait_timeout = seconds;
    end`,
    },
  ],
};
