import type { z } from "zod";
import type { InputIssue, IssueCode, IssueValues } from "../model/input-issue.ts";
import { isLike } from "./misspelt.ts";

/** The most issues in one error: ten thousand bad slots need not be named one by one. */
export const mostIssues = 20;

export const isUnknownField = ({ code }: z.core.$ZodIssue): boolean => code === "unrecognized_keys";

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

const shortened = (key: string): string => key.slice(0, 100);

function unknownKeys(keys: readonly string[], fields: readonly string[]): string {
  const named = keys.slice(0, mostIssues).map((key) => {
    const meant = fields.find((field) => isLike(key, field));
    return `${JSON.stringify(shortened(key))}${meant === undefined ? "" : ` (did you mean ${meant}?)`}`;
  });
  const left = keys.length - named.length;
  return `${named.join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
}

/** What Zod says of the input, as an issue with its code. `schema` tells which fields there are. */
export function asIssue(issue: z.core.$ZodIssue, schema: z.core.$ZodType): InputIssue {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const unknown = unknownKeys(issue.keys, fieldsAt(schema, issue.path));
    const fields = issue.keys.slice(0, mostIssues).map(shortened);
    return {
      path,
      code: "unknown_field",
      fields,
      message: `${path === "" ? "it " : ""}has unknown fields: ${unknown}`,
    };
  }
  if (issue.code === "invalid_type" && issue.input === undefined)
    return { path, code: "required", message: path === "" ? "it is missing" : "is missing" };
  // Zod's own words are of types, not of what is wanted.
  const message = isForObject(issue) ? `${path === "" ? "it " : ""}must be an object` : issue.message;
  return { path, ...codeOf(issue), message };
}

function isForObject(issue: z.core.$ZodIssue): boolean {
  return issue.code === "invalid_type" && issue.expected === "object" && issue.message.startsWith("Invalid input");
}

interface Coded extends IssueValues {
  readonly code: IssueCode;
}

function codeOf(issue: z.core.$ZodIssue): Coded {
  switch (issue.code) {
    case "invalid_type":
      return { code: "wrong_type" };
    case "too_small":
      return { code: belowCodes[issue.origin] ?? "too_small", minimum: Number(issue.minimum) };
    case "too_big":
      return { code: aboveCodes[issue.origin] ?? "too_large", maximum: Number(issue.maximum) };
    case "invalid_value":
      return { code: "not_an_option", options: issue.values.map(String) };
    case "custom":
      return ofOwnCheck(issue);
    default:
      return { code: "invalid" };
  }
}

const belowCodes: Readonly<Record<string, IssueCode>> = { string: "too_short", array: "too_few" };
const aboveCodes: Readonly<Record<string, IssueCode>> = { string: "too_long", array: "too_many" };

/** The checks of our own schemas name the code of their issue. */
function ofOwnCheck({ input, params }: z.core.$ZodIssueCustom): Coded {
  if (input === undefined) return { code: "required" };
  return { code: "invalid", ...params };
}
