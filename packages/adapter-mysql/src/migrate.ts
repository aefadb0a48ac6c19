import {
  migrationStatements,
  type Release,
  refuseTooNew,
  requireSchema,
  type SchemaVersion,
  schemaVersionOf,
} from "@slotwright/adapter-sql";
import { type MigrationReport, StorageError } from "@slotwright/core/adapter";
import type { NodeRules } from "./cluster.ts";
import type { Connection } from "./connection.ts";
import { isDoneAlready } from "./errors.ts";
import { cleaningUp, type Hold } from "./migration-lock.ts";
import { migrationSqlMode } from "./migrations.ts";
import { lostRoutines, putBack } from "./put-back.ts";
import { storedSchemaVersion } from "./stored-version.ts";
import type { MysqlStrategy } from "./strategy.ts";
import { commit, rollback } from "./transaction-commands.ts";

/** A server's tables, and what this code needs there. */
export interface MigrationPlan {
  readonly strategy: MysqlStrategy;
  readonly release: Release;
  readonly node: NodeRules;
}

/**
 * Applies the missing migrations. A complete database is only read, so a role that may not create anything can call
 * this at every start.
 */
export async function applyMigrations(given: Connection, plan: MigrationPlan): Promise<MigrationReport> {
  const { strategy, node } = plan;
  const connection = node.caughtUp(given);
  const { version } = await usableVersion(connection, plan);
  if (version >= plan.release.version && (await lostRoutines(connection, plan, version)).length === 0) {
    return { from: version, to: version, applied: [] };
  }
  // The first statement that creates something would commit a transaction left open on a pooled connection.
  await connection.command(rollback);
  return node.lockMigrations(connection, strategy, (hold) =>
    withStrictMode(connection, () => migrateLocked(connection, plan, hold)),
  );
}

/** Processes that waited for the lock see here what the previous one did. */
async function migrateLocked(connection: Connection, plan: MigrationPlan, hold: Hold): Promise<MigrationReport> {
  const { release, strategy } = plan;
  const { version: from } = await usableVersion(connection, plan);
  if (from < release.version) await applyMissing(connection, plan, from, hold);
  const names = release.migrations.filter(({ version }) => version > from).map(({ name }) => name);
  const restored = await putBack(connection, strategy, await lostRoutines(connection, plan, from));
  return { from, to: Math.max(from, release.version), applied: [...names, ...restored] };
}

/** DDL commits by itself, so a run may have ended between two steps. The next run keeps what that run has created. */
async function applyMissing(connection: Connection, plan: MigrationPlan, from: number, hold: Hold): Promise<void> {
  const { release, strategy } = plan;
  const bookkeeping = migrationStatements(strategy);
  await connection.command(bookkeeping.createTable);
  for (const migration of release.migrations.filter(({ version }) => version > from)) {
    for (const [index, { statement }] of migration.objects.entries()) {
      // No object of ours exists yet, so whatever is in the way is not ours.
      const mayExist = !(hold.isFirst && index === 0);
      await hold.keep();
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

/** Throws unless this code can use the tables. */
export async function checkSchema(connection: Connection, plan: MigrationPlan): Promise<void> {
  const { release, node } = plan;
  const found = await usableVersion(connection, plan);
  if (found.version >= release.version) return;
  // A node of a cluster may not have yet what was migrated on another, or may not be back in its cluster.
  requireSchema(connection.databaseName, await usableVersion(node.caughtUp(connection), plan), release.version);
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
