import { type ErrorCode, errorCatalogue } from "@slotwright/core";
import { callCodes } from "@slotwright/core/schemas";
import { z } from "zod";
import { type HttpErrorCode, httpErrorCatalogue } from "../errors.ts";
import type { OwnCall } from "../options.ts";
import { type JsonSchema, keySchema, queryFields, sentSchema } from "../routes/fields.ts";
import { type OperationName, operationNames, parametersOf, type Route, routeOf } from "../routes/table.ts";
import { answers, parts } from "./answers.ts";

interface DocumentOptions {
  readonly basePath: string;
  readonly calls: { readonly [Name in OperationName]?: OwnCall } | undefined;
  readonly hasLive: boolean;
}

/** The OpenAPI 3.1 document of what a handler answers. */
export function openApiDocument({ basePath, calls = {}, hasLive }: DocumentOptions): object {
  const shown = operationNames.filter((name) => hasLive || (name !== "countByDay" && name !== "nextOpen"));
  const paths = Map.groupBy(shown, (name) => routeOf(name).path);
  return {
    openapi: "3.1.0",
    info: {
      title: "Slotwright",
      version: "0.1.0",
      description: "Schedules, slots and appointments. Every call is made in the name of the caller who is signed in.",
    },
    servers: [{ url: basePath === "" ? "/" : basePath }],
    paths: Object.fromEntries(
      [...paths].map(([path, names]) => [
        path,
        Object.fromEntries(names.map((name) => [routeOf(name).method.toLowerCase(), operationOf(name, calls[name])])),
      ]),
    ),
    components: { schemas: { ...partSchemas(), ErrorResponse: errorSchema, ProblemDetails: problemSchema } },
  };
}

function operationOf(name: OperationName, own: OwnCall | undefined): object {
  const route = routeOf(name);
  const isCommand = route.method === "POST";
  return {
    operationId: name,
    summary: route.summary,
    parameters: [...parametersOf(route).map(pathParameter), ...(isCommand ? headers(route) : query(route, name))],
    ...(isCommand && {
      requestBody: { required: false, content: { "application/json": { schema: bodySchema(route, own) } } },
    }),
    responses: { ...answerOf(name, route, own), ...refusalsOf(name) },
  };
}

const idSchema: JsonSchema = { type: "string", minLength: 1, maxLength: 128 };

const pathParameter = (name: string) => ({ name, in: "path", required: true, schema: idSchema });

function headers(route: Route): readonly object[] {
  const key = {
    name: "Idempotency-Key",
    in: "header",
    description: "The command takes effect at most once for each actor and key.",
    schema: keySchema(route),
  };
  if (route.hasNoKey === true) return [];
  if (route.ifMatch === "none") return [key];
  const of = route.ifMatch ?? route.etag;
  const version = {
    name: "If-Match",
    in: "header",
    description: `The version of the ${of} that was seen, as its ETag: 412 if it has another one now.`,
    schema: { type: "string", pattern: '^(\\*|"(0|[1-9]\\d*)")$' },
  };
  return [key, version];
}

function query(route: Route, name: OperationName): readonly object[] {
  const fields = queryFields(route).map((field) => ({
    name: field.name,
    in: "query",
    required: field.isRequired,
    schema: field.schema,
    ...(field.kind === "list" && { style: "form", explode: true }),
  }));
  const inHeaders = Object.entries(route.inHeaders ?? {}).map(([field, header]) => ({
    name: header,
    in: "header",
    required: false,
    description: `\`${field}\`, in a header because URLs are logged: items encoded as in a URL, with commas between them.`,
    schema: { type: "string" },
  }));
  if (name !== "stream") return [...fields, ...inHeaders];
  return [...fields, { name: "Last-Event-ID", in: "header", schema: { type: "string" } }];
}

function bodySchema(route: Route, own: OwnCall | undefined): JsonSchema {
  const sent = sentSchema(route);
  if (own?.fields === undefined) return sent;
  const { properties = {}, required = [] } = z.toJSONSchema(own.fields, { io: "input" });
  return withFields(sent, properties as Record<string, JsonSchema>, required);
}

function withFields(schema: JsonSchema, more: Record<string, JsonSchema>, required: readonly string[]): JsonSchema {
  if (schema.anyOf !== undefined) {
    return { ...schema, anyOf: schema.anyOf.map((one) => withFields(one as JsonSchema, more, required)) };
  }
  const needed = [...(schema.required ?? []), ...required];
  const properties = { ...schema.properties, ...more };
  return { ...schema, properties, ...(needed.length > 0 && { required: needed }) };
}

function answerOf(name: OperationName, { status = 200, etag, summary }: Route, own: OwnCall | undefined): object {
  const etagHeader = { ETag: { description: `The version of the ${etag}.`, schema: { type: "string" } } };
  return {
    [status]: {
      description: summary,
      ...(etag !== undefined && { headers: etagHeader }),
      content: contentOf(name, own),
    },
  };
}

