import { initialTables, migrationStatements, type SqlStrategy, tableNames, textOf } from "@slotwright/adapter-sql";
import { StorageError } from "@slotwright/core";
import { commitFunction } from "./commit-function.ts";
import type { Runner } from "./connection.ts";
import { toStorageError } from "./errors.ts";
import { guardFunctions, guardTriggers } from "./guards.ts";
import { overlapFunction, overlapGuardAgain } from "./overlap-guard.ts";
import { statementOf } from "./statements.ts";
import { nameOf, type Place } from "./strategy.ts";

/**
 * What a migrated database may have lost: a restore that went on after an error leaves out what needed an extension, or
 * what came after it, and the version says nothing of that.
 */
export interface LostObject {
  /** As people call it: `trigger slotwright_slots_fit`. */
  readonly title: string;
  /** All of one of these, as `existing` calls them, have to be there. */
  readonly needs: readonly (readonly string[])[];
  readonly statements: readonly string[];
}

/** The objects that are missing, in an order in which they can be put back. */
export async function lostObjects(run: Runner, strategy: SqlStrategy, place: Place): Promise<readonly LostObject[]> {
  const tables = tableNames.map((table) => place.prefix + table);
  const rows = await run<{ readonly found: string }>(statementOf(existing), [place.schema, tables, place.prefix]);
  const found = new Set(rows.map((row) => row.found));
  return objects(strategy, place).filter(({ needs }) => !needs.some((names) => names.every((name) => found.has(name))));
}

/** Puts them back in the transaction that is open. @throws StorageError that says what is missing */
export async function putBack(
  execute: (statement: string) => Promise<unknown>,
  lost: readonly LostObject[],
  database: string,
): Promise<readonly string[]> {
  for (const { title, statements } of lost) {
    try {
      for (const statement of statements) await execute(statement);
    } catch (error) {
      // A lost connection, a deadlock: these say nothing of what is missing.
      if (toStorageError(error, { place: database, during: "read" }).failure === "transient") throw error;
      throw notPutBack(error, title, lost, database);
    }
  }
  return lost.map(({ title }) => `put back: ${title}`);
}

function notPutBack(error: unknown, title: string, lost: readonly LostObject[], database: string): StorageError {
  const all = lost.map((object) => object.title).join(", ");
  const message = `The database ${database} has lost what guards it (${all}), as by a restore that met errors. The ${title} could not be put back: ${textOf(error)}. Nothing was changed; call migrate() as the owner of the tables, and if rows are in the way, see to them first.`;
  return new StorageError("unavailable", message, error);
}

/** A trigger that is switched off guards as little as none. */
const existing = `with ours as (
  select c.oid, c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1::text and c.relname = any ($2::text[])
)
select 'constraint ' || relname || '.' || conname as found from ours join pg_catalog.pg_constraint on conrelid = ours.oid
union all select 'trigger ' || tgname from ours join pg_catalog.pg_trigger on tgrelid = ours.oid where tgenabled in ('O', 'A')
union all select 'index ' || i.relname from ours join pg_catalog.pg_index on indrelid = ours.oid
  join pg_catalog.pg_class i on i.oid = indexrelid
union all select 'function ' || proname from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where n.nspname = $1::text and pg_catalog.starts_with(proname::text, $3::text)`;

function objects(strategy: SqlStrategy, place: Place): readonly LostObject[] {
  const statements = [migrationStatements(strategy).createTable, ...initialTables(strategy)];
  return [
    ...functionObjects(place),
    ...statements.flatMap(constraintObjects),
    ...statements.flatMap(indexObjects),
    overlapObject(place),
    ...triggerObjects(place),
  ];
}

function functionObjects(place: Place): readonly LostObject[] {
  const functions = [
    ...guardFunctions(place).map(({ name, statement }) => ({ name, statements: [statement] })),
    { name: "check_no_overlap", statements: [overlapFunction(place)] },
    { name: "commit", statements: commitFunction(place) },
  ];
  return functions.map(({ name, statements }) => object(`function ${place.prefix}${name}`, ...statements));
}

function triggerObjects(place: Place): readonly LostObject[] {
  return guardTriggers(place).map(({ name, table, statement }) => {
    const trigger = place.prefix + name;
    return object(`trigger ${trigger}`, `drop trigger if exists "${trigger}" on ${nameOf(place, table)}`, statement);
  });
}

function overlapObject(place: Place): LostObject {
  const name = `${place.prefix}no_overlap`;
  return {
    title: `guard ${name}`,
    needs: [
      [`constraint ${place.prefix}slots.${name}`],
      [`trigger ${name}`, `trigger ${name}_when_changed`, `index ${place.prefix}slots_by_seat`],
    ],
    statements: overlapGuardAgain(place),
  };
}

function indexObjects(statement: string): readonly LostObject[] {
  const [, name] = /^create index "([^"]+)"/.exec(statement) ?? [];
  return name === undefined ? [] : [object(`index ${name}`, statement)];
}

/** The constraints of a CREATE TABLE, which is the only place where they are written. */
function constraintObjects(statement: string): readonly LostObject[] {
  const [, target, table] = /^create table (?:if not exists )?("[^"]+"\."([^"]+)")/.exec(statement) ?? [];
  return itemsOf(statement).flatMap((item) => {
    const [, name] = /^constraint "([^"]+)"/.exec(item) ?? [];
    if (name !== undefined) return [object(`constraint ${table}.${name}`, `alter table ${target} add ${item}`)];
    const [, column] = /^("[^"]+") .*primary key$/.exec(item) ?? [];
    if (column === undefined) return [];
    return [object(`constraint ${table}.${table}_pkey`, `alter table ${target} add primary key (${column})`)];
  });
}

/** What stands between the commas of the outermost brackets. */
function itemsOf(statement: string): readonly string[] {
  let depth = 0;
  const items = [""];
  for (const character of statement) {
    if (character === ")") depth -= 1;
    if (depth === 1 && character === ",") items.push("");
    else if (depth > 0) items.push(`${items.pop()}${character}`);
    if (character === "(") depth += 1;
  }
  return items.map((item) => item.trim());
}

function object(title: string, ...statements: readonly string[]): LostObject {
  return { title, needs: [[title]], statements };
}
