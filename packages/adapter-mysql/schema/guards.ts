import { refusalText } from "@slotwright/adapter-sql";
import type { SchemaObject } from "@slotwright/adapter-sql/schema";
import { owningStatuses } from "@slotwright/core";
import { asideStatuses, type Guard } from "@slotwright/core/adapter";
import { type RawBuilder, sql } from "kysely";
import type { MysqlStrategy } from "../src/strategy.ts";
import { addFurtherProviders, followedColumns, removeFurtherProviders } from "./further-providers.ts";
import { newSchedules } from "./procedures.ts";

/**
 * The guards that must look at other rows are triggers. They read with shared locks, because a plain read may be as old
 * as the transaction. MySQL fires no trigger for a foreign key's action, and our foreign keys only refuse. A slot's appointment
 * has both: operators of a group with several primaries may have dropped the foreign key.
 */
export function guardTriggers(strategy: MysqlStrategy, bodies: MysqlStrategy["queries"]): readonly SchemaObject[] {
  return triggersOf(strategy).map(({ name, event, table, body }) => {
    const trigger = sql`create trigger ${strategy.routine(name)} ${sql.raw(event)} on ${strategy.routine(table)}
for each row begin ${body} end`;
    return { kind: "trigger", name, statement: trigger.compile(bodies).sql.replaceAll(/\n\s*/g, "\n") };
  });
}

/**
 * The column and the indexes that guards read. The one by appointment is also that of the foreign key, and stays without it.
 *
 * The others are of the overlap guard. Slots that are blocked or withdrawn, any number of which may overlap, have no lane, so
 * they are not in its way. A booking changes none of these columns. The guard finds all it needs here, so it does not
 * wait for a slot that others have merely booked, nor, on MariaDB, for its neighbour on another schedule.
 */
export function guardIndexes({ queries, qualified }: MysqlStrategy): readonly SchemaObject[] {
  const lane = sql`alter table ${sql.table("slots")} add column lane int
  generated always as (case when ${occupying(sql`status`)} then seat end) stored`;
  const index = queries.schema
    .createIndex(qualified("slots_by_lane"))
    .on("slots")
    .columns(["schedule_id", "lane", "start_at", "end_at"]);
  const owner = queries.schema.createIndex(qualified("slots_by_appointment")).on("slots").columns(["appointment_id"]);
  return [
    { kind: "index", name: "slots_by_appointment", on: "slots", statement: owner.compile().sql },
    { kind: "column", name: "lane", on: "slots", statement: lane.compile(queries).sql },
    { kind: "index", name: "slots_by_lane", on: "slots", statement: index.compile().sql },
  ];
}

const occupying = (status: RawBuilder<unknown>) =>
  sql`(${status} not in (${sql.join(asideStatuses.map((one) => sql.lit(one)))}))`;

interface Trigger {
  readonly name: string;
  readonly event: `${"before" | "after"} ${"insert" | "update" | "delete"}`;
  readonly table: "slots" | "appointments" | "journal";
  readonly body: RawBuilder<unknown>;
}

const schedules = sql.table("schedules");
const slots = sql.table("slots");
const appointments = sql.table("appointments");
const journal = sql.table("journal");
const owning = sql.join(owningStatuses.map((status) => sql.lit(status)));

const refuse = (guard: Guard, words: string) =>
  sql`signal sqlstate '45000' set message_text = ${sql.lit(refusalText(guard, words))};`;

const refuseIf = (condition: RawBuilder<unknown>, guard: Guard, words: string) =>
  sql`if ${condition} then ${refuse(guard, words)} end if;`;

// The schedule's row is locked first. So two transactions that put slots on one schedule at the same time, on rows that
// neither can see yet, run one after the other.
const lockSchedule = sql`set locked = (select version from ${schedules} where id = new.schedule_id for update);
  ${refuseIf(sql`locked is null`, "row_format", "the schedule of the slot does not exist")}`;

// A locking read also locks, or waits for, the neighbouring entries, so publishers on neighbouring new schedules could
// deadlock. On a schedule that nobody else can see yet, a plain read is enough. Here MySQL locks the rows of a subquery
// even if it is not told to. It does not lock those of a separate SELECT statement.
const readLane = (reads: (lock: RawBuilder<unknown>) => RawBuilder<unknown>) => sql`
    if ${newSchedules} is not null and json_contains(json_extract(${newSchedules}, '$[*][0]'), json_quote(new.schedule_id))
    then ${reads(sql``)} else ${reads(sql` lock in share mode`)} end if;`;

const inLane = (lane: RawBuilder<unknown>) =>
  sql`from ${slots} force index (${lane}) where schedule_id = new.schedule_id and lane = new.seat`;

