import { isStorageError, StorageError } from "@slotwright/core/adapter";
import type { VersionRow } from "./migrations.ts";

/** What the migration table says about a database. */
export interface SchemaVersion {
  /** 0 means that the database has no tables. */
  readonly version: number;
  /** The oldest schema version whose code can still use the database. */
  readonly oldestCode: number;
}

export function schemaVersionOf(row: VersionRow | undefined): SchemaVersion {
  return { version: row?.version ?? 0, oldestCode: row?.oldest_code ?? 0 };
}

/**
 * Accepts tables of the code's own version, and of later versions that it can live with.
 * @throws StorageError `schema_outdated` or `schema_too_new`
 */
export function requireSchema(database: string, found: SchemaVersion, code: number): void {
  refuseTooNew(database, found, code);
  if (found.version < code) throw outdatedSchema(database, found.version, code);
}

/** @throws StorageError `schema_too_new` if a later migration excludes code of this version */
export function refuseTooNew(database: string, { version, oldestCode }: SchemaVersion, code: number): void {
  if (oldestCode <= code) return;
  throw new StorageError(
    "schema_too_new",
    `The database ${database} has schema version ${version}, which needs code for version ${oldestCode} or later. This version of Slotwright is for ${code}. Nothing was changed; upgrade Slotwright.`,
  );
}

/** The tables are missing, or they have an earlier version. */
function outdatedSchema(database: string, found: number, needed: number): StorageError {
  const what =
    found === 0
      ? `The database ${database} has no Slotwright tables with these names.`
      : `The tables of the database ${database} have schema version ${found}, but this version of Slotwright needs ${needed}.`;
  return new StorageError("schema_outdated", `${what} Run storage.migrate(), or apply the output of migrationSql().`);
}

/**
 * If one of our objects is missing, a later migration may have dropped it. Then the error says so.
 * @throws StorageError `schema_too_new`, or the given error
 */
export async function sayTooNew(error: unknown, checkSchema: () => Promise<void>): Promise<never> {
  if (isStorageError(error, "schema_outdated")) {
    await checkSchema().catch((found: unknown) => {
      if (isStorageError(found, "schema_too_new")) throw found;
    });
  }
  throw error;
}
