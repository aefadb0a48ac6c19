import {
  type Release,
  refuseTooNew,
  requireSchema,
  type SchemaVersion,
  type SqlStrategy,
  schemaVersionOf,
  type VersionRow,
} from "@slotwright/adapter-sql";
import { type MigrationReport, StorageError } from "@slotwright/core/adapter";
import { type PostgresClient, queryOf, type Runner, type Source, type Statement, withClient } from "./connection.ts";
import { bookkeeping, recordOf } from "./migrations.ts";
import { lostObjects, putBack } from "./put-back.ts";
import type { Statements } from "./statements.ts";
import type { Namespace } from "./strategy.ts";

/** What a migration needs from an adapter. */
export interface MigrationPlan {
  readonly source: Source;
  readonly strategy: SqlStrategy;
  readonly namespace: Namespace;
  readonly release: Release;
  readonly statements: Statements;
}

/** Applies the missing migrations. If none is missing, it needs no lock, and only the privilege to read. */
export async function applyMigrations(run: Runner, plan: MigrationPlan): Promise<MigrationReport> {
  const { source, strategy, namespace, release, statements } = plan;
  const found = await foundVersion(run, source.databaseName, statements);
  refuseTooNew(source.databaseName, found, release.version);
  const isComplete =
    found.version >= release.version && (await lostObjects(run, namespace, release, found)).length === 0;
  if (isComplete) return { from: found.version, to: found.version, applied: [] };
  const { createSchema, createTable } = bookkeeping(strategy, namespace);
  const first = found.version >= release.version ? [] : [createSchema, createTable];
  return withClient(source, { during: "migrate", call: undefined }, (client) =>
    migrateInTransaction(client, plan, first),
  );
}

async function migrateInTransaction(
  client: PostgresClient,
  plan: MigrationPlan,
  first: readonly string[],
): Promise<MigrationReport> {
  const { begin } = bookkeeping(plan.strategy, plan.namespace);
  const patient = patientClient(client);
  try {
    for (const text of [...begin, ...first]) await patient.query({ text });
    const report = await migrateLocked(patient, plan);
    await commit(client, plan.source.databaseName);
    return report;
  } catch (error) {
    await rollBack(client);
    throw error;
  }
}

type Querying = Pick<PostgresClient, "query">;

/** The longest that pg can wait. */
const longest = 2 ** 31 - 1;

/**
 * Waits for the lock and for long steps, whatever `query_timeout` of the pool says. The transaction overrules the
 * server's own timeouts.
 */
function patientClient(client: Querying): Querying {
  return { query: (query) => client.query({ ...query, query_timeout: longest }) };
}

/** Processes that waited for the lock see here what the previous one did. */
async function migrateLocked(client: Querying, plan: MigrationPlan): Promise<MigrationReport> {
  const { source, namespace, release, statements } = plan;
  const run: Runner = async (statement, parameters) =>
    (await client.query(queryOf(statement, parameters, false))).rows as never;
  const from = await latestVersion(run, statements);
  refuseTooNew(source.databaseName, from, release.version);
  for (const migration of release.migrations) {
    if (migration.version <= from.version) continue;
    for (const { statement } of migration.objects) await client.query({ text: statement });
    await client.query({ text: recordOf(namespace, migration) });
  }
  const rows = await run<{ readonly name: string }>(statements.readMigrations, [from.version]);
  const lost = await lostObjects(run, namespace, release, from);
  const restored = await putBack((text) => client.query({ text }), lost, source.databaseName);
  const to = Math.max(from.version, release.version);
  return { from: from.version, to, applied: [...rows.map(({ name }) => name), ...restored] };
}

/**
 * Waits no longer than the pool says, because there may be no standby. If the transaction has failed, PostgreSQL answers
 * COMMIT with ROLLBACK and raises no error.
 */
async function commit(client: PostgresClient, databaseName: string): Promise<void> {
  const { command } = await client.query({ text: "commit" });
  if (command === "COMMIT") return;
  throw new StorageError("unavailable", `The database ${databaseName} rolled the migration back. Nothing was changed.`);
}

// An error of the rollback must not replace the original one. A connection that cannot roll back is destroyed.
async function rollBack(client: PostgresClient): Promise<void> {
  try {
    await client.query({ text: "rollback" });
  } catch {}
}

/** Throws unless this code can use the tables. */
export async function checkSchema(
  run: Runner,
  databaseName: string,
  { release, statements }: Pick<MigrationPlan, "release" | "statements">,
): Promise<void> {
  requireSchema(databaseName, await foundVersion(run, databaseName, statements), release.version);
}

/** Asks first whether the table exists, because an error would end a host's transaction. */
async function foundVersion(run: Runner, databaseName: string, statements: Statements): Promise<SchemaVersion> {
  const [answer] = await run<{ readonly is_migrated: number; readonly server_version: number }>(
    statements.isMigrated,
    [],
  );
  if (answer === undefined) return schemaVersionOf(undefined);
  refuseOldServer(databaseName, answer.server_version);
  return answer.is_migrated === 1 ? latestVersion(run, statements) : schemaVersionOf(undefined);
}

const oldestServer = 14;

/** The argument is the server's `server_version_num`: 140005 is 14.5, and before version 10, 90624 is 9.6.24. */
function refuseOldServer(databaseName: string, version: number): void {
  const [major, minor] = [Math.floor(version / 10_000), version % 10_000];
  if (major >= oldestServer) return;
  const name = major >= 10 ? `${major}.${minor}` : `${major}.${Math.floor(minor / 100)}.${minor % 100}`;
  throw new StorageError(
    "unavailable",
    `The server of the database ${databaseName} is PostgreSQL ${name}, but Slotwright needs version ${oldestServer} or later. Upgrade the server, or use another one; nothing was changed.`,
  );
}

async function latestVersion(
  run: Runner,
  { readSchemaVersion }: { readSchemaVersion: Statement },
): Promise<SchemaVersion> {
  const [row] = await run<VersionRow>(readSchemaVersion, []);
  return schemaVersionOf(row);
}
