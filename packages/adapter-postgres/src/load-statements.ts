import { columnNames, tableOfKind } from "@slotwright/adapter-sql";
import type { RecordKind } from "@slotwright/core/adapter";
import { columnType } from "./columns.ts";
import { type Namespace, quotedName } from "./strategy.ts";

/** The order in which kinds are locked. */
export const kinds = [
  "agenda",
  "schedule",
  "availability",
  "slot",
  "appointment",
  "command",
] as const satisfies readonly RecordKind[];

/** Others may still refer to a locked row by foreign keys. */
export const rowLock = "for no key update";

/** A part of a statement whose rows are of several kinds, and the columns that it has. */
export interface Branch {
  /** A part of WITH, or several. */
  readonly found: string;
  readonly kind: string;
  readonly columns: readonly string[];
  readonly from: string;
}

/**
 * One statement is one snapshot. Each kind is locked before the next one, because they are read in sequence. A record
 * leaves the columns of other kinds empty.
 */
export function loadSql(namespace: Namespace, wanted: readonly RecordKind[], lock = ""): string {
  return joinedBranches(wanted.map((kind, index) => recordBranch(namespace, kind, `$${index + 1}::text[]`, lock)));
}

/**
 * Rows are read one by one: a plan made while the table was empty stays, and would otherwise read all of it. The number
 * of ids is hidden from the planner. It would plan each call anew, which takes longer than reading the rows.
 */
export function recordBranch(namespace: Namespace, kind: RecordKind, given: string, lock: string): Branch {
  const ids = `array(select id from pg_catalog.unnest(${given}) as u(id) order by id collate "C")`;
  const columns = columnNames[tableOfKind[kind]];
  const row = `select ${columns.join(", ")} from ${quotedName(namespace, tableOfKind[kind])} as t
    where t.id = wanted.id limit 1 ${kind === "command" ? "" : lock}`;
  const found = `${kind} as materialized (select r.* from pg_catalog.unnest(${ids}) as wanted(id) cross join lateral (${row}) as r)`;
  return { found, kind, columns, from: kind };
}

export function joinedBranches(branches: readonly Branch[]): string {
  const all = [...new Set(branches.flatMap(({ columns }) => columns))];
  const selects = branches.map(({ kind, columns: own, from }) => {
    const columns = all.map((column) => (own.includes(column) ? column : `null::${columnType(column)} as ${column}`));
    return `select '${kind}' as kind, ${columns.join(", ")} from ${from}`;
  });
  return `with ${branches.map(({ found }) => found).join(", ")} ${selects.join(" union all ")}`;
}
