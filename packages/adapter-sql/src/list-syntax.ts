import { limits } from "@slotwright/core/adapter";
import { type RawBuilder, sql } from "kysely";
import { columnNames, type TableName } from "./catalogue.ts";

type ListedTable = Exclude<TableName, "migrations">;

/** How an engine expresses a page of a list. */
export interface ListSyntax {
  /** The selected columns of each row: default, all of its table. */
  readonly selected: (table: ListedTable, columns?: readonly string[]) => RawBuilder<unknown>;
  /** A bound text. */
  readonly text: (value: RawBuilder<unknown>) => RawBuilder<unknown>;
  /** True for rows beyond a position in the order of (start_at, id), on one side of it. */
  readonly beyond: (
    side: "after" | "before",
    start: RawBuilder<unknown>,
    id: RawBuilder<unknown>,
  ) => RawBuilder<boolean>;
  /**
   * True for the rows of one owner, such as a provider, that lie before the end of the window, in the order of the list:
   * the bound at which reading them ends.
   */
  readonly endOf: (
    bound: "startFrom" | "startBefore",
    instant: RawBuilder<unknown>,
    owner: OwnedRows,
  ) => RawBuilder<boolean>;
  /** The first rows of several selects, in one order. */
  readonly merged: (
    selects: readonly RawBuilder<unknown>[],
    order: RawBuilder<unknown>,
    limit: RawBuilder<unknown>,
  ) => RawBuilder<unknown>;
  readonly ofProviders: ProvidersSyntax;
  /** Whether one statement reads pages of several journals. Where nothing is sent, one for each is as good. */
  readonly joinsJournals: boolean;
}

/** The rows of one owner: the column that says whose they are, and whose. */
export interface OwnedRows {
  readonly column: RawBuilder<unknown>;
  readonly id: RawBuilder<unknown>;
}

/** How an engine reads the first rows of several providers, without reading all rows of any of them. */
export interface ProvidersSyntax {
  /**
   * The number of placeholders in a statement for this many providers. Few distinct numbers mean few statements to prepare. 0
   * passes the ids as a list.
   */
  readonly placeholders: (providers: number, isShared: boolean) => number;
  /** The ids as one parameter. */
  readonly list: (ids: readonly string[]) => unknown;
  /**
   * Whether the page may lack rows of a provider of whom it has a whole share. Such a page is read again, with shares
   * that are as large as a page.
   */
  readonly endsShares: boolean;
  readonly page: (providers: ProvidersQuery) => RawBuilder<unknown>;
  /** Reads a short window as a whole, where that is cheaper than a part of a statement for each provider. */
  readonly window?: WindowSyntax | undefined;
}

/** How an engine reads the first rows of several providers in a window by looking at the keys of all rows in it. */
export interface WindowSyntax {
  readonly fits: (window: { readonly providers: number; readonly lengthMs: number }) => boolean;
  readonly page: (window: WindowQuery) => RawBuilder<unknown>;
}

/** The parts of a statement that reads a window. */
export interface WindowQuery extends Pick<ProvidersQuery, "table" | "columns" | "order" | "limit"> {
  /** The start and the id of each row in the window, from the index alone. */
  readonly keys: RawBuilder<unknown>;
  /** What the index cannot tell of a row. It does not name the start. */
  readonly rest: RawBuilder<boolean>;
}

/** Whose rows: those of one provider, and those for which a condition holds. */
export interface Whose {
  readonly provider?: RawBuilder<unknown>;
  readonly condition?: RawBuilder<boolean>;
}

/** The parts of a statement that reads several providers. */
export interface ProvidersQuery {
  readonly placeholders: number;
  readonly descending: boolean;
  /**
   * The id of the provider at this index. It is NULL, which matches no row, if there are more placeholders than providers.
   */
  readonly id: (index: number) => RawBuilder<unknown>;
  /** All ids as one parameter, made by `list`, for a statement without placeholders. */
  readonly ids: RawBuilder<unknown>;
  /** The rows of these providers that match the query. Without `columns`, it selects those of the list. */
  readonly select: (whose: Whose, columns?: RawBuilder<unknown>) => RawBuilder<unknown>;
  /**
   * The same for rows of further providers, in lists that have them. One row may belong to several of the providers and
   * must appear once.
   */
  readonly further: ((whose: Whose, columns: RawBuilder<unknown>) => RawBuilder<unknown>) | undefined;
  readonly table: ListedTable;
  /** The columns of the list. */
  readonly columns: readonly string[];
  readonly order: RawBuilder<unknown>;
  readonly limit: RawBuilder<unknown>;
  /** How many rows of each provider make up a page, and some more, if all of them have about as many. */
  readonly share: RawBuilder<unknown>;
}

