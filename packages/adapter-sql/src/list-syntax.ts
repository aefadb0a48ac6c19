import { limits } from "@slotwright/core/adapter";
import { type RawBuilder, sql } from "kysely";
import { columnNames, type TableName } from "./catalogue.ts";

/** How an engine wants a page of a list to be asked for. */
export interface ListSyntax {
  /** What is selected of each row. */
  readonly selected: (table: Exclude<TableName, "migrations">) => RawBuilder<unknown>;
  /** A text that is bound. */
  readonly text: (value: RawBuilder<unknown>) => RawBuilder<unknown>;
  /** True for the rows behind a place in the order of (start_at, id), on one side of it. */
  readonly place: (
    side: "after" | "before",
    start: RawBuilder<unknown>,
    id: RawBuilder<unknown>,
  ) => RawBuilder<boolean>;
  /** The first rows of several selects, in one order. */
  readonly merged: (
    selects: readonly RawBuilder<unknown>[],
    order: RawBuilder<unknown>,
    limit: RawBuilder<unknown>,
  ) => RawBuilder<unknown>;
  readonly ofProviders: ProvidersSyntax;
}

/** How an engine reads the first rows of several providers without reading all rows of any of them. */
export interface ProvidersSyntax {
  /** How many places a statement has for that many providers: few numbers, so few statements to prepare. 0 takes the list. */
  readonly places: (providers: number) => number;
  readonly page: (providers: Providers) => RawBuilder<unknown>;
}

/** What is read of several providers. */
export interface Providers {
  readonly places: number;
  /** The id of a provider by its place; NULL, which no row has, where there are more places than providers. */
  readonly id: (place: number) => RawBuilder<unknown>;
  /** Where there are no places: all ids as one parameter, a JSON array. */
  readonly ids: RawBuilder<unknown>;
  /** The rows that match the query and these conditions; columns are those of the list if none are named. */
  readonly select: (own: RawBuilder<boolean>, columns?: RawBuilder<unknown>) => RawBuilder<unknown>;
  /**
   * The same of the rows that say what they are further providers of, in lists where there are such. One row may be of
   * several of the providers, and has to come once.
   */
  readonly further: ((own: RawBuilder<boolean>, columns: RawBuilder<unknown>) => RawBuilder<unknown>) | undefined;
  readonly table: Exclude<TableName, "migrations">;
  readonly order: RawBuilder<unknown>;
  readonly limit: RawBuilder<unknown>;
}

/** For engines that compare rows by an index, and read the parts of a UNION ALL by their order as far as is needed. */
export const standardLists: ListSyntax = {
  // By name: with `*`, a later version's column would change the type of a statement that is prepared already.
  selected: (table) => sql.join(columnNames[table].map((name) => sql.id(name))),
  text: (value) => value,
  place: (side, start, id) =>
    side === "after" ? sql`(start_at, id) > (${start}, ${id})` : sql`(start_at, id) < (${start}, ${id})`,
  merged: (selects, order, limit) => sql`${sql.join([...selects], sql` union all `)} order by ${order} limit ${limit}`,
  // Each provider's rows come in order from the index, and SQLite leaves them at the first one that is behind the page.
  ofProviders: {
    places: () => 0,
    page: (providers) => {
      const { select, ids, further, order, limit } = providers;
      const isTheirs = sql<boolean>`provider_id in (select value from json_each(${ids}))`;
      if (further !== undefined) return sharedPage(providers, isTheirs, further);
      return sql`${select(isTheirs)} order by ${order} limit ${limit}`;
    },
  },
};

/** With those that are shared. Of each kind so many keys are found as the page has, and rows are read of the page only. */
function sharedPage(
  { places, id, ids, select, table, order, limit }: Providers,
  isTheirs: RawBuilder<boolean>,
  further: NonNullable<Providers["further"]>,
): RawBuilder<unknown> {
  const first = (page: RawBuilder<unknown>) => sql`${page} order by ${order} limit ${limit}`;
  const rowsOf = (keys: RawBuilder<unknown>) =>
    sql`select ${standardLists.selected(table)} from (select id as page_id from (${keys})) cross join ${sql.table(table)} on id = page_id`;
  if (places === 1) {
    const isOne = sql<boolean>`provider_id = ${id(0)}`;
    return first(sql`${select(isOne)} union all ${rowsOf(first(further(isOne, keyColumns)))}`);
  }
  // So often one may be found. With DISTINCT, SQLite would read all that each provider has.
  const often = sql`min(json_array_length(${ids}), ${sql.lit(limits.slotsPerAppointment - 1)})`;
  const keys = [
    first(select(isTheirs, keyColumns)),
    sql`${further(isTheirs, keyColumns)} order by ${order} limit ${limit} * ${often}`,
  ];
  const union = keys.map((page) => sql`select * from (${page})`);
  return sql`${rowsOf(first(sql.join(union, sql` union `)))} order by ${order}`;
}

/** Places of a union: up to eight providers exactly, since those are asked for most; then in steps. */
export function unionPlaces(providers: number): number {
  const step = providers <= 8 ? 1 : providers <= 20 ? 4 : 10;
  return Math.ceil(providers / step) * step;
}

/** What tells a row's place in the order of a list. */
const keyColumns = sql`start_at, id`;

/** Keys of rows: those that each provider has, and those that it is a further provider of. */
export function keyBranchesOf(providers: Providers): readonly RawBuilder<unknown>[] {
  return [...branchesOf(providers, keyColumns), ...furtherBranchesOf(providers)];
}

/** Keys of the rows that each provider is a further provider of. */
export function furtherBranchesOf({ places, id, further }: Providers): readonly RawBuilder<unknown>[] {
  if (further === undefined) return [];
  return Array.from({ length: places }, (_, place) => further(sql`provider_id = ${id(place)}`, keyColumns));
}

/** Whether a row may come from several branches. */
export function mayRepeat({ places, further }: Providers): boolean {
  return further !== undefined && places > 1;
}

/** A branch for each provider, so that each is read from its index only as far as the limit needs. */
export function branchesOf(
  { places, id, select }: Providers,
  columns?: RawBuilder<unknown>,
): readonly RawBuilder<unknown>[] {
  return Array.from({ length: places }, (_, place) => select(sql`provider_id = ${id(place)}`, columns));
}
