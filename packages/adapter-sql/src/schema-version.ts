import { StorageError } from "@slotwright/core";

/** The tables are missing, or of an earlier version. */
export function outdatedSchema(database: string, found: number, needed: number): StorageError {
  const what =
    found === 0
      ? `The database ${database} has no tables of Slotwright under these names.`
      : `The tables of the database ${database} have schema version ${found}, and this version of Slotwright needs ${needed}.`;
  return new StorageError("schema_outdated", `${what} Run storage.migrate(), or apply the output of migrationSql().`);
}
