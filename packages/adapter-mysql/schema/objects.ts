import { indexObjects, type SchemaObject, tableParts, wholeTable } from "@slotwright/adapter-sql/schema";
import { mysqlStrategy, type Namespace, type ServerName } from "../src/strategy.ts";
import { feedNumbers, partitionRows } from "./feed-partitions.ts";
import { guardIndexes, guardTriggers } from "./guards.ts";
import { procedures } from "./procedures.ts";

/** All objects of a database of this version, in an order in which they can be created. */
export function schemaObjects(namespace: Namespace, server: ServerName): readonly SchemaObject[] {
  const strategy = mysqlStrategy(namespace, server);
  return [
    ...tableParts(strategy).map((parts) => wholeTable(strategy, parts)),
    partitionRows(strategy),
    ...feedNumbers(strategy),
    ...indexObjects(strategy),
    ...guardIndexes(strategy),
    ...guardTriggers(strategy),
    ...procedures(strategy),
  ];
}
