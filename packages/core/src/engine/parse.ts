import type { z } from "zod";
import { BookingError } from "../errors/index.ts";
import { asIssue, isUnknownField, mostIssues } from "./input-issues.ts";
import { isLike } from "./misspelt.ts";

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

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

/** Whether the input has this field, or one that was probably meant to be it. */
export function meansField(input: unknown, field: string): boolean {
  if (!isObject(input)) return false;
  return input[field] !== undefined || Object.keys(input).some((key) => key !== field && isLike(key, field));
}

function read<Schema extends z.ZodType>(schema: Schema, input: unknown): z.ZodSafeParseResult<z.output<Schema>> {
  try {
    return schema.safeParse(input, { reportInput: true });
  } catch (error) {
    // A getter or a Proxy of the caller threw.
    throw new BookingError(
      "invalid_input",
      { issues: [{ path: "", code: "unreadable", message: "it cannot be read" }] },
      error,
    );
  }
}
