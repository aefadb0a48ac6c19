import { aroundColumns, type PlaceSql, rowsAtPlace } from "@slotwright/adapter-sql";
import type { AgendaOwner, RecordKind } from "@slotwright/core/adapter";
import { type RawBuilder, sql } from "kysely";
import { asDocument, boundText, objectOf } from "./documents.ts";
import { boundIds, joinedLoads, loadOf, oncePer, storedRow } from "./load-statements.ts";
import { numbered, rowsIn } from "./steps.ts";
import type { MysqlStrategy } from "./strategy.ts";

/** The statements of `loadAround`. Each place is a part of a union, because only a part with bounds of its own is read in the order of an index. */
export interface AroundStatements {
  /**
   * Takes an array of ids for each kind, then the array of all places, whose rows have `placeColumns`, and then the
   * values of each place, shape by shape.
   */
  readonly read: (asked: AroundShape) => string;
  /** What lies at places whose owners are known. Takes the values of each place, shape by shape. */
  readonly rows: (counts: PlaceCounts) => string;
  /** The same, but as it is now: what is looked at is locked, gaps included. */
  readonly rowsNow: (counts: PlaceCounts) => string;
  /** Takes an array of ids. Returns the provider, start and end of each slot. */
  readonly slots: string;
  /** The names of the values that a place of each shape takes, in this order. */
  readonly names: Readonly<Record<PlaceShape, readonly PlaceValue[]>>;
}

/** Whose time it is, and whether it is found near a slot. */
export const placeShapes = ["provider", "provider_near", "subject", "subject_near"] as const;
export type PlaceShape = (typeof placeShapes)[number];

/** How many places there are of each shape, in the order of `placeShapes`. */
export type PlaceCounts = readonly number[];

export interface AroundShape {
  readonly kinds: readonly RecordKind[];
  readonly counts: PlaceCounts;
}

/** `place` is the place's number. `from` and `to` are instants, or milliseconds before and after the slot. */
export type PlaceValue = "place" | "owner" | "from" | "to" | "slotId";

export const placeColumns = ["whose", "owner", "slot_id"] as const;

/** Few distinct numbers of places mean few statements to prepare. Without values, a place has no rows. */
export function paddedCount(count: number): number {
  return count <= 4 ? count : 2 ** Math.ceil(Math.log2(count));
}

export function createAround(strategy: MysqlStrategy): AroundStatements {
  const compiled = (query: RawBuilder<unknown>) => query.compile(strategy.queries);
  const branches = (counts: PlaceCounts, lock?: RawBuilder<unknown>) =>
    placeShapes.flatMap((shape, index) =>
      Array<RawBuilder<unknown>>(counts[index] ?? 0).fill(rowsBranch(strategy, shape, lock)),
    );
  const ofShape = (lock?: RawBuilder<unknown>) => {
    const made = oncePer((counts: string) => compiled(joinedLoads(branches(countsIn(counts), lock))).sql);
    return (counts: PlaceCounts) => made(counts.join());
  };
  const read = oncePer((asked: string) => {
    const [kinds = "", counts = ""] = asked.split(";");
    const wanted = (kinds === "" ? [] : kinds.split(",")) as readonly RecordKind[];
    const loads = wanted.map((kind) => loadOf(kind, strategy));
    return compiled(joinedLoads([...loads, agendasBranch(strategy), ...branches(countsIn(counts))])).sql;
  });
  const names = (shape: PlaceShape) => compiled(rowsBranch(strategy, shape)).parameters as readonly PlaceValue[];
  return {
    read: ({ kinds, counts }) => read(`${kinds.join()};${counts.join()}`),
    rows: ofShape(),
    rowsNow: ofShape(sql` for update`),
    slots: compiled(slotsOf(strategy)).sql,
    names: {
      provider: names("provider"),
      provider_near: names("provider_near"),
      subject: names("subject"),
      subject_near: names("subject_near"),
    },
  };
}

const countsIn = (counts: string): PlaceCounts => counts.split(",").map(Number);

/** The agenda of each place. A place near a slot that does not exist is left out. */
function agendasBranch(strategy: MysqlStrategy): RawBuilder<unknown> {
  const owner = sql`coalesce(k.owner, s.provider_id)`;
  const document = sql`json_object('place', k.number, 'owner', ${owner}, 'version', coalesce(a.version, 0))`;
  return sql`(select ${asDocument(document)} from ${rowsIn(boundText(sql`${""}`), placeColumns, strategy, numbered)}
      left join ${storedRow("slots", "s")} on s.id = k.slot_id
      left join ${storedRow("agendas", "a")} on a.id = concat(k.whose, ':', ${owner})
      where k.slot_id is null or s.id is not null)`;
}

// Compiled with the names of the values in place of the values, as the lists are. A driver may send a number as a float.
const number = (name: PlaceValue) => sql`cast(${name} as signed)`;
const owner = boundText(sql`${"owner"}`);
const known: PlaceSql = { owner, from: number("from"), to: number("to") };
const near: PlaceSql = {
  owner,
  from: sql`(near_start - ${number("from")})`,
  to: sql`(near_end + ${number("to")})`,
};

/** A slot that is found by its key is read before the plan is made, so the bounds that it gives are as good as values. */
function rowsBranch(strategy: MysqlStrategy, shape: PlaceShape, lock = sql``): RawBuilder<unknown> {
  const [of, isNear] = shape.split("_") as [AgendaOwner, string | undefined];
  const table = of === "provider" ? "slots" : "appointments";
  const row = objectOf(table, undefined, aroundColumns[of]);
  const selected = asDocument(sql`json_object('at', ${number("place")}, 'row', ${row})`);
  if (isNear === undefined) return sql`(${rowsAtPlace(strategy, of, known, selected)}${lock})`;
  const slot = sql`(select provider_id as near_provider, start_at as near_start, end_at as near_end
      from ${sql.table("slots")} where id = ${boundText(sql`${"slotId"}`)}) as near straight_join `;
  const place = of === "provider" ? { ...near, owner: sql`near_provider` } : near;
  return sql`(${rowsAtPlace(strategy, of, place, selected, slot)}${lock})`;
}

function slotsOf(strategy: MysqlStrategy): RawBuilder<unknown> {
  const fields = sql`'id', s.id, 'provider_id', s.provider_id, 'start_at', s.start_at, 'end_at', s.end_at`;
  return joinedLoads([
    sql`select ${asDocument(sql`json_object(${fields})`)} from ${boundIds(strategy)}
      straight_join ${storedRow("slots", "s")} on s.id = k.id`,
  ]);
}
