import { createTable, indexObjects, type SchemaObject, tableParts } from "@slotwright/adapter-sql/schema";
import { type Namespace, postgresStrategy, quotedName } from "../src/strategy.ts";
import { commitFunction, rowTypes } from "./commit-function.ts";
import { guards } from "./guards.ts";

/** All objects of a database of this version, in an order in which they can be created. */
export function schemaObjects(namespace: Namespace): readonly SchemaObject[] {
  const strategy = postgresStrategy(namespace);
  return [
    ...tables(namespace),
    ...indexObjects(strategy),
    ...guards(namespace),
    ...rowTypes(namespace),
    commitFunction(namespace),
  ];
}

/** Each constraint separately, so that one that a restore has lost can be put back. */
function tables(namespace: Namespace): readonly SchemaObject[] {
  const strategy = postgresStrategy(namespace);
  return tableParts(strategy).flatMap(({ table, columns, constraints }) => {
    const added = (name: string, clause: string): SchemaObject => ({
      kind: "constraint",
      name,
      on: table,
      statement: `alter table ${quotedName(namespace, table)} add constraint "${name}"\n  ${clause}`,
    });
    return [createTable(strategy, table, columns), ...constraints.map(({ name, clause }) => added(name, clause))];
  });
}
