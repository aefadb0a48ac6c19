import type { TableName } from "../catalogue.ts";

/** Something that a migration creates. */
export interface SchemaObject {
  readonly kind: SchemaObjectKind;
  /** Without the prefix. */
  readonly name: string;
  /** The table that it is of, where it is of one. */
  readonly on?: TableName;
  readonly statement: string;
  /** Whether the statement drops it, because no code that can go on needs it. */
  readonly isDropped?: true;
}

export type SchemaObjectKind =
  | "table"
  | "column"
  | "setting"
  | "constraint"
  | "index"
  | "type"
  | "function"
  | "procedure"
  | "guard"
  | "trigger";
