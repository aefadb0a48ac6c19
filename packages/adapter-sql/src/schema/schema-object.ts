import type { TableName } from "../catalogue.ts";

/** Something that a migration creates. */
export interface SchemaObject {
  readonly kind: SchemaObjectKind;
  /** The name without the prefix. */
  readonly name: string;
  /** The table that it belongs to, if any. */
  readonly on?: TableName;
  readonly statement: string;
  /** The statement drops the object, because no code that can still run needs it. */
  readonly isDropped?: true;
}

export type SchemaObjectKind =
  | "table"
  | "rows"
  | "column"
  | "setting"
  | "constraint"
  | "index"
  | "type"
  | "function"
  | "procedure"
  | "guard"
  | "trigger";
