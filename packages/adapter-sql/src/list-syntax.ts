import { type RawBuilder, sql } from "kysely";
import { columnNames, type TableName } from "./schema.ts";

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
}

/** For engines that compare rows by an index, and read the parts of a UNION ALL by their order as far as is needed. */
export const standardLists: ListSyntax = {
  // By name: with `*`, a later version's column would change the type of a statement that is prepared already.
  selected: (table) => sql.join(columnNames[table].map((name) => sql.id(name))),
  text: (value) => value,
  place: (side, start, id) =>
    side === "after" ? sql`(start_at, id) > (${start}, ${id})` : sql`(start_at, id) < (${start}, ${id})`,
  merged: (selects, order, limit) => sql`${sql.join([...selects], sql` union all `)} order by ${order} limit ${limit}`,
};