// Apart from blocked slots, the slots of one schedule and seat do not overlap. So among the slots that start before the
// end of this one, only the last can overlap it.
const overlapRead = (lane: RawBuilder<unknown>) =>
  sql`${readLane(
    (lock) => sql`select end_at into reached ${inLane(lane)}
    and start_at < new.end_at and id <> new.id order by start_at desc limit 1${lock};`,
  )}
    ${refuseIf(sql`reached > new.start_at`, "no_overlap", "another slot of this schedule and seat is in the way")}`;

const overlapCheck = (lane: RawBuilder<unknown>) =>
  sql`begin declare locked int; declare reached bigint; ${lockSchedule} ${overlapRead(lane)} end;`;

/**
 * The same before a slot is there, which is right because of the lock: the slot that another transaction is about to
 * write cannot be seen yet. The database looks up a maximum in the index while it plans a statement, which takes a
 * third of the time. It could not leave out the slot itself: an INSERT that becomes an UPDATE comes here as well, and only
 * for a slot that may be in the way is it told which one that is. INSERT IGNORE turns NULL into 0 after this.
 */
const overlapCheckBefore = (lane: RawBuilder<unknown>) =>
  sql`begin declare locked int; declare reached bigint; declare previous bigint;
    ${refuseIf(sql`new.seat is null or new.start_at is null or new.end_at is null`, "row_format", "the slot lacks its seat, start or end")}
    ${lockSchedule}
    ${readLane(
      (lock) => sql`select max(start_at) into previous ${inLane(lane)} and start_at < new.end_at${lock};
    select max(end_at) into reached ${inLane(lane)} and start_at = previous${lock};`,
    )}
    if reached > new.start_at then set reached = null; ${overlapRead(lane)} end if; end;`;

const lists = (ids: RawBuilder<unknown>, id: RawBuilder<unknown>) => sql`json_contains(${ids}, json_quote(${id}))`;

// The common case, in which everything is in order, costs one look at the appointment and reads no JSON: the id of the
// only slot in its usual form, and the fields that tell whether the slot has to be the first.
const slotFitsCheck = ({
  server,
}: MysqlStrategy) => sql`if not exists (select 1 from ${appointments} as a where a.id = new.appointment_id
    and a.status in (${owning}) and a.start_at >= new.start_at and a.end_at <= new.end_at
    and ((a.provider_id = new.provider_id and a.facility_id = new.facility_id)
      or json_unquote(json_extract(a.slot_ids, '$[0]')) <> new.id)
    and (a.slot_ids = concat('[', json_quote(new.id), ']') collate ${sql.raw(server.collation)}
      or ${lists(sql`a.slot_ids`, sql`new.id`)}) lock in share mode) then
  if exists (select 1 from ${appointments} where id = new.appointment_id lock in share mode) then
    ${refuse("appointment_fits_slot", "the appointment does not list this slot, or does not lie within it")}
  else ${refuse("slot_has_appointment_row", "the appointment of the slot does not exist")} end if; end if;`;

// The appointment's row still lists the slot at this point, so the journal distinguishes a cancellation from a manual
// mistake.
const freedCheck = refuseIf(
  sql`new.version <> old.version + 1
    or not exists (select 1 from ${journal} where record_id = new.id and record_kind = 'slot' and version = new.version lock in share mode)`,
  "appointment_keeps_slots",
  "the journal does not tell what happened to the appointment of this slot: cancel it",
);

const listedWords = "a slot that the appointment lists does not exist, does not contain it, or is not its own";

// The common case is one slot, which is found much faster without a table made of JSON.
function appointmentFitsCheck({ server, textType }: MysqlStrategy): RawBuilder<unknown> {
  const only = refuseIf(
    sql`not exists (select 1 from ${slots} as s where s.id = json_unquote(json_extract(new.slot_ids, '$[0]'))
      and s.start_at <= new.start_at and s.end_at >= new.end_at
      and (s.appointment_id is null or s.appointment_id = new.id)
      and s.provider_id = new.provider_id and s.facility_id = new.facility_id lock in share mode)`,
    "appointment_fits_slot",
    listedWords,
  );
  const several = refuseIf(
    sql`exists (select 1 from json_table(new.slot_ids, '$[*]' columns (place for ordinality, id ${textType} path '$')) as k
      left join ${slots} as s force index (primary) on s.id = k.id
      where s.id is null or s.start_at > new.start_at or s.end_at < new.end_at or s.appointment_id <> new.id
      or (k.place = 1 and (s.provider_id <> new.provider_id or s.facility_id <> new.facility_id))
      ${server.locking("share", "s")})`,
    "appointment_fits_slot",
    listedWords,
  );
  return sql`if json_length(new.slot_ids) = 1 then ${only} else ${several} end if;`;
}

