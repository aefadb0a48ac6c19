import { setTimeout as sleep } from "node:timers/promises";
import {
  migrationStatements,
  type Release,
  refuseTooNew,
  requireSchema,
  type SqlStrategy,
  schemaVersionOf,
  type VersionRow,
} from "@slotwright/adapter-sql";
import type { MigrationReport } from "@slotwright/core/adapter";
import { type Connection, inTransaction } from "./connection.ts";
import { isTransient } from "./errors.ts";
import { putBack } from "./put-back.ts";

/** Waits between attempts, in milliseconds. Together they last about ten seconds. */
const waits: readonly number[] = [5, 10, 20, 50, ...Array<number>(99).fill(100)];

/**
 * Repeats an attempt while another connection is in the way. Several processes that start together all migrate, and no
 * engine surrounds this call to retry it. The waits are timers, so the event loop stays free.
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

/** Applies the missing migrations under the write lock. Other processes wait, and then find nothing left to do. */
export function applyMigrations(connection: Connection, strategy: SqlStrategy, release: Release): MigrationReport {
  const bookkeeping = migrationStatements(strategy);
  const { version } = release;
  return inTransaction(connection, () => {
    connection.database.exec(bookkeeping.createTable);
    const found = schemaVersionOf(connection.get<VersionRow>(bookkeeping.readVersion));
    const from = found.version;
    refuseTooNew(connection.database.name, found, version);
    const missing = release.migrations.filter((migration) => migration.version > from);
    for (const migration of missing) {
      for (const { statement } of migration.objects) connection.database.exec(statement);
      connection.database.exec(bookkeeping.record(migration));
    }
    // Objects of later versions are left to later code.
    const restored = from > version ? [] : putBack(connection, strategy, release);
    const applied = [...missing.map(({ name }) => name), ...restored];
    return { keep: applied.length > 0, result: { from, to: Math.max(from, version), applied } };
  });
}

/** Throws unless code of this version can use the tables. */
export function checkSchema(connection: Connection, readSchemaVersion: string, version: number): void {
  requireSchema(connection.database.name, schemaVersionOf(connection.get<VersionRow>(readSchemaVersion)), version);
}
