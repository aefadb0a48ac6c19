import { defaultTablePrefix, initialTables, type Migration, migrationStatements } from "@slotwright/adapter-sql";
import type { RawBuilder } from "kysely";
import { guardIndexes, guardTriggers, type Routine } from "./guards.ts";
import { commitProcedure, procedureNames, writeProcedure } from "./procedures.ts";
import { type MysqlStrategy, mysqlStrategy, type ServerName } from "./strategy.ts";
import { commit } from "./transaction-commands.ts";

/** The schema version that this code was written for. */
export const schemaVersion = 1;

/** All migrations, oldest first. DDL commits by itself: each statement is one step, and a step may find itself done. */
export function migrations(strategy: MysqlStrategy): readonly Migration[] {
  const statements = routines(strategy).map(({ statement }) => statement);
  const initial = [...initialTables(strategy), ...guardIndexes(strategy), ...statements];
  return [{ version: 1, name: "initial", statements: initial }];
}

/** The triggers and procedures of this version. A database may lose them: dumps leave them out unless told otherwise. */
export function routines(strategy: MysqlStrategy): readonly Routine[] {
  const procedure = (name: string, created: RawBuilder<unknown>): Routine => ({
    kind: "procedure",
    name,
    statement: created.compile(strategy.queries).sql,
  });
  return [
    ...guardTriggers(strategy),
    procedure(procedureNames.write, writeProcedure(strategy)),
    procedure(procedureNames.commit, commitProcedure(strategy)),
  ];
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
  const steps = migrations(strategy)
    .filter(({ version }) => version > from)
    .flatMap((migration) => [...migration.statements, bookkeeping.record(migration), commit]);
  const all = [`set names utf8mb4`, `set session sql_mode = '${migrationSqlMode}'`, bookkeeping.createTable, ...steps];
  return ["delimiter ;;", ...all.map((step) => `${step};;`), "delimiter ;", ""].join("\n");
}
