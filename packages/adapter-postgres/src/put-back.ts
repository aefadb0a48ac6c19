import {
  currentObjects,
  messageOf,
  type Release,
  type SchemaObject,
  type SchemaVersion,
  tableNames,
} from "@slotwright/adapter-sql";
import { StorageError } from "@slotwright/core/adapter";
import type { Runner } from "./connection.ts";
import { toStorageError } from "./errors.ts";
import { overlapGuardAgain } from "./overlap-guard.ts";
import { statementOf } from "./statement-names.ts";
import { type Namespace, quotedName } from "./strategy.ts";

/**
 * An object that a migrated database may have lost. A restore that continued after an error leaves out whatever needed
 * an extension, and everything that depends on it. The schema version does not show this.
 */
export interface LostObject {
  /** A readable name: `trigger slotwright_slots_fit`. */
  readonly title: string;
  /** All objects of one of these lists must exist. The names are those that `existing` returns. */
  readonly needs: readonly (readonly string[])[];
  readonly statements: readonly string[];
}

/**
 * Finds the missing objects, in an order in which they can be put back. Objects of later versions are left to later
 * code.
 */
export async function lostObjects(
  run: Runner,
  namespace: Namespace,
  release: Release,
  { version }: SchemaVersion,
): Promise<readonly LostObject[]> {
  if (version > release.version) return [];
  const tables = tableNames.map((table) => namespace.prefix + table);
  const rows = await run<{ readonly found: string }>(statementOf(existing), [
    namespace.schema,
    tables,
    namespace.prefix,
  ]);
  const found = new Set(rows.map((row) => row.found));
  return objects(namespace, release).filter(
    ({ needs }) => !needs.some((names) => names.every((name) => found.has(name))),
  );
}

/** Puts them back in the open transaction. @throws StorageError that says what is missing */
export async function putBack(
  execute: (statement: string) => Promise<unknown>,
  lost: readonly LostObject[],
  databaseName: string,
): Promise<readonly string[]> {
  for (const { title, statements } of lost) {
    try {
      for (const statement of statements) await execute(statement);
    } catch (error) {
      // A lost connection or a deadlock does not say what is missing.
      if (toStorageError(error, { databaseName, during: "read" }).failure === "transient") throw error;
      throw notPutBack(error, title, lost, databaseName);
    }
  }
  return lost.map(({ title }) => `put back: ${title}`);
}

function notPutBack(error: unknown, title: string, lost: readonly LostObject[], databaseName: string): StorageError {
  const all = lost.map((object) => object.title).join(", ");
  const message = `The database ${databaseName} has lost objects that guard it (${all}), as after a restore with errors. The ${title} could not be put back: ${messageOf(error)}. Nothing was changed. Call migrate() as the owner of the tables; if rows are in the way, correct them first.`;
  return new StorageError("unavailable", message, error);
}

const existing = `with ours as (
  select c.oid, c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1::text and c.relname = any ($2::text[])
)
select 'constraint ' || relname || '.' || conname as found from ours join pg_catalog.pg_constraint on conrelid = ours.oid
union all select 'trigger ' || tgname from ours join pg_catalog.pg_trigger on tgrelid = ours.oid where tgenabled in ('O', 'A')
union all select 'index ' || i.relname from ours join pg_catalog.pg_index on indrelid = ours.oid
  join pg_catalog.pg_class i on i.oid = indexrelid
union all select 'function ' || proname from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where n.nspname = $1::text and pg_catalog.starts_with(proname::text, $3::text)
union all select 'type ' || t.typname from pg_catalog.pg_type t join pg_catalog.pg_class c on c.oid = t.typrelid
  join pg_catalog.pg_namespace n on n.oid = t.typnamespace
  where n.nspname = $1::text and c.relkind = 'c' and pg_catalog.starts_with(t.typname::text, $3::text)`;

function objects(namespace: Namespace, release: Release): readonly LostObject[] {
  const all = currentObjects(release);
  const of = (...kinds: readonly SchemaObject["kind"][]) => all.filter(({ kind }) => kinds.includes(kind));
  return [
    migrationKey(namespace),
    // Functions come first, because triggers call them. Types come before the function that takes them.
    ...of("type", "function", "constraint", "index").map((object) => lostObject(namespace, object)),
    ...of("guard").map(({ statement }) => overlapObject(namespace, statement)),
    ...of("trigger").map((object) => lostObject(namespace, object)),
  ];
}

function lostObject(namespace: Namespace, { kind, name, on, statement }: SchemaObject): LostObject {
  const full = namespace.prefix + name;
  const title = kind === "constraint" ? `constraint ${namespace.prefix}${on}.${name}` : `${kind} ${full}`;
  // A disabled trigger guards nothing, and its name is in the way.
  const first = kind === "trigger" ? [`drop trigger if exists "${full}" on ${quotedName(namespace, on ?? "")}`] : [];
  return { title, needs: [[title]], statements: [...first, statement] };
}

/** The primary key of the migration table. */
function migrationKey(namespace: Namespace): LostObject {
  const title = `constraint ${namespace.prefix}migrations.${namespace.prefix}migrations_pkey`;
  const statement = `alter table ${quotedName(namespace, "migrations")} add primary key ("version")`;
  return { title, needs: [[title]], statements: [statement] };
}

function overlapObject(namespace: Namespace, chooseGuard: string): LostObject {
  const name = `${namespace.prefix}no_overlap`;
  return {
    title: `guard ${name}`,
    needs: [
      [`constraint ${namespace.prefix}slots.${name}`],
      [`trigger ${name}`, `trigger ${name}_when_changed`, `index ${namespace.prefix}slots_by_seat`],
    ],
    statements: overlapGuardAgain(namespace, chooseGuard),
  };
}
