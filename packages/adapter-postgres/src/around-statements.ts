import { aroundColumns, mostOfPlace, type PlaceSql, rowsAtPlace, type SqlStrategy } from "@slotwright/adapter-sql";
import type { AgendaOwner, RecordKind } from "@slotwright/core/adapter";
import { sql } from "kysely";
import type { Statement } from "./connection.ts";
import { confirming } from "./durable.ts";
import { type Branch, joinedBranches, recordBranch, rowLock } from "./load-statements.ts";
import { oncePerKinds } from "./statement-names.ts";
import { type Namespace, quotedName } from "./strategy.ts";

/** The statements of `loadAround`, for records of these kinds. Each takes an array of ids for each kind, and then the places. */
export interface AroundStatements {
  readonly read: (kinds: readonly RecordKind[]) => Statement;
  /** Reads the same, and confirms it. */
  readonly confirm: (kinds: readonly RecordKind[]) => Statement;
  /** Locks and returns the records. Locks the agendas of the places first. */
  readonly lock: (kinds: readonly RecordKind[]) => Statement;
}

/**
 * The parameters of a place, each an array with an item for each place. Of a place near a slot, the last two are the
 * milliseconds before and after the slot, and otherwise the instants.
 */
export const placeParameters = [
  { name: "whose", type: "text" },
  { name: "owner", type: "text" },
  { name: "slot_id", type: "text" },
  { name: "from_at", type: "bigint" },
  { name: "to_at", type: "bigint" },
] as const;

export function createAround(strategy: SqlStrategy, namespace: Namespace): AroundStatements {
  const rows = {
    provider: rowsBranch(strategy, "provider"),
    subject: rowsBranch(strategy, "subject"),
  };
  const records = (wanted: readonly RecordKind[], lock = "") =>
    wanted.map((kind, index) => recordBranch(namespace, kind, `$${index + 1}::text[]`, lock));
  const read = (wanted: readonly RecordKind[]) =>
    joinedBranches([...records(wanted), placesBranch(namespace, wanted.length), rows.provider, rows.subject]);
  return {
    read: oncePerKinds(read),
    confirm: oncePerKinds((wanted) => confirming(read(wanted))),
    lock: oncePerKinds((wanted) => {
      // Agendas come first in the order of all locks, and those that are asked for as records are among them.
      const others = records(wanted, rowLock).filter(({ kind }) => kind !== "agenda");
      return joinedBranches([lockedAgendas(namespace, wanted), ...others]);
    }),
  };
}

const placed = (index: number) =>
  `rows from (${placeParameters.map(({ type }, at) => `pg_catalog.unnest($${index + at + 1}::${type}[])`).join(", ")})
    with ordinality as p (${placeParameters.map(({ name }) => name).join(", ")}, n)`;

/** A place near a slot that does not exist is left out. */
const places = (namespace: Namespace, index: number) => `select p.n::integer as n, p.whose,
    coalesce(p.owner, s.provider_id) as owner,
    case when p.slot_id is null then p.from_at else s.start_at - p.from_at end as from_at,
    case when p.slot_id is null then p.to_at else s.end_at + p.to_at end as to_at
  from ${placed(index)}
  left join lateral (
    select provider_id, start_at, end_at from ${quotedName(namespace, "slots")} as t where t.id = p.slot_id limit 1
  ) as s on true
  where p.slot_id is null or s.provider_id is not null`;

/**
 * The places, and the spans that they cover together. Those of a span are as long as one another and begin within that
 * length, so that each overlaps the others. A scalar subquery cannot become a join with a whole table.
 */
function placesBranch(namespace: Namespace, index: number): Branch {
  const version = `(select t.version from ${quotedName(namespace, "agendas")} as t where t.id = p.whose || ':' || p.owner)`;
  const found = `places as materialized (${places(namespace, index)}),
  spans as materialized (select p.whose, p.owner, pg_catalog.min(p.n) as n, pg_catalog.min(p.from_at) as from_at,
      pg_catalog.max(p.to_at) as to_at, pg_catalog.count(*)::integer * ${mostOfPlace} as most
    from places as p group by p.whose, p.owner, p.to_at - p.from_at, p.from_at / greatest(p.to_at - p.from_at, 1)),
  place as materialized (select p.n, p.owner as id, coalesce(${version}, 0) as version, p.from_at, p.to_at from places as p)`;
  return { found, kind: "place", columns: ["n", "id", "version", "from_at", "to_at"], from: "place" };
}

const place: PlaceSql = { owner: sql`p.owner`, from: sql`p.from_at`, to: sql`p.to_at`, most: sql`p.most` };

/** One row for each span, with all that lies there: a row for each of these would cost more than finding them. */
function rowsBranch(strategy: SqlStrategy, of: AgendaOwner): Branch {
  const columns = aroundColumns[of];
  const rows = rowsAtPlace(strategy, of, place, sql.join(columns.map((name) => sql.id(name))));
  const values = columns.map((name) => `r.${name}`).join(", ");
  const found = `at_${of} as materialized (select p.n,
    (select pg_catalog.json_agg(pg_catalog.json_build_array(${values}))::text from (${rows.compile(strategy.queries).sql}) as r) as found
    from spans as p where p.whose = '${of}')`;
  return { found, kind: `at_${of}`, columns: ["n", "found"], from: `at_${of}` };
}

/** Those of the places, and those that are asked for as records, in one order. */
function lockedAgendas(namespace: Namespace, wanted: readonly RecordKind[]): Branch {
  const asked = wanted.includes("agenda") ? " union select u.id from pg_catalog.unnest($1::text[]) as u (id)" : "";
  const ids = `array(select w.id from (
      select p.whose || ':' || p.owner as id from (${places(namespace, wanted.length)}) as p${asked}) as w order by w.id collate "C")`;
  const row = `select id, version from ${quotedName(namespace, "agendas")} as t where t.id = wanted.id limit 1 ${rowLock}`;
  const found = `agenda as materialized (select r.* from pg_catalog.unnest(${ids}) as wanted(id) cross join lateral (${row}) as r)`;
  return { found, kind: "agenda", columns: ["id", "version"], from: "agenda" };
}