/** An appointment that no longer lists all of its slots. */
function keepsListed({ server, textType }: MysqlStrategy): RawBuilder<unknown> {
  return refuseIf(
    sql`exists (select 1 from json_table(old.slot_ids, '$[*]' columns (id ${textType} path '$')) as k
    straight_join ${slots} as s force index (primary) on s.id = k.id
    where s.appointment_id = old.id and not ${lists(sql`new.slot_ids`, sql`s.id`)} ${server.locking("share", "s")})`,
    "appointment_keeps_slots",
    keepsSlotsWords,
  );
}

/**
 * An appointment that goes away, or is another one from now on. It may have a slot that it does not list: two primaries of a
 * cluster can make one, each by a change that its own guards allow, and so can a change without guards.
 */
function keepsAll({ qualified }: MysqlStrategy): RawBuilder<unknown> {
  return refuseIf(
    sql`exists (select 1 from ${slots} force index (${sql.id(qualified("slots_by_appointment"))})
    where appointment_id = old.id lock in share mode)`,
    "appointment_keeps_slots",
    keepsSlotsWords,
  );
}

const keepsSlotsWords = "a slot still has this appointment: free the slot first";

const changed = (...columns: readonly string[]) =>
  sql`not (${sql.join(
    columns.map((column) => sql`old.${sql.id(column)} <=> new.${sql.id(column)}`),
    sql` and `,
  )})`;

function slotTriggers(strategy: MysqlStrategy): readonly Trigger[] {
  const { qualified } = strategy;
  const fits = slotFitsCheck(strategy);
  const lane = sql.id(qualified("slots_by_lane"));
  const overlap = overlapCheck(lane);
  // An INSERT that is to become an UPDATE, as that of a booking, has another version and need not be looked at before.
  const isNew = sql`new.version = 1`;
  const moved = changed("schedule_id", "seat", "start_at", "end_at");
  const links = changed("id", "appointment_id", "start_at", "end_at", "provider_id", "facility_id");
  return [
    {
      name: "slots_no_overlap",
      event: "before insert",
      table: "slots",
      body: sql`if ${isNew} and ${occupying(sql`new.status`)} then ${overlapCheckBefore(lane)} end if;`,
    },
    {
      name: "slots_inserted",
      event: "after insert",
      table: "slots",
      body: sql`if not ${isNew} and ${occupying(sql`new.status`)} then ${overlap} end if;
        if new.appointment_id is not null then ${fits} end if;`,
    },
    {
      name: "slots_updated",
      event: "after update",
      table: "slots",
      body: sql`if ${occupying(sql`new.status`)} and (not ${occupying(sql`old.status`)} or ${moved}) then ${overlap} end if;
        if old.appointment_id is not null and ${changed("appointment_id")} then ${freedCheck} end if;
        if new.appointment_id is not null and ${links} then ${fits} end if;`,
    },
    {
      name: "slots_kept",
      event: "before delete",
      table: "slots",
      body: sql`if old.appointment_id is not null then ${refuse(
        "appointment_keeps_slots",
        "a booked slot cannot be deleted: cancel its appointment first",
      )} end if;`,
    },
  ];
}

function appointmentTriggers(strategy: MysqlStrategy): readonly Trigger[] {
  const fits = appointmentFitsCheck(strategy);
  const fields = changed("start_at", "end_at", "slot_ids", "provider_id", "facility_id");
  return [
    {
      name: "appointments_inserted",
      event: "after insert",
      table: "appointments",
      body: sql`if new.slot_ids <> '[]' then ${fits} end if; ${addFurtherProviders(strategy)}`,
    },
    {
      name: "appointments_updated",
      event: "after update",
      table: "appointments",
      body: sql`if new.slot_ids <> '[]' and ${fields} then ${fits} end if;
        if ${changed("id")} then ${keepsAll(strategy)} end if;
        if ${changed("slot_ids")} then ${keepsListed(strategy)} end if;
        if ${changed(...followedColumns)} then
          ${removeFurtherProviders(strategy)} ${addFurtherProviders(strategy)} end if;`,
    },
    {
      name: "appointments_deleted",
      event: "after delete",
      table: "appointments",
      body: removeFurtherProviders(strategy),
    },
    {
      name: "appointments_kept",
      event: "before delete",
      table: "appointments",
      body: keepsAll(strategy),
    },
  ];
}

const journalTriggers: readonly Trigger[] = [
  {
    name: "journal_not_updated",
    event: "before update",
    table: "journal",
    body: refuse("journal_append_only", "entries of the journal are never changed"),
  },
  {
    name: "journal_not_deleted",
    event: "before delete",
    table: "journal",
    body: refuse("journal_append_only", "entries of the journal are never deleted"),
  },
];

function triggersOf(strategy: MysqlStrategy): readonly Trigger[] {
  return [...slotTriggers(strategy), ...appointmentTriggers(strategy), ...journalTriggers];
}