/**
 * For engines that compare rows by an index, and that read the parts of a UNION ALL in order, only as far as needed.
 */
export const standardLists: ListSyntax = {
  // By name: with `*`, a column of a later version would change the type of a statement that is already prepared.
  selected: (table, columns = columnNames[table]) => sql.join(columns.map((name) => sql.id(name))),
  text: (value) => value,
  joinsJournals: false,
  beyond: (side, start, id) =>
    side === "after" ? sql`(start_at, id) > (${start}, ${id})` : sql`(start_at, id) < (${start}, ${id})`,
  endOf: (bound, instant) => (bound === "startBefore" ? sql`start_at < ${instant}` : sql`start_at >= ${instant}`),
  merged: (selects, order, limit) => sql`${sql.join([...selects], sql` union all `)} order by ${order} limit ${limit}`,
  // Each provider's rows come in order from the index. SQLite stops reading them at the first row beyond the page.
  ofProviders: {
    placeholders: () => 0,
    list: (ids) => JSON.stringify(ids),
    endsShares: false,
    page: (providers) => {
      const { select, ids, further, order, limit } = providers;
      const isTheirs = { condition: sql<boolean>`provider_id in (select value from json_each(${ids}))` };
      if (further !== undefined) return sharedPage(providers, isTheirs, further);
      return sql`${select(isTheirs)} order by ${order} limit ${limit}`;
    },
  },
};

/**
 * Includes shared appointments. It finds as many keys of each kind as the page has rows, and then reads only the rows
 * of the page.
 */
function sharedPage(
  { placeholders, id, ids, select, table, columns, order, limit }: ProvidersQuery,
  isTheirs: Whose,
  further: NonNullable<ProvidersQuery["further"]>,
): RawBuilder<unknown> {
  const first = (page: RawBuilder<unknown>) => sql`${page} order by ${order} limit ${limit}`;
  const rowsOf = (keys: RawBuilder<unknown>) =>
    sql`select ${standardLists.selected(table, columns)} from (select id as page_id from (${keys})) cross join ${sql.table(table)} on id = page_id`;
  if (placeholders === 1) {
    const one = { provider: id(0) };
    return first(sql`${select(one)} union all ${rowsOf(first(further(one, keyColumns)))}`);
  }
  // The number of times that one appointment may be found. With DISTINCT, SQLite would read all rows of each provider.
  const often = sql`min(json_array_length(${ids}), ${sql.lit(limits.slotsPerAppointment - 1)})`;
  const keys = [
    first(select(isTheirs, keyColumns)),
    sql`${further(isTheirs, keyColumns)} order by ${order} limit ${limit} * ${often}`,
  ];
  const union = keys.map((page) => sql`select * from (${page})`);
  return sql`${rowsOf(first(sql.join(union, sql` union `)))} order by ${order}`;
}

/** The number of placeholders in a union: exact up to eight providers, the most common case, then in steps. */
export function unionPlaceholders(providers: number): number {
  const step = providers <= 8 ? 1 : providers <= 20 ? 4 : 10;
  return Math.ceil(providers / step) * step;
}

/** The columns that define a row's position in a list. */
export const keyColumns = sql`start_at, id`;

/** The keys of each provider's own rows, and of the rows that it is a further provider of. */
export function keyBranchesOf(providers: ProvidersQuery): readonly RawBuilder<unknown>[] {
  return [...branchesOf(providers, keyColumns), ...furtherBranchesOf(providers)];
}

/** The keys of the rows that each provider is a further provider of. */
export function furtherBranchesOf({ placeholders, id, further }: ProvidersQuery): readonly RawBuilder<unknown>[] {
  if (further === undefined) return [];
  return Array.from({ length: placeholders }, (_, index) => further({ provider: id(index) }, keyColumns));
}

/** Whether several branches may find the same row. */
export function mayRepeat({ placeholders, further }: ProvidersQuery): boolean {
  return further !== undefined && placeholders > 1;
}

/** One branch for each provider, so that each is read from its index only as far as the limit needs. */
export function branchesOf(
  { placeholders, id, select }: ProvidersQuery,
  columns?: RawBuilder<unknown>,
): readonly RawBuilder<unknown>[] {
  return Array.from({ length: placeholders }, (_, index) => select({ provider: id(index) }, columns));
}
