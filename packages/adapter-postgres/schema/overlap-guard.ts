import type { SchemaObject } from "@slotwright/adapter-sql/schema";
import { asideStatuses } from "@slotwright/core/adapter";
import { type Namespace, quotedName } from "../src/strategy.ts";
import { quoted, refuse, triggerFunction } from "./functions.ts";

/**
 * No overlap: an exclusion constraint, or a trigger if the extension that it needs is unavailable, which is only known
 * when the migration runs. Slots that are blocked or withdrawn may overlap. The predicate reads a column of its own, because an update of any
 * column in an index predicate has to write all indexes.
 */
const aside = asideStatuses.map((status) => `'${status}'`).join(", ");

export function overlapGuard(namespace: Namespace): readonly SchemaObject[] {
  return [
    {
      kind: "column",
      name: "is_aside",
      on: "slots",
      statement: `alter table ${quotedName(namespace, "slots")}
  add column is_aside boolean not null generated always as (status in (${aside})) stored`,
    },
    triggerFunction(namespace, "check_no_overlap", overlapCheck(namespace)),
    { kind: "guard", name: "no_overlap", on: "slots", statement: `do ${quoted(choice(namespace))}` },
  ];
}

/**
 * The time range, moved by a hash of schedule and seat, so that nearly each of them has a stretch of numbers of its own. One
 * column then leads to the few slots that may overlap. With the schedule first, each new slot is compared with a page of
 * its schedule's slots, by all columns. Those that share a stretch are told apart by the columns that follow.
 */
const stretchedRange = `pg_catalog.int8range(${stretched("start_at")}, ${stretched("end_at")})`;

/** A stretch has more milliseconds than the years 1900 to 2199, and there are as many as a bigint can number. */
function stretched(instant: string): string {
  return `(pg_catalog.hashtextextended(schedule_id, seat) % 262144) * 17592186044416 + ${instant}`;
}

const choice = (namespace: Namespace): string => `
declare
  v_schema text := coalesce((select nspname from pg_catalog.pg_namespace where nspname = 'public'), '${namespace.schema}');
begin
  if not exists (select from pg_catalog.pg_extension where extname = 'btree_gist') then
    begin
      execute pg_catalog.format('create extension if not exists btree_gist with schema %I', v_schema);
    exception when others then
      null;
    end;
  end if;
  if exists (select from pg_catalog.pg_extension where extname = 'btree_gist') then
    alter table ${quotedName(namespace, "slots")} add constraint "${namespace.prefix}no_overlap"
      exclude using gist (${stretchedRange} with &&, schedule_id with =, seat with =)
      where (not is_aside);
  else
    create index "${namespace.prefix}slots_by_seat" on ${quotedName(namespace, "slots")} (schedule_id, seat, start_at)
      where not is_aside;
    create trigger "${namespace.prefix}no_overlap" after insert on ${quotedName(namespace, "slots")}
      for each row when (not new.is_aside) execute function ${quotedName(namespace, "check_no_overlap")}();
    create trigger "${namespace.prefix}no_overlap_when_changed" after update on ${quotedName(namespace, "slots")}
      for each row when (not new.is_aside and (old.is_aside or old.schedule_id <> new.schedule_id
        or old.seat <> new.seat or old.start_at <> new.start_at or old.end_at <> new.end_at))
      execute function ${quotedName(namespace, "check_no_overlap")}();
  end if;
end`;

/**
 * The second transaction waits at the schedule's row and then sees the first one's slots. A snapshot from before the
 * wait would not show them. In that case, the row is written, which ends the second transaction with a serialization
 * failure. Apart from blocked and withdrawn slots, the slots of one schedule and seat do not overlap. So among the slots that start
 * before the end of this one, only the last can overlap it.
 */
const overlapCheck = (namespace: Namespace): string => `begin
  perform from ${quotedName(namespace, "schedules")} where id = new.schedule_id for no key update;
  if current_setting('transaction_isolation') <> 'read committed' then
    update ${quotedName(namespace, "schedules")} set version = version where id = new.schedule_id;
  end if;
  if (select s.end_at from ${quotedName(namespace, "slots")} as s
      where s.schedule_id = new.schedule_id and s.seat = new.seat and not s.is_aside and s.id <> new.id
        and s.start_at < new.end_at
      order by s.start_at desc limit 1) > new.start_at then
    ${refuse("no_overlap", "another slot of this schedule and seat is in the way")}
  end if;
  return null;
end`;
