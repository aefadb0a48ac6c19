import { z } from "zod";
import { envelopeFields, parametersOf, type Route } from "./table.ts";

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The idempotency key of a command, as JSON Schema. Undefined if it takes none. */
export function keySchema({ input }: Route): JsonSchema | undefined {
  if (input === undefined) return undefined;
  const whole = z.toJSONSchema(input, { io: "input" });
  // Where it takes one input of several, all of them have the same key.
  const [one] = (whole.anyOf ?? [whole]) as readonly JsonSchema[];
  return one?.properties?.idempotencyKey as JsonSchema | undefined;
}

/** What the client sends of a route's input, as JSON Schema: without what headers, the session and the path say. */
export function sentSchema(route: Route): JsonSchema {
  if (route.input === undefined) return { type: "object", properties: {}, additionalProperties: false };
  const { $schema: _, ...whole } = z.toJSONSchema(route.input, { io: "input" });
  const elsewhere = [...parametersOf(route), ...Object.keys(route.inHeaders ?? {})];
  return without(whole, [...envelopeFields, ...elsewhere, ...(route.without ?? [])]);
}

function without(schema: JsonSchema, names: readonly string[]): JsonSchema {
  if (schema.anyOf !== undefined) {
    return { ...schema, anyOf: schema.anyOf.map((one) => without(one as JsonSchema, names)) };
  }
  const properties = Object.entries(schema.properties ?? {}).filter(([name]) => !names.includes(name));
  const required = schema.required?.filter((name) => !names.includes(name)) ?? [];
  const { required: _, ...rest } = schema;
  return { ...rest, properties: Object.fromEntries(properties), ...(required.length > 0 && { required }) };
}

/** A field of a query string. */
export interface QueryField {
  /** Its name in the query. */
  readonly name: string;
  /** The field of the input. */
  readonly field: string;
  readonly kind: "text" | "number" | "boolean" | "list";
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
}

/** Lists are named by one of their items, which may come several times. */
const singular: Readonly<Record<string, string>> = {
  providerIds: "providerId",
  statuses: "status",
  requestStates: "requestState",
};

export function queryFields(route: Route): readonly QueryField[] {
  const { properties = {}, required = [] } = sentSchema(route);
  return Object.entries(properties).map(([field, schema]) => ({
    name: singular[field] ?? field,
    field,
    kind: kindOf(schema as JsonSchema),
    schema: asText(schema as JsonSchema),
    isRequired: required.includes(field),
  }));
}

/** What a body may have as an object, a query has as text only. */
function asText(schema: JsonSchema): JsonSchema {
  if (schema.anyOf === undefined) return schema;
  return { ...schema, anyOf: schema.anyOf.filter((one) => (one as JsonSchema).type !== "object") };
}

function kindOf({ type }: JsonSchema): QueryField["kind"] {
  if (type === "array") return "list";
  if (type === "integer" || type === "number") return "number";
  return type === "boolean" ? "boolean" : "text";
}
