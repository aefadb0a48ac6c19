import { createTable, indexObjects, type SchemaObject, tableParts } from "@slotwright/adapter-sql/schema";
import { nameOf, type Place, postgresStrategy } from "../src/strategy.ts";
import { commitFunction, rowTypes } from "./commit-function.ts";
import { guards } from "./guards.ts";

/** All objects of a database of this version, in an order in which they can be created. */
export function schemaObjects(place: Place): readonly SchemaObject[] {
  const strategy = postgresStrategy(place);
  return [...tables(place), ...indexObjects(strategy), ...guards(place), ...rowTypes(place), commitFunction(place)];
}

/** Each constraint separately, so that one that a restore has lost can be put back. */
function tables(place: Place): readonly SchemaObject[] {
  const strategy = postgresStrategy(place);
  return tableParts(strategy).flatMap(({ table, columns, constraints }) => {
    const added = (name: string, clause: string): SchemaObject => ({
      kind: "constraint",
      name,
      on: table,
      statement: `alter table ${nameOf(place, table)} add constraint "${name}"\n  ${clause}`,
    });
    const numbered = table === "journal" ? [added(`${place.prefix}journal_pkey`, 'primary key ("seq")')] : [];
    return [
      createTable(strategy, table, columns),
      ...numbered,
      ...constraints.map(({ name, clause }) => added(name, clause)),
    ];
  });
}
