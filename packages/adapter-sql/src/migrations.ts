import { sql } from "kysely";
import type { Row } from "./catalogue.ts";
import type { SchemaObject } from "./schema/schema-object.ts";
import type { SqlStrategy } from "./strategy.ts";

/**
 * One step of the schema, as frozen text. It never changes after its release, even if the code that wrote it does. The
 * next change of the schema is the next version.
 */
export interface Migration {
  /** 1, 2, 3 … without a gap. */
  readonly version: number;
  readonly name: string;
  /**
   * The oldest schema version whose code can still run after this migration. A migration that old code can live with
   * keeps the number of the previous migration, and leaves that version's functions and procedures in place. A
   * migration that breaks old code names its own version and drops them. A process with the old code then stops at its
   * next command.
   */
  readonly oldestCode: number;
  /** In the order of creation. Names that the host chooses appear as `{prefix}` and the like. */
  readonly objects: readonly SchemaObject[];
}

/** All migrations of a version of the code, oldest first. The last one gives its schema version. */
export type Migrations = readonly [Migration, ...Migration[]];

/** What a version of the code needs in its database. */
export interface Release {
  readonly migrations: Migrations;
  /** The schema version. */
  readonly version: number;
  /** The version of the functions or procedures that commit, which is part of their names. 0 if an engine has none. */
  readonly routines: number;
}

export function releaseOf(migrations: Migrations): Release {
  const routines = migrations
    .flatMap(({ objects }) => objects)
    .map(({ name }) => Number(/^commit_v(\d+)$/.exec(name)?.[1] ?? 0));
  return { migrations, version: migrations.at(-1)?.version ?? 0, routines: Math.max(...routines) };
}

/** The same release, with the host's names in place of the placeholders. */
export function withNames(release: Release, namesByPlaceholder: Readonly<Record<string, string>>): Release {
  const named = (text: string) =>
    Object.entries(namesByPlaceholder).reduce(
      (filled, [placeholder, name]) => filled.replaceAll(placeholder, name),
      text,
    );
  const [first, ...others] = release.migrations.map((migration) => ({
    ...migration,
    objects: migration.objects.map((object) => ({
      ...object,
      name: named(object.name),
      statement: named(object.statement),
    })),
  }));
  return { ...release, migrations: [first as Migration, ...others] };
}

/** The objects of a migrated database: the last definition of each one that was not dropped. */
export function currentObjects({ migrations }: Release): readonly SchemaObject[] {
  const byTitle = new Map<string, SchemaObject>();
  for (const object of migrations.flatMap(({ objects }) => objects)) {
    const title = `${object.kind} ${object.on ?? ""} ${object.name}`;
    if (object.isDropped) byTitle.delete(title);
    else byTitle.set(title, object);
  }
  return [...byTitle.values()];
}

export interface MigrationStatements {
  readonly createTable: string;
  /** Returns one row, which `schemaVersionOf` takes. */
  readonly readVersion: string;
  readonly record: (migration: Omit<Migration, "objects">) => string;
}

/**
 * The compiled statements of the adapter's own bookkeeping. Its table never changes, so every version of the code can
 * read it.
 */
export function migrationStatements({ queries, columnTypes, tableOptions }: SqlStrategy): MigrationStatements {
  const table = sql.table("migrations");
  const values = ({ version, name, oldestCode }: Omit<Migration, "objects">) =>
    sql.join([version, name, oldestCode].map((value) => sql.lit(value)));
  return {
    createTable: queries.schema
      .createTable("migrations")
      .ifNotExists()
      .addColumn("version", columnTypes.integer, (column) => column.notNull().primaryKey())
      .addColumn("name", columnTypes.text, (column) => column.notNull())
      .addColumn("oldest_code", columnTypes.integer, (column) => column.notNull())
      .modifyEnd(tableOptions)
      .compile().sql,
    readVersion: sql`select ${versionColumns} from ${table}`.compile(queries).sql,
    record: (migration) =>
      sql`insert into ${table} (version, name, oldest_code) values (${values(migration)})`.compile(queries).sql,
  };
}

/** Selects the state of the migration table in one row. */
export const versionColumns = sql`max(version) as version, max(oldest_code) as oldest_code`;

/** The row of `versionColumns`. Both are null if no migration is recorded. */
export type VersionRow = { readonly [C in "version" | "oldest_code"]: Row<"migrations">[C] | null };