function contentOf(name: OperationName, own: OwnCall | undefined): object {
  if (name === "stream") return { "text/event-stream": { schema: { type: "string" } } };
  if (name === "openapi") return { "application/json": { schema: { type: "object" } } };
  const schema = withReferences(answers[name]);
  // A host may add what its client is to know.
  return { "application/json": { schema: own === undefined ? schema : { ...schema, additionalProperties: true } } };
}

const names = new Map<z.ZodType, string>(Object.entries(parts).map(([name, schema]) => [schema, name]));

/** The JSON Schema of an answer, in which the parts are named and not repeated. */
function withReferences(schema: z.ZodType): JsonSchema {
  const registry = z.registry<{ id: string }>();
  for (const [part, id] of names) registry.add(part, { id });
  const {
    $schema: _,
    $defs: __,
    ...whole
  } = z.toJSONSchema(schema, { io: "output", metadata: registry, unrepresentable: "any" });
  return renamed(whole) as JsonSchema;
}

function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      name === "$ref" && typeof field === "string"
        ? field.replace("#/$defs/", "#/components/schemas/")
        : renamed(field),
    ]),
  );
}

function partSchemas(): Readonly<Record<string, object>> {
  const schemas = Object.entries(parts).map(([name, schema]) => {
    const { $schema: _, ...whole } = z.toJSONSchema(schema, { io: "output", unrepresentable: "any" });
    return [name, whole] as const;
  });
  return Object.fromEntries(schemas);
}

/** What can be refused wherever somebody is asked for, and where there is a body. */
const everywhere: readonly HttpErrorCode[] = [
  "bad_request",
  "not_signed_in",
  "cross_site",
  "headers_too_large",
  "internal_error",
  "closing",
];
const withBody: readonly HttpErrorCode[] = ["request_timeout", "payload_too_large", "not_json"];

/** The call of the engine whose codes an operation can be refused with. */
const callOf: { readonly [Name in OperationName]?: readonly (keyof typeof callCodes)[] } = {
  slotHistory: ["history"],
  availabilityHistory: ["history"],
  appointmentHistory: ["history"],
  explainSlot: ["explain"],
  explainTime: ["explain"],
  countByDay: ["follow"],
  nextOpen: ["follow"],
  snapshot: ["changes", "listSlots", "listAppointments"],
  stream: ["changes"],
  openapi: [],
};

/** The codes of an operation, of the engine and of HTTP. */
export function codesOf(name: OperationName): readonly (ErrorCode | HttpErrorCode)[] {
  const calls = callOf[name] ?? [name as keyof typeof callCodes];
  const engine = calls.flatMap((call): readonly ErrorCode[] => callCodes[call]);
  const http = [
    ...(name === "openapi" ? [] : everywhere),
    ...(routeOf(name).method === "POST" ? withBody : []),
    ...(name === "stream" ? (["too_many_streams"] as const) : []),
  ];
  const live = name === "countByDay" || name === "nextOpen" ? (["forbidden"] as const) : [];
  return [...new Set([...engine, ...live, ...http])];
}

const entryOf = (code: ErrorCode | HttpErrorCode) =>
  code in httpErrorCatalogue ? httpErrorCatalogue[code as HttpErrorCode] : errorCatalogue[code as ErrorCode];

function refusalsOf(name: OperationName): object {
  const byStatus = Map.groupBy(codesOf(name), (code) => entryOf(code).status);
  const refusals = [...byStatus].map(([status, codes]) => [
    status,
    {
      description: codes.map((code) => `\`${code}\`: ${entryOf(code).title}`).join("; "),
      ...(codes.some((code) => entryOf(code).transient) && {
        headers: { "Retry-After": { schema: { type: "integer" } } },
      }),
      content: {
        "application/json": { schema: narrowed("ErrorResponse", "scenario", codes) },
        "application/problem+json": { schema: narrowed("ProblemDetails", "code", codes) },
      },
    },
  ]);
  return Object.fromEntries(refusals);
}

const narrowed = (name: string, field: string, codes: readonly string[]) => ({
  allOf: [{ $ref: `#/components/schemas/${name}` }, { properties: { [field]: { enum: codes } } }],
});

const errorSchema = {
  type: "object",
  required: ["success", "message", "scenario", "details", "recoverable"],
  properties: {
    success: { const: false },
    message: { type: "string", description: "For the person at the screen." },
    scenario: { type: "string" },
    details: { type: "object" },
    recoverable: { type: "boolean" },
  },
};

const problemSchema = {
  type: "object",
  required: ["type", "title", "status", "detail", "code", "details", "recoverable", "transient"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string", description: "For the person at the screen." },
    code: { type: "string" },
    details: { type: "object" },
    recoverable: { type: "boolean" },
    transient: { type: "boolean", description: "Whether the same request, unchanged, may succeed later." },
  },
};
