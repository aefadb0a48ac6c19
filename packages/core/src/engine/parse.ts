import type { z } from "zod";
import { BookingError } from "../errors/index.ts";
import type { Actor } from "../model/values.ts";
import { asIssue, issueAt, isUnknownField, mostIssues, type Path } from "./input-issues.ts";
import { isLike } from "./misspelt.ts";

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/**
 * The input as the schema makes it.
 * @param at Where it is within the input of the call. Default: it is the input of the call.
 * @throws BookingError `invalid_input`
 */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown, at: Path = []): z.output<Schema> {
  const parsed = read(schema, input, at);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  // A misspelt field first: that another one is missing usually follows from it.
  const sorted = [...issues.filter(isUnknownField), ...issues.filter((issue) => !isUnknownField(issue))];
  throw new BookingError("invalid_input", {
    issues: sorted.slice(0, mostIssues).map((issue) => asIssue(issue, schema, at)),
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

/** Whether the input has this field, or one that was probably meant to be it. */
export function meansField(input: unknown, field: string): boolean {
  if (!isObject(input)) return false;
  return input[field] !== undefined || Object.keys(input).some((key) => key !== field && isLike(key, field));
}

/** What an issue says if its schema has no sentence for it. */
function defaultMessage(issue: z.core.$ZodRawIssue): string | undefined {
  return issue.code === "invalid_type" && issue.expected === "object" ? "must be an object" : undefined;
}

function read<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  at: Path,
): z.ZodSafeParseResult<z.output<Schema>> {
  try {
    return schema.safeParse(input, { reportInput: true, error: defaultMessage });
  } catch (error) {
    // A getter or a Proxy of the caller threw.
    throw unreadable(at, error);
  }
}

export function unreadable(at: Path, cause: unknown): BookingError {
  return new BookingError("invalid_input", { issues: [issueAt(at, { code: "unreadable" }, "cannot be read")] }, cause);
}
