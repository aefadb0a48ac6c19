import { z } from "zod";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Adds to a schema that Zod cannot express as JSON Schema the JSON Schema of what it takes. */
export function withJsonSchema<Schema extends z.ZodType>(schema: Schema, describe: () => JsonSchema): Schema {
  schema._zod.toJSONSchema = describe;
  return schema;
}

/** A field that JSON has no value for, such as a function. */
export function notInJson<Schema extends z.ZodType>(schema: Schema): Schema {
  return withJsonSchema(schema, () => ({ not: {} }));
}

/** The JSON Schema of what a schema takes, for use within another one. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io: "input" });
  return described;
}
