import { type Expression, type Kysely, type RawBuilder, sql } from "kysely";
import type { ColumnType, TableName, Tables } from "./catalogue.ts";
import type { IndexName } from "./indexes.ts";
import type { ListSyntax } from "./list-syntax.ts";

/** The differences between engines. Shared code asks this object, and never asks which engine it is. */
export interface SqlStrategy {
  /** Compiles queries, but does not run them. */
  readonly queries: Kysely<Tables>;
  /** The name of an index or trigger in the database, where the host may have names too. */
  readonly qualified: (name: string) => string;
  /** The name of a CHECK or FOREIGN KEY. It tells the adapter which guard refused. */
  readonly constraintName: (table: TableName, guard: string) => string;
  readonly columnTypes: ColumnTypes;
  /** What follows the closing bracket of CREATE TABLE. */
  readonly tableOptions: RawBuilder<unknown>;
  /** True if the column holds one of these texts, which contain neither quotes nor commas. */
  readonly isOneOf: (column: string, texts: readonly string[]) => Expression<boolean>;
  /** True if the column holds JSON of this shape. */
  readonly isJson: (column: string, shape: "object" | "array" | "any") => Expression<boolean>;
  /** The number of items in a column that holds a JSON array. */
  readonly itemCount: (column: string) => Expression<number>;
  /** The table as the source of a query that must use this index, whatever the planner estimates. */
  readonly from: (index: IndexName) => RawBuilder<unknown>;
  /** What follows the columns of an index that leaves out rows without this column. Empty if the engine has none such. */
  readonly onlyWith: (column: string) => RawBuilder<unknown>;
  /** Tables of the catalogue that the engine does without. */
  readonly unneeded: readonly TableName[];
  /** How the journal is keyed by partition and number. Null if the number alone is its primary key. */
  readonly feedKey: "primary key" | "unique" | null;
  readonly lists: ListSyntax;
  /** The id as the list indexes have it. */
  readonly listedId: RawBuilder<unknown>;
}

/** The SQL type of each kind of column. A database with one writer at a time has no partitions, and no column for them. */
export type ColumnTypes = Readonly<Record<Exclude<ColumnType, "partition">, RawBuilder<unknown>>> & {
  readonly partition: RawBuilder<unknown> | null;
};

/** `isOneOf` in SQL that every database understands. */
export const inList: SqlStrategy["isOneOf"] = (column, texts) =>
  sql<boolean>`${sql.ref(column)} in (${sql.join(texts.map((text) => sql.lit(text)))})`;
