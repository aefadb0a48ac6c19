import { nameOf, type Place } from "./strategy.ts";

/** Drops whatever exists of either guard. Which one to create is decided anew. */
export function overlapGuardAgain(place: Place, chooseGuard: string): readonly string[] {
  const slots = nameOf(place, "slots");
  return [
    `alter table ${slots} drop constraint if exists "${place.prefix}no_overlap"`,
    `drop trigger if exists "${place.prefix}no_overlap" on ${slots}`,
    `drop trigger if exists "${place.prefix}no_overlap_when_changed" on ${slots}`,
    `drop index if exists ${nameOf(place, "slots_by_seat")}`,
    chooseGuard,
    `update ${nameOf(place, "migrations")} set name = ${nameOfInitial(place)} where version = 1`,
  ];
}

/** Version 1 is recorded under a name that says which guard the database has. */
export function nameOfInitial(place: Place): string {
  const hasTrigger = `exists (select from pg_catalog.pg_trigger
    where tgrelid = '${nameOf(place, "slots")}'::pg_catalog.regclass and tgname = '${place.prefix}no_overlap')`;
  return `case when ${hasTrigger} then '${initialName.trigger}' else '${initialName.constraint}' end`;
}

const initialName = {
  constraint: "initial",
  trigger: "initial (no_overlap is a trigger: the extension btree_gist cannot be had)",
} as const;
