import {
  defaultTablePrefix,
  initialTables,
  type Migration,
  migrationStatements,
  type SqlStrategy,
} from "@slotwright/adapter-sql";
import { guardIndexes, guardTriggers } from "./guards.ts";
import { sqliteStrategy } from "./strategy.ts";

/** The schema version that this code was written for. */
export const schemaVersion = 1;

/** All migrations, oldest first. */
export function migrations(strategy: SqlStrategy): readonly Migration[] {
  const initial = [...initialTables(strategy), ...guardIndexes(strategy), ...guardTriggers(strategy)];
  return [{ version: 1, name: "initial", statements: initial }];
}

export interface MigrationSqlOptions {
  /** Prefix of tables, indexes and triggers. Default `slotwright_`. */
  readonly tablePrefix?: string;
  /** The schema version that the database has already; 0, the default, is an empty one. */
  readonly from?: number;
}

/**
 * The SQL that `migrate()` would run, as one script in one transaction, for those who apply it themselves:
 * `sqlite3 -bail bookings.sqlite < migration.sql`. Without `-bail`, that shell goes on, and commits, after an error.
 */
export function migrationSql({ tablePrefix = defaultTablePrefix, from = 0 }: MigrationSqlOptions = {}): string {
  const strategy = sqliteStrategy(tablePrefix);
  const bookkeeping = migrationStatements(strategy);
  const steps = migrations(strategy)
    .filter(({ version }) => version > from)
    .flatMap((migration) => [...migration.statements, bookkeeping.record(migration)]);
  return ["begin immediate", bookkeeping.createTable, ...steps, "commit"].map((step) => `${step};\n`).join("");
}
