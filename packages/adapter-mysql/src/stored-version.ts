import { type SchemaVersion, schemaVersionOf, type VersionRow } from "@slotwright/adapter-sql";
import type { Connection } from "./connection.ts";
import { isMissingTable } from "./errors.ts";
import { readVersion } from "./statements.ts";
import type { MysqlStrategy } from "./strategy.ts";

/** Undefined if even the migration table is missing. */
export async function storedSchemaVersion(
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
