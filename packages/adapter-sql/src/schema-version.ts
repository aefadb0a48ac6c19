import { isStorageError, StorageError } from "@slotwright/core/adapter";
import type { VersionRow } from "./migrations.ts";

/** What the table of migrations says of a database. */
export interface SchemaVersion {
  /** 0 is a database without tables. */
  readonly version: number;
  /** The oldest schema version whose code can go on there. */
  readonly oldestCode: number;
}

export function schemaVersionOf(row: VersionRow | undefined): SchemaVersion {
  return { version: row?.version ?? 0, oldestCode: row?.oldest_code ?? 0 };
}

/**
 * Lets code go on with tables of its own version, and with later ones that it can live with.
 * @throws StorageError `schema_outdated` or `schema_too_new`
 */
export function requireSchema(database: string, found: SchemaVersion, code: number): void {
  refuseTooNew(database, found, code);
  if (found.version < code) throw outdatedSchema(database, found.version, code);
}

/** @throws StorageError `schema_too_new` where a later migration left nothing for code of this version */
export function refuseTooNew(database: string, { version, oldestCode }: SchemaVersion, code: number): void {
  if (oldestCode <= code) return;
  throw new StorageError(
    "schema_too_new",
    `The database ${database} has schema version ${version}, which code for version ${oldestCode} or later can use, and this version of Slotwright is for ${code}. Upgrade Slotwright; nothing was changed.`,
  );
}

/** The tables are missing, or of an earlier version. */
function outdatedSchema(database: string, found: number, needed: number): StorageError {
  const what =
    found === 0
      ? `The database ${database} has no tables of Slotwright under these names.`
      : `The tables of the database ${database} have schema version ${found}, and this version of Slotwright needs ${needed}.`;
  return new StorageError("schema_outdated", `${what} Run storage.migrate(), or apply the output of migrationSql().`);
}

/**
 * Where something of ours is missing, a later migration may have dropped it, and then that is what has to be said.
 * @throws StorageError `schema_too_new`, or else the error itself
 */
export async function sayTooNew(error: unknown, checkSchema: () => Promise<void>): Promise<never> {
  if (isStorageError(error, "schema_outdated")) {
    await checkSchema().catch((found: unknown) => {
      if (isStorageError(found, "schema_too_new")) throw found;
    });
  }
  throw error;
}
