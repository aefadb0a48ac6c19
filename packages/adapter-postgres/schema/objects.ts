import {
  type ConstraintPart,
  createTable,
  indexObjects,
  type SchemaObject,
  tableParts,
} from "@slotwright/adapter-sql/schema";
import { type Namespace, postgresStrategy, quotedName } from "../src/strategy.ts";
import { commitFunction, rowTypes } from "./commit-function.ts";
import { guards } from "./guards.ts";
import { rowCheck } from "./row-checks.ts";

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
  return tableParts(strategy).flatMap((parts) => {
    const { table, columns, keys, checks, references } = parts;
    const added = ({ name, clause }: ConstraintPart): SchemaObject => ({
      kind: "constraint",
      name,
      on: table,
      statement: `alter table ${quotedName(namespace, table)} add constraint "${name}"\n  ${clause}`,
    });
    const checked = rowCheck(namespace, parts);
    return [
      createTable(strategy, table, columns),
      ...keys.map(added),
      ...(checked === undefined ? checks.map(added) : [checked.function, added(checked.constraint)]),
      ...references.map(added),
    ];
  });
}
