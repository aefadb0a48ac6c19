import type { z } from "zod";
import { BookingError, type InputIssue } from "../errors.ts";

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

function asIssue(issue: z.core.$ZodIssue): InputIssue {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return {
      path,
      message: `${path === "" ? "it " : ""}has unknown fields: ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`,
    };
  }
  if (issue.code === "invalid_type" && issue.input === undefined)
    return { path, message: path === "" ? "it is missing" : "is missing" };
  return { path, message: issue.message };
}
