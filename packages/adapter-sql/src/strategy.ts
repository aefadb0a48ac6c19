import { type Expression, type Kysely, type RawBuilder, sql } from "kysely";
import type { ColumnType, TableName, Tables } from "./catalogue.ts";
import type { IndexName } from "./indexes.ts";
import type { ListSyntax } from "./list-syntax.ts";

/** What differs from engine to engine. Shared code asks this object, never which engine it is. */
export interface SqlStrategy {
  /** Compiles queries; runs none. */
  readonly queries: Kysely<Tables>;
  /** What an index or trigger is called in the database, where its name must not meet one of the host's. */
  readonly qualified: (name: string) => string;
  /** What a CHECK or FOREIGN KEY is called, from which the adapter tells the guard that refused. */
  readonly constraintName: (table: TableName, guard: string) => string;
  readonly columnTypes: ColumnTypes;
  /** What follows the closing bracket of CREATE TABLE. */
  readonly tableOptions: RawBuilder<unknown>;
  /** True if the column holds one of these texts, which have neither quotes nor commas. */
  readonly isOneOf: (column: string, texts: readonly string[]) => Expression<boolean>;
  /** True if the column holds JSON of this shape. */
  readonly isJson: (column: string, shape: "object" | "array" | "any") => Expression<boolean>;
  /** The number of items in a column that holds a JSON array. */
  readonly itemCount: (column: string) => Expression<number>;
  /** The table as the source of a query that has to use this index, whatever the planner would estimate. */
  readonly from: (index: IndexName) => RawBuilder<unknown>;
  readonly lists: ListSyntax;
  /** The id as the indexes of lists have it. */
  readonly listedId: RawBuilder<unknown>;
}

/**
 * The type of each kind of column. A sequence numbers the rows in the order of writing. It is null where writers would
 * wait for each other's numbers: a column of this type is left out.
 */
export type ColumnTypes = Readonly<Record<Exclude<ColumnType, "sequence">, RawBuilder<unknown>>> & {
  readonly sequence: RawBuilder<unknown> | null;
};

/** `isOneOf` as any database has it. */
export const inList: SqlStrategy["isOneOf"] = (column, texts) =>
  sql<boolean>`${sql.ref(column)} in (${sql.join(texts.map((text) => sql.lit(text)))})`;
