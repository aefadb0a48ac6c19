export { frozenModule } from "./frozen-module.ts";
export type { SchemaObject } from "./schema-object.ts";
export { type ConstraintPart, createTable, indexObjects, type TableParts, tableParts, wholeTable } from "./tables.ts";
