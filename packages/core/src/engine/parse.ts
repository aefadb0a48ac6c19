import type { z } from "zod";
import { BookingError, type InputIssue } from "../errors.ts";
import type { Actor } from "../model/values.ts";

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** The most issues in one error: ten thousand bad slots need not be named one by one. */
const mostIssues = 20;

/**
 * The input as the schema makes it.
 * @throws BookingError `invalid_input`
 */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = read(schema, input);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  // A misspelt field first: that another one is missing usually follows from it.
  const sorted = [...issues.filter(isUnknownField), ...issues.filter((issue) => !isUnknownField(issue))];
  throw new BookingError("invalid_input", {
    issues: sorted.slice(0, mostIssues).map((issue) => asIssue(issue, schema)),
  });
}

/** Schemas without the field `actor`, which is then an unknown field. */
const withoutActor = new WeakMap<z.ZodObject, z.ZodObject>();

/**
 * The same, for an engine that may have an actor of its own. What its callers send must not name another.
 * @throws BookingError `invalid_input`
 */
export function parseFor<Schema extends z.ZodObject>(
  actor: Actor | undefined,
  schema: Schema,
  input: unknown,
): z.output<Schema> {
  if (actor === undefined) return parse(schema, input);
  const own = withoutActor.get(schema) ?? schema.omit({ actor: true });
  withoutActor.set(schema, own);
  // First, as the schema has it: the hash of a request follows the order of its fields.
  return { actor: { ...actor }, ...parse(own, input) } as z.output<Schema>;
}

const isUnknownField = ({ code }: z.core.$ZodIssue): boolean => code === "unrecognized_keys";

/** Whether the input has this field, or one that was probably meant to be it. */
export function meansField(input: unknown, field: string): boolean {
  if (!isObject(input)) return false;
  return input[field] !== undefined || Object.keys(input).some((key) => key !== field && isLike(key, field));
}

/** Alike except for capitals and what joins words, or for one letter too few or too many. */
function isLike(key: string, field: string): boolean {
  const [a, b] = [plain(key), plain(field)];
  const [long, short] = a.length > b.length ? [a, b] : [b, a];
  if (long.length - short.length > 1) return false;
  if (long.length === short.length) return long === short;
  return short.length > 2 && Array.from(long, (_, at) => long.slice(0, at) + long.slice(at + 1)).includes(short);
}

const plain = (name: string): string => name.slice(0, longestName).replaceAll(/[-_ ]/g, "").toLowerCase();

/** Longer than any field name. */
const longestName = 40;

/** The part of a schema's definition that is used, for every kind of schema. */
interface Definition {
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly element?: z.core.$ZodType;
  readonly innerType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
}

/** The fields of the object at this path, as far as the schema tells. */
function fieldsAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const { shape, element, innerType, in: input }: Definition = schema._zod.def as Definition;
  const inner = innerType ?? input;
  if (inner !== undefined) return fieldsAt(inner, path);
  const [step, ...rest] = path;
  if (step === undefined) return Object.keys(shape ?? {});
  const next = element ?? shape?.[String(step)];
  return next === undefined ? [] : fieldsAt(next, rest);
}

function read<Schema extends z.ZodType>(schema: Schema, input: unknown): z.ZodSafeParseResult<z.output<Schema>> {
  try {
    return schema.safeParse(input, { reportInput: true });
  } catch (error) {
    // A getter or a Proxy of the caller threw.
    throw new BookingError("invalid_input", { issues: [{ path: "", message: "it cannot be read" }] }, error);
  }
}

function unknownKeys(keys: readonly string[], fields: readonly string[]): string {
  const named = keys.slice(0, mostIssues).map((key) => {
    const meant = fields.find((field) => isLike(key, field));
    return `${JSON.stringify(key.slice(0, 100))}${meant === undefined ? "" : ` (did you mean ${meant}?)`}`;
  });
  const left = keys.length - named.length;
  return `${named.join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
}

function asIssue(issue: z.core.$ZodIssue, schema: z.core.$ZodType): InputIssue {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const unknown = unknownKeys(issue.keys, fieldsAt(schema, issue.path));
    return { path, message: `${path === "" ? "it " : ""}has unknown fields: ${unknown}` };
  }
  if (issue.code === "invalid_type" && issue.input === undefined)
    return { path, message: path === "" ? "it is missing" : "is missing" };
  return { path, message: issue.message };
}
