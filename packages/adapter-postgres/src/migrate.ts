import { outdatedSchema, type SqlStrategy } from "@slotwright/adapter-sql";
import { type MigrationReport, StorageError } from "@slotwright/core";
import { type PostgresClient, queryOf, type Runner, type Source, type Statement, withClient } from "./connection.ts";
import { bookkeeping, migrations, schemaVersion } from "./migrations.ts";
import { lostObjects, putBack } from "./put-back.ts";
import type { Statements } from "./statements.ts";
import type { Place } from "./strategy.ts";

/** What a migration needs of an adapter. */
export interface MigrationPlan {
  readonly source: Source;
  readonly strategy: SqlStrategy;
  readonly place: Place;
  readonly statements: Statements;
}

/** Applies what is missing. Where nothing is, it needs no lock, and no privilege but to read. */
export async function applyMigrations(run: Runner, plan: MigrationPlan): Promise<MigrationReport> {
  const { source, strategy, place, statements } = plan;
  const found = await foundVersion(run, source.place, statements);
  if (found > schemaVersion) throw tooNew(source.place, found);
  if (found === schemaVersion && (await lostObjects(run, strategy, place)).length === 0) {
    return { from: found, to: found, applied: [] };
  }
  const { createSchema, createTable } = bookkeeping(strategy, place);
  const first = found === schemaVersion ? [] : [createSchema, createTable];
  return withClient(source, { during: "migrate", call: undefined }, (client) =>
    migrateInTransaction(client, plan, first),
  );
}

async function migrateInTransaction(
  client: PostgresClient,
  plan: MigrationPlan,
  first: readonly string[],
): Promise<MigrationReport> {
  const { begin } = bookkeeping(plan.strategy, plan.place);
  try {
    for (const text of [...begin, ...first]) await client.query({ text });
    const report = await migrateLocked(client, plan);
    await commit(client, plan.source.place);
    return report;
  } catch (error) {
    await rollBack(client);
    throw error;
  }
}

/** Those who waited for the lock see here what the one before them did. */
async function migrateLocked(client: PostgresClient, plan: MigrationPlan): Promise<MigrationReport> {
  const { source, strategy, place, statements } = plan;
  const run: Runner = async (statement, parameters) =>
    (await client.query(queryOf(statement, parameters, false))).rows as never;
  const from = await latestVersion(run, statements);
  if (from > schemaVersion) throw tooNew(source.place, from);
  for (const migration of migrations(strategy, place)) {
    if (migration.version <= from) continue;
    for (const text of migration.statements) await client.query({ text });
  }
  const rows = await run<{ readonly name: string }>(statements.readMigrations, [from]);
  const lost = await lostObjects(run, strategy, place);
  const restored = await putBack((text) => client.query({ text }), lost, source.place);
  return { from, to: schemaVersion, applied: [...rows.map(({ name }) => name), ...restored] };
}

/** PostgreSQL answers COMMIT with ROLLBACK, and no error, where the transaction has failed. */
async function commit(client: PostgresClient, database: string): Promise<void> {
  const { command } = await client.query({ text: "commit" });
  if (command === "COMMIT") return;
  throw new StorageError("unavailable", `The database ${database} rolled the migration back. Nothing was changed.`);
}

// An error of the rollback must not replace the one that led here. A connection that cannot roll back is destroyed.
async function rollBack(client: PostgresClient): Promise<void> {
  try {
    await client.query({ text: "rollback" });
  } catch {}
}

/** Throws unless the tables are those this code was written for. */
export async function checkSchema(run: Runner, database: string, statements: Statements): Promise<void> {
  const found = await foundVersion(run, database, statements);
  if (found > schemaVersion) throw tooNew(database, found);
  if (found < schemaVersion) throw outdatedSchema(database, found, schemaVersion);
}

/** Asks first whether there is a table to ask, for an error would end a transaction of the host's. */
async function foundVersion(run: Runner, database: string, statements: Statements): Promise<number> {
  const [answer] = await run<{ readonly is_migrated: number; readonly server_version: number }>(
    statements.isMigrated,
    [],
  );
  if (answer === undefined) return 0;
  refuseOldServer(database, answer.server_version);
  return answer.is_migrated === 1 ? latestVersion(run, statements) : 0;
}

const oldestServer = 14;

/** What the server calls `server_version_num`: 140005 is 14.5, and before version 10, 90624 is 9.6.24. */
function refuseOldServer(database: string, version: number): void {
  const [major, minor] = [Math.floor(version / 10_000), version % 10_000];
  if (major >= oldestServer) return;
  const name = major >= 10 ? `${major}.${minor}` : `${major}.${Math.floor(minor / 100)}.${minor % 100}`;
  throw new StorageError(
    "unavailable",
    `The server of the database ${database} is PostgreSQL ${name}, and Slotwright needs version ${oldestServer} or later. Upgrade the server, or use another one; nothing was changed.`,
  );
}

async function latestVersion(run: Runner, { readSchemaVersion }: { readSchemaVersion: Statement }): Promise<number> {
  const [row] = await run<{ readonly version: number | null }>(readSchemaVersion, []);
  return row?.version ?? 0;
}

function tooNew(database: string, found: number): StorageError {
  return new StorageError(
    "schema_too_new",
    `The database ${database} has schema version ${found}, and this version of Slotwright knows only ${schemaVersion}. Upgrade Slotwright; nothing was changed.`,
  );
}
