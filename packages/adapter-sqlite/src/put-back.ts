import { currentObjects, messageOf, type Release, type SqlStrategy } from "@slotwright/adapter-sql";
import { StorageError } from "@slotwright/core/adapter";
import type { Connection } from "./connection.ts";

/**
 * An object that a migrated file may have lost. Triggers and indexes vanish with a table, and not every tool that
 * rebuilds a table creates them again.
 */
interface LostObject {
  /** A readable name: `trigger slotwright_slots_kept`. */
  readonly title: string;
  readonly statement: string;
}

/** Creates the missing objects again, in the open transaction. @throws StorageError that says what is missing */
export function putBack(connection: Connection, strategy: SqlStrategy, release: Release): readonly string[] {
  const { database } = connection;
  return lostObjects(connection, strategy, release).map(({ title, statement }) => {
    try {
      database.exec(statement);
    } catch (error) {
      const message = `The database ${database.name} lacks the ${title}, which could not be put back: ${messageOf(error)}. Nothing was changed; remove what is in the way, and run migrate() again.`;
      throw new StorageError("unavailable", message, error);
    }
    return `put back: ${title}`;
  });
}

function lostObjects(connection: Connection, { qualified }: SqlStrategy, release: Release): readonly LostObject[] {
  const rows = connection.all<{ readonly title: string }>("select type || ' ' || name as title from sqlite_schema");
  const found = new Set(rows.map(({ title }) => title));
  return currentObjects(release)
    .filter(({ kind }) => kind === "trigger" || kind === "index")
    .map(({ kind, name, statement }) => ({ title: `${kind} ${qualified(name)}`, statement }))
    .filter(({ title }) => !found.has(title));
}
