import { setTimeout as sleep } from "node:timers/promises";
import { migrationStatements, outdatedSchema, type SqlStrategy } from "@slotwright/adapter-sql";
import { type MigrationReport, StorageError } from "@slotwright/core";
import { type Connection, inTransaction } from "./connection.ts";
import { isTransient } from "./errors.ts";
import { migrations, schemaVersion } from "./migrations.ts";
import { putBack } from "./put-back.ts";

/** Waits between attempts, in milliseconds: together about ten seconds. */
const waits: readonly number[] = [5, 10, 20, 50, ...Array<number>(99).fill(100)];

/**
 * Runs an attempt again while another connection is in the way. Several processes that start together all migrate, and
 * no engine, which would retry, stands around this call. The waits are timers: the event loop stays free.
 */
export async function untilFree<T>(attempt: () => T): Promise<T> {
  for (const wait of waits) {
    try {
      return attempt();
    } catch (error) {
      if (!isTransient(error)) throw error;
    }
    await sleep(wait);
  }
  return attempt();
}

/** Applies what is missing, under the write lock: the others wait, and then find nothing left to do. */
export function applyMigrations(connection: Connection, strategy: SqlStrategy): MigrationReport {
  const bookkeeping = migrationStatements(strategy);
  return inTransaction(connection, () => {
    connection.database.exec(bookkeeping.createTable);
    const from = connection.get<{ version: number | null }>(bookkeeping.readVersion)?.version ?? 0;
    if (from > schemaVersion) throw tooNew(connection.database.name, from);
    const missing = migrations(strategy).filter(({ version }) => version > from);
    for (const migration of missing) {
      for (const statement of migration.statements) connection.database.exec(statement);
      connection.database.exec(bookkeeping.record(migration));
    }
    const applied = [...missing.map(({ name }) => name), ...putBack(connection, strategy)];
    return { keep: applied.length > 0, result: { from, to: schemaVersion, applied } };
  });
}

/** Throws unless the tables are those this code was written for. */
export function checkSchema(connection: Connection, readSchemaVersion: string): void {
  const { name } = connection.database;
  const found = connection.get<{ version: number | null }>(readSchemaVersion)?.version ?? 0;
  if (found > schemaVersion) throw tooNew(name, found);
  if (found < schemaVersion) throw outdatedSchema(name, found, schemaVersion);
}

function tooNew(file: string, found: number): StorageError {
  return new StorageError(
    "schema_too_new",
    `The database ${file} has schema version ${found}, and this version of Slotwright knows only ${schemaVersion}. Upgrade Slotwright; nothing was changed.`,
  );
}
