import { defaultTablePrefix, migrationStatements, type Release, releaseOf, withNames } from "@slotwright/adapter-sql";
import { initial as initialOnMariadb } from "./migrations/mariadb-0001-initial.ts";
import { initial as initialOnMysql } from "./migrations/mysql-0001-initial.ts";
import { mysqlStrategy, type Namespace, type ServerName } from "./strategy.ts";
import { commit } from "./transaction-commands.ts";

/** What this version of the code needs in its database, on each server. */
export type Releases = Readonly<Record<ServerName, Release>>;

export const currentReleases: Releases = {
  mysql: releaseOf([initialOnMysql]),
  mariadb: releaseOf([initialOnMariadb]),
};

/**
 * The same release, with the names of these tables. DDL commits by itself: each statement is one step, and a step may
 * already be done.
 */
export function inNamespace(release: Release, { prefix, database }: Namespace): Release {
  return withNames(release, {
    "{prefix}": prefix,
    "`{database}`.": database === undefined ? "" : `\`${database}\`.`,
  });
}

/**
 * The SQL mode for migrations. Triggers and procedures keep the SQL mode of the session that created them. It is
 * strict, so that they refuse a value that does not fit instead of truncating it.
 */
export const migrationSqlMode = "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION";

export interface MigrationSqlOptions {
  /** The server that the script is for. The two differ in collations and locks. */
  readonly server: ServerName;
  /** Prefix of tables, triggers and procedures. Default `slotwright_`. */
  readonly tablePrefix?: string;
  /** The database of the tables. Default: the one in which the script runs. */
  readonly database?: string;
  /** The current schema version of the database. Default 0, an empty database. */
  readonly from?: number;
}

/**
 * Returns the SQL that `migrate()` would run, as one script for the command-line client, whose DELIMITER command it
 * uses: `mysql bookings < migration.sql`. The client stops at the first error; what it has created until then stays.
 */
export function migrationSql(options: MigrationSqlOptions): string {
  const { server, tablePrefix: prefix = defaultTablePrefix, database, from = 0 } = options;
  const strategy = mysqlStrategy({ prefix, database }, server);
  const bookkeeping = migrationStatements(strategy);
  const steps = inNamespace(currentReleases[server], { prefix, database })
    .migrations.filter(({ version }) => version > from)
    .flatMap(({ objects, ...migration }) => [
      ...objects.map(({ statement }) => statement),
      bookkeeping.record(migration),
      commit,
    ]);
  const all = [`set names utf8mb4`, `set session sql_mode = '${migrationSqlMode}'`, bookkeeping.createTable, ...steps];
  return ["delimiter ;;", ...all.map((step) => `${step};;`), "delimiter ;", ""].join("\n");
}
