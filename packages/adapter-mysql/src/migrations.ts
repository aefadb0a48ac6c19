import { defaultTablePrefix, migrationStatements, type Release, releaseOf, withNames } from "@slotwright/adapter-sql";
import { initial as initialOnMariadb } from "./migrations/mariadb-0001-initial.ts";
import { initial as initialOnMysql } from "./migrations/mysql-0001-initial.ts";
import { mysqlStrategy, type Place, type ServerName } from "./strategy.ts";
import { commit } from "./transaction-commands.ts";

/** What this version of the code finds in its database, on each server. */
export type Releases = Readonly<Record<ServerName, Release>>;

export const currentReleases: Releases = {
  mysql: releaseOf([initialOnMysql]),
  mariadb: releaseOf([initialOnMariadb]),
};

/** The same for these tables. DDL commits by itself: each statement is one step, and a step may find itself done. */
export function placed(release: Release, { prefix, database }: Place): Release {
  return withNames(release, {
    "{prefix}": prefix,
    "`{database}`.": database === undefined ? "" : `\`${database}\`.`,
  });
}

/**
 * What migrations run under. Triggers and procedures keep the SQL mode of the session that created them: strict, so that
 * they refuse what does not fit instead of cutting it off.
 */
export const migrationSqlMode = "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION";

export interface MigrationSqlOptions {
  /** The server that the script is for: the two differ in collations and locks. */
  readonly server: ServerName;
  /** Prefix of tables, triggers and procedures. Default `slotwright_`. */
  readonly tablePrefix?: string;
  /** The database of the tables. Default: the one that the script is run in. */
  readonly database?: string;
  /** The schema version that the database has already; 0, the default, is an empty one. */
  readonly from?: number;
}

/**
 * The SQL that `migrate()` would run, as one script for the command-line client, whose DELIMITER command it uses:
 * `mysql bookings < migration.sql`. The client stops at the first error; what was created until then stays.
 */
export function migrationSql(options: MigrationSqlOptions): string {
  const { server, tablePrefix: prefix = defaultTablePrefix, database, from = 0 } = options;
  const strategy = mysqlStrategy({ prefix, database }, server);
  const bookkeeping = migrationStatements(strategy);
  const steps = placed(currentReleases[server], { prefix, database })
    .migrations.filter(({ version }) => version > from)
    .flatMap(({ objects, ...migration }) => [
      ...objects.map(({ statement }) => statement),
      bookkeeping.record(migration),
      commit,
    ]);
  const all = [`set names utf8mb4`, `set session sql_mode = '${migrationSqlMode}'`, bookkeeping.createTable, ...steps];
  return ["delimiter ;;", ...all.map((step) => `${step};;`), "delimiter ;", ""].join("\n");
}
