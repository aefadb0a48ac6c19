import { migrationStatements, outdatedSchema } from "@slotwright/adapter-sql";
import { type MigrationReport, StorageError } from "@slotwright/core";
import { type RawBuilder, sql } from "kysely";
import type { Connection } from "./connection.ts";
import { asDocument } from "./documents.ts";
import { isDoneAlready, isMissingTable } from "./errors.ts";
import { migrationSqlMode, migrations, schemaVersion } from "./migrations.ts";
import { lostRoutines, putBack } from "./put-back.ts";
import { readVersion } from "./statements.ts";
import type { MysqlStrategy } from "./strategy.ts";
import { commit, rollback } from "./transaction-commands.ts";

/** Seconds that one process waits for another to migrate. */
const longestWait = 60;

/**
 * Applies what is missing. A database that has it all is only read, so that a role without the right to create anything
 * may call this at every start.
 */
export async function applyMigrations(connection: Connection, strategy: MysqlStrategy): Promise<MigrationReport> {
  const before = await knownVersion(connection, strategy);
  if (before === schemaVersion && (await lostRoutines(connection, strategy)).length === 0) {
    return { from: before, to: schemaVersion, applied: [] };
  }
  // The first statement that creates something would commit what somebody has left open on a pooled connection.
  await connection.command(rollback);
  return locked(connection, strategy, () => withStrictMode(connection, () => migrateLocked(connection, strategy)));
}

/** Those who waited for the lock see here what the one before them did. */
async function migrateLocked(connection: Connection, strategy: MysqlStrategy): Promise<MigrationReport> {
  const from = await knownVersion(connection, strategy);
  if (from < schemaVersion) await applyMissing(connection, strategy, from);
  const names = migrations(strategy).filter(({ version }) => version > from);
  const restored = await putBack(connection, strategy, await lostRoutines(connection, strategy));
  return { from, to: schemaVersion, applied: [...names.map(({ name }) => name), ...restored] };
}

/** DDL commits by itself, so a run may have ended between two steps: what it has created, the next run leaves. */
async function applyMissing(connection: Connection, strategy: MysqlStrategy, from: number): Promise<void> {
  const bookkeeping = migrationStatements(strategy);
  const isFirstRun = (await storedVersion(connection, strategy)) === undefined;
  await connection.command(bookkeeping.createTable);
  for (const migration of migrations(strategy).filter(({ version }) => version > from)) {
    for (const [index, statement] of migration.statements.entries()) {
      // Nothing of ours exists yet: what is in the way is somebody else's.
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
    const message = `The database ${connection.name} has a table that is not Slotwright's under a name that it needs. Choose another tablePrefix; nothing was changed.`;
    throw new StorageError("unavailable", message, error);
  }
}

/** The schema version of a database that this code knows. */
async function knownVersion(connection: Connection, strategy: MysqlStrategy): Promise<number> {
  const found = await foundVersion(connection, strategy);
  if (found > schemaVersion) throw tooNew(connection.name, found);
  return found;
}

/** The schema version of the database; 0 is an empty one. */
async function foundVersion(connection: Connection, strategy: MysqlStrategy): Promise<number> {
  return (await storedVersion(connection, strategy)) ?? 0;
}

/** Undefined where even the table of migrations is missing. */
async function storedVersion(connection: Connection, strategy: MysqlStrategy): Promise<number | undefined> {
  try {
    const [row] = await connection.read<{ readonly version: number | null }>(readVersion(strategy), []);
    return row?.version ?? 0;
  } catch (error) {
    if (isMissingTable(error)) return undefined;
    throw error;
  }
}

/** Throws unless the tables are those this code was written for. */
export async function checkSchema(connection: Connection, strategy: MysqlStrategy): Promise<void> {
  const found = await knownVersion(connection, strategy);
  if (found < schemaVersion) throw outdatedSchema(connection.name, found, schemaVersion);
}

function tooNew(name: string, found: number): StorageError {
  return new StorageError(
    "schema_too_new",
    `The database ${name} has schema version ${found}, and this version of Slotwright knows only ${schemaVersion}. Upgrade Slotwright; nothing was changed.`,
  );
}

interface LockResult {
  readonly locked: number | null;
}

/** Several processes that start together all migrate: one does, the others wait and find nothing left to do. */
async function locked<T>(connection: Connection, strategy: MysqlStrategy, work: () => Promise<T>): Promise<T> {
  // The name is the server's, not the database's, and may have 64 characters.
  const place = sql`concat(${strategy.databaseName}, ${sql.lit(`:${strategy.qualified("")}`)})`;
  const lock = sql`concat('slotwright:', left(sha2(${place}, 256), 40))`;
  const documentOf = (json: RawBuilder<unknown>) => sql`select ${asDocument(json)}`.compile(strategy.queries).sql;
  const ask = documentOf(sql`json_object('locked', get_lock(${lock}, ${sql.lit(longestWait)}))`);
  const [answer] = await connection.documents<LockResult>(ask, []);
  if (answer?.locked !== 1) {
    throw new StorageError(
      "transient",
      `Another process has been migrating the database ${connection.name} for ${longestWait} seconds. Try again when it is done.`,
    );
  }
  const free = documentOf(sql`json_object('freed', release_lock(${lock}))`);
  return cleaningUp(work, () => connection.documents(free, []));
}

/** Triggers and procedures keep the session's SQL mode. The host's own is put back. */
async function withStrictMode<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  const [settings] = await connection.documents<{ readonly mode: string }>(
    "select convert(json_object('mode', @@sql_mode) using binary) as doc",
    [],
  );
  const set = (mode: string) => connection.command(`set session sql_mode = '${mode}'`);
  await set(migrationSqlMode);
  return cleaningUp(work, () => set(settings?.mode ?? ""));
}

/** Cleans up whatever happened. After an error that one counts, even if cleaning up fails as well. */
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
