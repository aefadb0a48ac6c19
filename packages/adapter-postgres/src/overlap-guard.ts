import { type Namespace, quotedName } from "./strategy.ts";

/** Drops whatever exists of either guard. Which one to create is decided anew. */
export function overlapGuardAgain(namespace: Namespace, chooseGuard: string): readonly string[] {
  const slots = quotedName(namespace, "slots");
  return [
    `alter table ${slots} drop constraint if exists "${namespace.prefix}no_overlap"`,
    `drop trigger if exists "${namespace.prefix}no_overlap" on ${slots}`,
    `drop trigger if exists "${namespace.prefix}no_overlap_when_changed" on ${slots}`,
    `drop index if exists ${quotedName(namespace, "slots_by_seat")}`,
    chooseGuard,
    `update ${quotedName(namespace, "migrations")} set name = ${nameOfInitial(namespace)} where version = 1`,
  ];
}

/** Version 1 is recorded under a name that says which guard the database has. */
export function nameOfInitial(namespace: Namespace): string {
  const hasTrigger = `exists (select from pg_catalog.pg_trigger
    where tgrelid = '${quotedName(namespace, "slots")}'::pg_catalog.regclass and tgname = '${namespace.prefix}no_overlap')`;
  return `case when ${hasTrigger} then '${initialName.trigger}' else '${initialName.constraint}' end`;
}

const initialName = {
  constraint: "initial",
  trigger: "initial (no_overlap is a trigger: the extension btree_gist cannot be had)",
} as const;
