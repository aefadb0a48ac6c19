import type { z } from "zod";
import { BookingError, type InputIssue } from "../errors.ts";

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Longest list of issues in one error: ten thousand bad slots need not be named one by one. */
const mostIssues = 20;

/**
 * The input as the schema makes it.
 * @throws BookingError `invalid_input`
 */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = read(schema, input);
  if (parsed.success) return parsed.data;
  throw new BookingError("invalid_input", { issues: parsed.error.issues.slice(0, mostIssues).map(asIssue) });
}

function read<Schema extends z.ZodType>(schema: Schema, input: unknown): z.ZodSafeParseResult<z.output<Schema>> {
  try {
    return schema.safeParse(input, { reportInput: true });
  } catch (error) {
    // A getter or a Proxy of the caller's threw.
    throw new BookingError("invalid_input", { issues: [{ path: "", message: "it cannot be read" }] }, error);
  }
}

function unknownKeys(keys: readonly string[]): string {
  const named = keys.slice(0, mostIssues).map((key) => JSON.stringify(key.slice(0, 100)));
  const left = keys.length - named.length;
  return `${named.join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
}

function asIssue(issue: z.core.$ZodIssue): InputIssue {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return {
      path,
      message: `${path === "" ? "it " : ""}has unknown fields: ${unknownKeys(issue.keys)}`,
    };
  }
  if (issue.code === "invalid_type" && issue.input === undefined)
    return { path, message: path === "" ? "it is missing" : "is missing" };
  return { path, message: issue.message };
}
