import { type Migration, type Release, releaseOf } from "../migrations.ts";
import type { SchemaObject } from "../schema/schema-object.ts";
import type { UpgradeVersion } from "./upgrade-cases.ts";

/** A made-up version 2 of an engine: a column `note` of slots, and a table. */
export interface MadeUpVersion {
  readonly column: string;
  readonly table: string;
  /** Drops a function or procedure of the previous version. */
  readonly drop: (object: SchemaObject) => string;
}

/**
 * Releases that differ by a made-up version 2. Its functions and procedures are those of version 1, under its own
 * number.
 */
export function madeUpReleases(initial: Migration, made: MadeUpVersion): Readonly<Record<UpgradeVersion, Release>> {
  const routines = initial.objects.filter(({ name }) => name.endsWith("_v1"));
  const second: Migration = {
    version: 2,
    name: "made up",
    oldestCode: 1,
    objects: [
      { kind: "column", name: "note", on: "slots", statement: made.column },
      { kind: "table", name: "notes", statement: made.table },
      ...routines.map(ofSecond),
    ],
  };
  // Types stay, because connections refer to them by number in their prepared statements.
  const dropped = routines
    .filter(({ kind }) => kind !== "type")
    .map((object): SchemaObject => ({ ...object, statement: made.drop(object), isDropped: true }));
  const breaking = { ...second, oldestCode: 2, objects: [...second.objects, ...dropped] };
  return {
    old: releaseOf([initial]),
    next: releaseOf([initial, second]),
    breaking: releaseOf([initial, breaking]),
  };
}

function ofSecond({ kind, name, statement }: SchemaObject): SchemaObject {
  return { kind, name: name.replace(/_v1$/, "_v2"), statement: statement.replaceAll("_v1", "_v2") };
}
