import { type Migration, type Release, releaseOf } from "../migrations.ts";
import type { SchemaObject } from "../schema/schema-object.ts";
import type { UpgradeVersion } from "./upgrade-cases.ts";

/** What a made-up version 2 consists of on an engine: a column of slots that is called `note`, and a table. */
export interface MadeUpVersion {
  readonly column: string;
  readonly table: string;
  /** Drops a function or a procedure of the version before. */
  readonly drop: (object: SchemaObject) => string;
}

/** Releases that differ by a made-up version 2. Its functions and procedures are those of the first, under its number. */
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
  // Types stay: connections know those of their prepared statements by their numbers.
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
