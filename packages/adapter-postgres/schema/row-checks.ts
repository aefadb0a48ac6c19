import { columnNames, type TableName } from "@slotwright/adapter-sql";
import type { ConstraintPart, SchemaObject, TableParts } from "@slotwright/adapter-sql/schema";
import { columnType } from "../src/columns.ts";
import { type Namespace, quotedName } from "../src/strategy.ts";
import { functionSettings, quoted, refuse } from "./functions.ts";

/** Written by every booking, and their CHECKs are long. Elsewhere, a plain CHECK costs as much as a call. */
const checkedByFunction: readonly TableName[] = ["appointments", "slots", "journal"];

/**
 * All CHECKs of a table as a function and one CHECK that calls it. The server reads and prepares the text of a CHECK anew in
 * every statement, which was a seventh of the time of a booking. What is within a function is prepared once for each
 * connection. It refuses by the name of the guard, and what is NULL passes, as with a CHECK.
 */
export function rowCheck(
  namespace: Namespace,
  { table, checks }: TableParts,
): { readonly function: SchemaObject; readonly constraint: ConstraintPart } | undefined {
  if (!checkedByFunction.includes(table)) return undefined;
  const name = `check_${table}_row`;
  const columns = Object.values(columnNames[table]).filter((column) =>
    checks.some(({ condition }) => new RegExp(`\\b${column}\\b`).test(condition)),
  );
  const parameters = columns.map((column) => `"${column}" ${columnType(column)}`);
  const body = checks.map(
    ({ guard, condition }) =>
      `if not (${condition}) then\n    ${refuse(guard, `a row of ${namespace.prefix}${table} has to meet ${condition}`)}\n  end if;`,
  );
  const statement = `create or replace function ${quotedName(namespace, name)}(${parameters.join(", ")}) returns boolean
language plpgsql immutable
${functionSettings}
as ${quoted(`begin\n  ${body.join("\n  ")}\n  return true;\nend`)}`;
  const call = `${quotedName(namespace, name)}(${columns.map((column) => `"${column}"`).join(", ")})`;
  return {
    function: { kind: "function", name, statement },
    constraint: { name: "row_guards", clause: `check (${call})` },
  };
}
