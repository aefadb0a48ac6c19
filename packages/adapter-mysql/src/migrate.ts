import {
  migrationStatements,
  type Release,
  refuseTooNew,
  requireSchema,
  type SchemaVersion,
  schemaVersionOf,
  type VersionRow,
} from "@slotwright/adapter-sql";
import { type MigrationReport, StorageError } from "@slotwright/core/adapter";
import { type RawBuilder, sql } from "kysely";
import type { Connection } from "./connection.ts";
import { asDocument } from "./documents.ts";
import { isDoneAlready, isMissingTable } from "./errors.ts";
import { migrationSqlMode } from "./migrations.ts";
import { lostRoutines, putBack } from "./put-back.ts";
import { readVersion } from "./statements.ts";
import type { MysqlStrategy } from "./strategy.ts";
import { commit, rollback } from "./transaction-commands.ts";

/** How many seconds one process waits for another to migrate. */
const migrationWaitSeconds = 60;

/** A server's tables, and what this code needs there. */
export interface MigrationPlan {
  readonly strategy: MysqlStrategy;
  readonly release: Release;
}

/**
 * Applies the missing migrations. A complete database is only read, so a role that may not create anything can call
 * this at every start.
 */
export async function applyMigrations(connection: Connection, plan: MigrationPlan): Promise<MigrationReport> {
  const { version } = await usableVersion(connection, plan);
  if (version >= plan.release.version && (await lostRoutines(connection, plan, version)).length === 0) {
    return { from: version, to: version, applied: [] };
  }
  // The first statement that creates something would commit a transaction left open on a pooled connection.
  await connection.command(rollback);
  return locked(connection, plan.strategy, () => withStrictMode(connection, () => migrateLocked(connection, plan)));
}

/** Processes that waited for the lock see here what the previous one did. */
async function migrateLocked(connection: Connection, plan: MigrationPlan): Promise<MigrationReport> {
  const { release, strategy } = plan;
  const { version: from } = await usableVersion(connection, plan);
  if (from < release.version) await applyMissing(connection, plan, from);
  const names = release.migrations.filter(({ version }) => version > from).map(({ name }) => name);
  const restored = await putBack(connection, strategy, await lostRoutines(connection, plan, from));
  return { from, to: Math.max(from, release.version), applied: [...names, ...restored] };
}

/** DDL commits by itself, so a run may have ended between two steps. The next run keeps what that run has created. */
async function applyMissing(connection: Connection, plan: MigrationPlan, from: number): Promise<void> {
  const { release, strategy } = plan;
  const bookkeeping = migrationStatements(strategy);
  const isFirstRun = (await storedSchemaVersion(connection, strategy)) === undefined;
  await connection.command(bookkeeping.createTable);
  for (const migration of release.migrations.filter(({ version }) => version > from)) {
    for (const [index, { statement }] of migration.objects.entries()) {
      // No object of ours exists yet, so whatever is in the way is not ours.
      const mayExist = !(isFirstRun && index === 0);
      await applyStep(connection, strategy, statement, mayExist);
    }
    await connection.command(bookkeeping.record(migration));
    await connection.command(commit);
  }
}

async function applyStep(
  connection: Connection,
  { queries }: MysqlStrategy,
  statement: string,
  mayExist: boolean,
): Promise<void> {
  try {
    await connection.command(statement);
  } catch (error) {
    if (!isDoneAlready(error)) throw error;
    if (mayExist) return;
    await connection.command(queries.schema.dropTable("migrations").compile().sql).catch(() => {});
    const message = `The database ${connection.databaseName} has another program's table under a name that Slotwright needs. Nothing was changed; choose another tablePrefix.`;
    throw new StorageError("unavailable", message, error);
  }
}

/** The schema version of a database that this code can use or migrate. */
async function usableVersion(connection: Connection, { strategy, release }: MigrationPlan): Promise<SchemaVersion> {
  const found = (await storedSchemaVersion(connection, strategy)) ?? schemaVersionOf(undefined);
  refuseTooNew(connection.databaseName, found, release.version);
  return found;
}

/** Undefined if even the migration table is missing. */
async function storedSchemaVersion(
  connection: Connection,
  strategy: MysqlStrategy,
): Promise<SchemaVersion | undefined> {
  try {
    const [row] = await connection.read<VersionRow>(readVersion(strategy), []);
    return schemaVersionOf(row);
  } catch (error) {
    if (isMissingTable(error)) return undefined;
    throw error;
  }
}

/** Throws unless this code can use the tables. */
export async function checkSchema(connection: Connection, plan: MigrationPlan): Promise<void> {
  requireSchema(connection.databaseName, await usableVersion(connection, plan), plan.release.version);
}

interface LockResult {
  readonly locked: number | null;
}

/**
 * Several processes that start together all migrate. One does the work; the others wait and find nothing left to do.
 */
async function locked<T>(connection: Connection, strategy: MysqlStrategy, work: () => Promise<T>): Promise<T> {
  // The lock's name belongs to the server, not the database, and may have 64 characters.
  const tables = sql`concat(${strategy.tablesDatabase}, ${sql.lit(`:${strategy.qualified("")}`)})`;
  const lock = sql`concat('slotwright:', left(sha2(${tables}, 256), 40))`;
  const documentOf = (json: RawBuilder<unknown>) => sql`select ${asDocument(json)}`.compile(strategy.queries).sql;
  const ask = documentOf(sql`json_object('locked', get_lock(${lock}, ${sql.lit(migrationWaitSeconds)}))`);
  const [answer] = await connection.documents<LockResult>(ask, []);
  if (answer?.locked !== 1) {
    throw new StorageError(
      "transient",
      `Another process has been migrating the database ${connection.databaseName} for ${migrationWaitSeconds} seconds. Try again when it has finished.`,
    );
  }
  const free = documentOf(sql`json_object('freed', release_lock(${lock}))`);
  return cleaningUp(work, () => connection.documents(free, []));
}

/** Triggers and procedures keep the session's SQL mode. The host's own mode is restored. */
async function withStrictMode<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  const [settings] = await connection.documents<{ readonly mode: string }>(
    "select convert(json_object('mode', @@sql_mode) using binary) as doc",
    [],
  );
  const set = (mode: string) => connection.command(`set session sql_mode = '${mode}'`);
  await set(migrationSqlMode);
  return cleaningUp(work, () => set(settings?.mode ?? ""));
}

/** Cleans up whatever happened. An error of the work counts, even if the clean-up fails as well. */
async function cleaningUp<T>(work: () => Promise<T>, cleanUp: () => Promise<unknown>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await cleanUp().catch(() => {});
    throw error;
  }
  await cleanUp();
  return result;
}
