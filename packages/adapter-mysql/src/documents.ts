import {
  branchesOf,
  columnNames,
  keyBranchesOf,
  type ListSyntax,
  mayRepeat,
  standardLists,
  type TableName,
  unionPlaceholders,
} from "@slotwright/adapter-sql";
import { type RawBuilder, sql } from "kysely";

/**
 * Rows cross the wire as JSON documents in bytes, and texts are bound as bytes. So no pool option that the host sets
 * (casts, big numbers, rows as arrays, date strings) and no character set of its connections can change a value.
 */

export type DataTable = Exclude<TableName, "migrations">;

/** A row of a table, or of its stand-in in the query, as a JSON object. */
export function objectOf(
  table: DataTable,
  alias?: string,
  columns: readonly string[] = columnNames[table],
): RawBuilder<unknown> {
  const column = (name: string) => (alias === undefined ? sql.id(name) : sql.id(alias, name));
  const fields = columns.map((name) => sql`${sql.lit(name)}, ${column(name)}`);
  return sql`json_object(${sql.join(fields)})`;
}

/** JSON as raw bytes, in the column that is read. */
export function asDocument(json: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`convert(${json} using binary) as doc`;
}

/** A text that was bound as bytes. */
export function boundText(value: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`convert(${value} using utf8mb4)`;
}

/**
 * MySQL reads a UNION ALL to its end before it sorts, unless each part has its own ORDER BY and LIMIT. It also compares
 * rows like (start_at, id) without using the index.
 */
export const documentLists: ListSyntax = {
  selected: (table, columns) => {
    const document = asDocument(objectOf(table, undefined, columns));
    return table === "journal" ? document : sql`start_at, id, ${document}`;
  },
  text: boundText,
  joinsJournals: true,
  beyond: (side, start, id) =>
    side === "after"
      ? sql`start_at >= ${start} and (start_at > ${start} or id > ${id})`
      : sql`start_at <= ${start} and (start_at < ${start} or id < ${id})`,
  merged: (selects, order, limit) => mergedPages(selects, order, limit),
  endOf: standardLists.endOf,
  ofProviders: {
    placeholders: unionPlaceholders,
    list: (ids) => JSON.stringify(ids),
    endsShares: true,
    // Documents are built only for the rows of the page, because building them takes longer than finding them. The rows
    // are sorted before they are read: a table of documents would be sorted on disk.
    page: (providers) => {
      const { table, columns, order, limit, share } = providers;
      const union = mayRepeat(providers) ? sql` union ` : sql` union all `;
      const keys = mergedPages(keyBranchesOf(providers), order, limit, { union, share });
      return sql`select k.start_at, k.id, ${asDocument(objectOf(table, "s", columns))}
        from (${keys}) as k straight_join ${sql.table(table)} as s force index (primary) on s.id = k.id order by ${order}`;
    },
  },
};

/**
 * The same lists, but a short window of many providers is read as a whole. Each part of a union opens the table once
 * more, and MariaDB parses its triggers each time; up to eight parts are cheap. A week, and a day for zones, is about as
 * many keys as that is worth.
 *
 * All keys are sorted, and rows are read by them until the page is full. MySQL would do so in half the time, but as
 * long as its statistics say that the table is empty, it reads the keys of everybody.
 *
 * The columns of the keys have other names than those of the rows, which conditions may be about.
 */
export const windowLists: ListSyntax = {
  ...documentLists,
  ofProviders: {
    ...documentLists.ofProviders,
    window: {
      fits: ({ providers, lengthMs }) => providers > 8 && lengthMs <= longestWindowMs,
      page: ({ keys, rest, table, columns, order, limit }) =>
        sql`select k.key_start as start_at, k.key_id as id, ${asDocument(objectOf(table, "s", columns))}
          from (select start_at as key_start, id as key_id from (${keys}) as page) as k
          straight_join ${sql.table(table)} as s force index (primary) on s.id = k.key_id
          where ${rest} order by ${order} limit ${limit}`,
    },
  },
};

const longestWindowMs = 8 * 24 * 60 * 60_000;

/** Reads whole rows from the branches, because rows that are locked there must be read there. */
function mergedProviders(merged: ListSyntax["merged"]): ListSyntax["ofProviders"] {
  return {
    ...documentLists.ofProviders,
    endsShares: false,
    window: undefined,
    page: (providers) => merged(branchesOf(providers), providers.order, providers.limit),
  };
}

/** The same lists, but every row that they look at is locked: in a host's transaction, plain reads may be stale. */
export function lockingLists(lists: ListSyntax): ListSyntax {
  const merged: ListSyntax["merged"] = (selects, order, limit) =>
    mergedPages(selects, order, limit, { lock: sql` for update` });
  return { ...lists, merged, ofProviders: mergedProviders(merged) };
}

/**
 * Lists of slots that a plain read finds and that are then locked by key, as they are now. This neither locks nor waits
 * for a gap between them, or for a neighbour on another schedule.
 */
export function keyedLists(lists: ListSyntax, lock: RawBuilder<unknown>): ListSyntax {
  const merged: ListSyntax["merged"] = (selects, order, limit) =>
    sql`select start_at, id, ${asDocument(objectOf("slots"))}
        from (select id as page_id from (${lists.merged(selects, order, limit)}) as page) as k
        straight_join ${sql.table("slots")} as s force index (primary) on id = page_id order by ${order} ${lock}`;
  return { ...lists, selected: () => sql`start_at, id`, merged, ofProviders: mergedProviders(merged) };
}

interface Merging {
  readonly lock?: RawBuilder<unknown>;
  readonly union?: RawBuilder<unknown>;
  /** The most rows of each select. Default: a page. */
  readonly share?: RawBuilder<unknown>;
}

function mergedPages(
  selects: readonly RawBuilder<unknown>[],
  order: RawBuilder<unknown>,
  limit: RawBuilder<unknown>,
  { lock = sql``, union = sql` union all `, share = limit }: Merging = {},
): RawBuilder<unknown> {
  const pages = selects.map((select) => sql`${select} order by ${order} limit ${share}${lock}`);
  if (pages.length === 1) return pages[0] as RawBuilder<unknown>;
  const parts = pages.map((page) => sql`(${page})`);
  return sql`${sql.join(parts, union)} order by ${order} limit ${limit}`;
}
