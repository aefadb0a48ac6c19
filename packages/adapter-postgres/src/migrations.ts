import {
  defaultTablePrefix,
  type Migration,
  migrationStatements,
  type Release,
  releaseOf,
  type SqlStrategy,
  withNames,
} from "@slotwright/adapter-sql";
import { initial } from "./migrations/0001-initial.ts";
import { nameOfInitial } from "./overlap-guard.ts";
import { type Namespace, postgresStrategy, quotedName, requireNames } from "./strategy.ts";

export const defaultSchema = "public";

/** What this version of the code needs in its database. */
export const currentRelease = releaseOf([initial]);

/** The same release, with the names of these tables. */
export function inNamespace(release: Release, { schema, prefix }: Namespace): Release {
  return withNames(release, { "{schema}": schema, "{prefix}": prefix });
}

/** Records a migration after its objects were created. */
export function recordOf(namespace: Namespace, { version, name, oldestCode }: Migration): string {
  const named = version === 1 ? nameOfInitial(namespace) : `'${name}'`;
  return `insert into ${quotedName(namespace, "migrations")} (version, name, oldest_code) select ${version}, ${named}, ${oldestCode}`;
}

/** The statements around the migrations. They are the same for every version. */
export interface Bookkeeping {
  /**
   * Begins a transaction, whatever the session's defaults are, and lets one process in at a time. Processes that waited
   * see what the previous one did.
   */
  readonly begin: readonly string[];
  readonly createSchema: string;
  readonly createTable: string;
}

export function bookkeeping(strategy: SqlStrategy, { schema }: Namespace): Bookkeeping {
  return {
    begin: [
      "begin isolation level read committed read write",
      "set local client_min_messages = warning",
      "set local statement_timeout = 0",
      "set local lock_timeout = 0",
      "set local synchronous_commit = on",
      `select pg_catalog.pg_advisory_xact_lock(${migrationLock})`,
    ],
    // Only if the schema is missing: `if not exists` requires the privilege to create one even if it exists.
    createSchema: `do $slotwright$ begin
  if not exists (select from pg_catalog.pg_namespace where nspname = '${schema}') then
    create schema "${schema}";
  end if;
end $slotwright$`,
    createTable: migrationStatements(strategy).createTable,
  };
}

/**
 * "slotwright" as a number that nobody else is likely to lock. It allows one migration at a time in a database, also
 * because of the extension.
 */
const migrationLock = 8314987134411;

export interface MigrationSqlOptions {
  /** The schema of the tables, which is created if it is missing. Default `public`. */
  readonly schema?: string;
  /** Prefix of tables, indexes, triggers and functions. Default `slotwright_`. */
  readonly tablePrefix?: string;
  /** The current schema version of the database. Default 0, an empty database. */
  readonly from?: number;
}

/**
 * Returns the SQL that `migrate()` would run, as one script in one transaction, so that you can apply it yourself:
 * `psql -v ON_ERROR_STOP=1 -f migration.sql`.
 * @throws StorageError if a name cannot be used
 */
export function migrationSql(options: MigrationSqlOptions = {}): string {
  const { schema = defaultSchema, tablePrefix = defaultTablePrefix, from = 0 } = options;
  const namespace = { schema, prefix: tablePrefix };
  requireNames(namespace);
  const strategy = postgresStrategy(namespace);
  const { begin, createSchema, createTable } = bookkeeping(strategy, namespace);
  const steps = inNamespace(currentRelease, namespace)
    .migrations.filter(({ version }) => version > from)
    .flatMap((migration) => [...migration.objects.map(({ statement }) => statement), recordOf(namespace, migration)]);
  return [...begin, createSchema, createTable, ...steps, "commit"].map((step) => `${step};\n`).join("");
}
