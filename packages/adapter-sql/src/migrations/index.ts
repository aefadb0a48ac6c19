import { sql } from "kysely";
import type { SqlStrategy } from "../strategy.ts";

/** One step of the schema. Once released it never changes: the next one gets the next version. */
export interface Migration {
  /** 1, 2, 3 … without a gap. */
  readonly version: number;
  readonly name: string;
  readonly statements: readonly string[];
}

export interface MigrationStatements {
  readonly createTable: string;
  /** One row, `version`: the schema version of the database, or null. */
  readonly readVersion: string;
  readonly record: (migration: Pick<Migration, "version" | "name">) => string;
}

/** The adapter's own bookkeeping, compiled. Its table never changes, so every version of the code can read it. */
export function migrationStatements({ queries, columnTypes, tableOptions }: SqlStrategy): MigrationStatements {
  const table = sql.table("migrations");
  return {
    createTable: queries.schema
      .createTable("migrations")
      .ifNotExists()
      .addColumn("version", columnTypes.integer, (column) => column.notNull().primaryKey())
      .addColumn("name", columnTypes.text, (column) => column.notNull())
      .modifyEnd(tableOptions)
      .compile().sql,
    readVersion: sql`select max(version) as version from ${table}`.compile(queries).sql,
    record: ({ version, name }) =>
      sql`insert into ${table} (version, name) values (${sql.lit(version)}, ${sql.lit(name)})`.compile(queries).sql,
  };
}
