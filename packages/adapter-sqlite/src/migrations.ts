import { defaultTablePrefix, migrationStatements, type Release, releaseOf, withNames } from "@slotwright/adapter-sql";
import { initial } from "./migrations/0001-initial.ts";
import { sqliteStrategy } from "./strategy.ts";

/** What this version of the code needs in its database. */
export const currentRelease = releaseOf([initial]);

/** The same release, with the names of these tables. */
export function inNamespace(release: Release, prefix: string): Release {
  return withNames(release, { "{prefix}": prefix });
}

export interface MigrationSqlOptions {
  /** Prefix of tables, indexes and triggers. Default `slotwright_`. */
  readonly tablePrefix?: string;
  /** The current schema version of the database. Default 0, an empty database. */
  readonly from?: number;
}

/**
 * Returns the SQL that `migrate()` would run, as one script in one transaction, so that you can apply it yourself:
 * `sqlite3 -bail bookings.sqlite < migration.sql`. Without `-bail`, that shell continues after an error, and commits.
 */
export function migrationSql({ tablePrefix = defaultTablePrefix, from = 0 }: MigrationSqlOptions = {}): string {
  const strategy = sqliteStrategy(tablePrefix);
  const bookkeeping = migrationStatements(strategy);
  const steps = inNamespace(currentRelease, tablePrefix)
    .migrations.filter(({ version }) => version > from)
    .flatMap((migration) => [...migration.objects.map(({ statement }) => statement), bookkeeping.record(migration)]);
  return ["begin immediate", bookkeeping.createTable, ...steps, "commit"].map((step) => `${step};\n`).join("");
}
