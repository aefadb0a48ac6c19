import { type TableName, tableOfKind } from "@slotwright/adapter-sql";
import type { RecordKind } from "@slotwright/core/adapter";
import { type RawBuilder, sql } from "kysely";
import { asDocument, boundText, objectOf } from "./documents.ts";
import { rowsIn } from "./steps.ts";
import type { MysqlStrategy } from "./strategy.ts";

/** The order in which rows are locked, everywhere. */
export const kindsInLockOrder: readonly RecordKind[] = [
  "agenda",
  "schedule",
  "availability",
  "slot",
  "appointment",
  "command",
];

/** Makes the statement for each list once. */
export function oncePerList<Item extends string>(make: (items: readonly Item[]) => string) {
  const made = oncePer((items: string) => make(items.split(",") as Item[]));
  return (items: readonly Item[]): string => made(items.join());
}

export function oncePer<Key>(make: (key: Key) => string): (key: Key) => string {
  const made = new Map<Key, string>();
  return (key) => {
    const known = made.get(key) ?? make(key);
    made.set(key, known);
    return known;
  };
}

// Practically no limit. It overrides the host's sql_select_limit.
export const noLimit = sql`limit 18446744073709551615`;

/** All records in one statement: one round trip, and one point in time. */
export function joinedLoads(loads: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return sql`${sql.join(loads, sql` union all `)} ${noLimit}`;
}

/** The parts that vary when records are loaded. */
export interface LoadVariant {
  readonly keys?: RawBuilder<unknown>;
  readonly lock?: RawBuilder<unknown>;
  /** The version to return beside the record. */
  readonly seen?: RawBuilder<unknown>;
}

export function loadOf(
  kind: RecordKind,
  strategy: MysqlStrategy,
  { keys = boundIds(strategy), lock = sql``, seen }: LoadVariant = {},
): RawBuilder<unknown> {
  const more = seen === undefined ? sql`` : sql`, 'seen', ${seen}`;
  const document = sql`json_object('kind', ${sql.lit(kind)}, 'row', ${objectOf(tableOfKind[kind], "s")}${more})`;
  return sql`(select ${asDocument(document)} from ${keys}
      straight_join ${storedRow(tableOfKind[kind], "s")} on s.id = k.id ${lock})`;
}

export const storedRow = (table: TableName, alias: string): RawBuilder<unknown> =>
  sql`${sql.table(table)} as ${sql.id(alias)} force index (primary)`;

/** The bound ids. */
export function boundIds(strategy: MysqlStrategy): RawBuilder<unknown> {
  return rowsIn(boundText(sql`${""}`), ["id"], strategy);
}
