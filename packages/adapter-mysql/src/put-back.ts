import { currentObjects, type SchemaObject } from "@slotwright/adapter-sql";
import { StorageError } from "@slotwright/core/adapter";
import { type RawBuilder, sql } from "kysely";
import type { Connection } from "./connection.ts";
import { asDocument } from "./documents.ts";
import { isConnectionLost, isMissingRoutine, toStorageError } from "./errors.ts";
import type { MigrationPlan } from "./migrate.ts";
import type { MysqlStrategy } from "./strategy.ts";

/** A trigger or a procedure, by its name without the prefix. */
type Routine = SchemaObject & { readonly kind: "trigger" | "procedure" };

/**
 * The routines that a migrated database may have lost. A dump contains procedures only on request, and neither
 * procedures nor triggers if its user may not see them. The schema version does not show this. Objects of later
 * versions are left to later code.
 */
export async function lostRoutines(
  connection: Connection,
  { strategy, release }: MigrationPlan,
  version: number,
): Promise<readonly Routine[]> {
  if (version > release.version) return [];
  const seen = new Set(await connection.documents<string>(visibleTitles(strategy), []));
  const lost: Routine[] = [];
  for (const routine of currentObjects(release).filter(isRoutine)) {
    const isSeen = seen.has(titleOf(strategy, routine));
    if (!isSeen && (await isLost(connection, strategy, routine))) lost.push(routine);
  }
  return lost;
}

function isRoutine(object: SchemaObject): object is Routine {
  return object.kind === "trigger" || object.kind === "procedure";
}

/** Creates them again. @throws StorageError that says what is missing */
export async function putBack(
  connection: Connection,
  strategy: MysqlStrategy,
  lost: readonly Routine[],
): Promise<readonly string[]> {
  const titles = lost.map((routine) => titleOf(strategy, routine));
  try {
    for (const { statement } of lost) await connection.command(statement);
  } catch (error) {
    const { failure, message } = toStorageError(error, { databaseName: connection.databaseName, during: "migrate" });
    const what = `The database ${connection.databaseName} lacks ${titles.join(", ")}, as after a restore from a dump without --routines or --triggers.`;
    throw new StorageError(failure, `${what} ${message}`, error);
  }
  return titles.map((title) => `put back: ${title}`);
}

/** A readable name: `trigger slotwright_slots_kept`. */
function titleOf({ qualified }: MysqlStrategy, { kind, name }: Routine): string {
  return `${kind} ${qualified(name)}`;
}

interface RoutineKind {
  /** The titles of those that the user may see. */
  readonly titles: (database: RawBuilder<unknown>) => RawBuilder<unknown>;
  /** Fails with different errors if the routine does not exist and if the user may not see it. Runs nothing. */
  readonly probe: (name: RawBuilder<unknown>) => RawBuilder<unknown>;
}

const kinds: Readonly<Record<Routine["kind"], RoutineKind>> = {
  trigger: {
    titles: (database) =>
      sql`select concat('trigger ', trigger_name) as title from information_schema.triggers where trigger_schema = ${database}`,
    probe: (name) => sql`show create trigger ${name}`,
  },
  procedure: {
    titles: (database) =>
      sql`select concat('procedure ', routine_name) as title from information_schema.routines where routine_schema = ${database}`,
    // The call lacks the procedure's parameters, so it never runs.
    probe: (name) => sql`call ${name}()`,
  },
};

function visibleTitles({ tablesDatabase: databaseName, queries }: MysqlStrategy): string {
  const titles = Object.values(kinds).map((kind) => kind.titles(databaseName));
  return sql`select ${asDocument(sql`json_quote(title)`)} from (${sql.join(titles, sql` union all `)}) as visible`.compile(
    queries,
  ).sql;
}

async function isLost(connection: Connection, strategy: MysqlStrategy, { kind, name }: Routine): Promise<boolean> {
  try {
    await connection.command(kinds[kind].probe(strategy.routine(name)).compile(strategy.queries).sql);
    return false;
  } catch (error) {
    if (isConnectionLost(error)) throw error;
    return isMissingRoutine(error);
  }
}
