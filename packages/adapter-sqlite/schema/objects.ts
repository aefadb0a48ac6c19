import { indexObjects, type SchemaObject, tableParts, wholeTable } from "@slotwright/adapter-sql/schema";
import { sqliteStrategy } from "../src/strategy.ts";
import { guardIndexes, guardTriggers } from "./guards.ts";

/** All objects of a database of this version, in an order in which they can be created. */
export function schemaObjects(prefix: string): readonly SchemaObject[] {
  const strategy = sqliteStrategy(prefix);
  return [
    ...tableParts(strategy).map((parts) => wholeTable(strategy, parts)),
    ...indexObjects(strategy),
    ...guardIndexes(strategy),
    ...guardTriggers(strategy),
  ];
}
