import { indexObjects, type SchemaObject, tableParts, wholeTable } from "@slotwright/adapter-sql/schema";
import { mysqlStrategy, type Namespace, type ServerName } from "../src/strategy.ts";
import { feedNumbers, partitionRows } from "./feed-partitions.ts";
import { guardIndexes, guardTriggers } from "./guards.ts";
import { procedures } from "./procedures.ts";

/** All objects of a database of this version, in an order in which they can be created. */
export function schemaObjects(namespace: Namespace, server: ServerName): readonly SchemaObject[] {
  const strategy = mysqlStrategy(namespace, server);
  // What runs in a trigger or a procedure finds the tables of its own database. It would still write to those of a database
  // that it names after a dump was restored as another one.
  const { queries: bodies } = mysqlStrategy({ ...namespace, database: undefined }, server);
  return [
    ...tableParts(strategy).map((parts) => wholeTable(strategy, parts)),
    partitionRows(strategy),
    ...feedNumbers(strategy),
    ...indexObjects(strategy),
    ...guardIndexes(strategy),
    ...guardTriggers(strategy, bodies),
    ...procedures(strategy, bodies),
  ];
}
