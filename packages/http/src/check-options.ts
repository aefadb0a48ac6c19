import { BookingError, type InputIssue } from "@slotwright/core";
import { z } from "zod";

/** The longest that a timer of Node can wait: with a longer one, it fires at once. */
const longestTimerMs = 2 ** 31 - 1;

const tooLong = `must be at most ${longestTimerMs}, the longest that a timer can wait`;

/** Milliseconds that a timer waits. */
export const timerMs = z
  .number("must be a number of milliseconds")
  .min(1, "must be at least 1")
  .max(longestTimerMs, tooLong)
  .optional();

export const count = z.int("must be a whole number").min(1, "must be at least 1").optional();

export const functionSchema = z.custom((value) => typeof value === "function", "must be a function").optional();

/** @throws BookingError `invalid_input`, with the path of each issue */
export function checkOptions(schema: z.ZodType, options: unknown): void {
  const { error } = schema.safeParse(options);
  if (error !== undefined) throw new BookingError("invalid_input", { issues: error.issues.flatMap(issuesOf) });
}

function issuesOf(issue: z.core.$ZodIssue): InputIssue | readonly InputIssue[] {
  const { path, message } = issue;
  const at = (field?: string) => [...path, ...(field === undefined ? [] : [field])].map(String).join(".");
  if (issue.code !== "unrecognized_keys") return { path: at(), code: "invalid", message };
  return issue.keys.map((field) => ({ path: at(field), code: "unknown_field", message: "is not an option" }));
}
