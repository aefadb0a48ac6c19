import { z } from "zod";
import { customIssue, type Problem, saying } from "./input-issue.ts";
import { withJsonSchema } from "./json-schema.ts";
import { limits } from "./limits.ts";

/** Who did it: your own id and the kind of actor, for example `patient` or `system`. */
export interface Actor {
  /** What kind of actor it is, in your own words: 1 to 128 characters. */
  readonly kind: string;
  /** Your id of the actor: 1 to 128 characters. */
  readonly id: string;
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
/** A plain JSON object of the host, stored and returned unchanged. */
export type Metadata = { readonly [key: string]: Json };

/** Half a surrogate pair has no UTF-8 form, and PostgreSQL cannot store NUL. Neither would come back unchanged. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

const notStorable = "must not contain NUL or half a surrogate pair";

const hasControlCharacter = (text: string): boolean => /\p{Cc}/u.test(text);

/** Nearly all ids are plain ASCII without spaces, of which nothing else need be asked. A search may name a hundred. */
const isPlainId = (id: string): boolean => /^[!-~]+$/.test(id);

function problemsWithId(id: string): readonly Problem[] {
  const code = "forbidden_character";
  return [
    ...(hasControlCharacter(id) ? [{ code, message: "must not contain control characters" } as const] : []),
    ...(id.isWellFormed() ? [] : [{ code, message: "must not contain half a surrogate pair" } as const]),
    ...(id.trim() === id
      ? []
      : [{ code: "outer_white_space", message: "must not start or end with white space" } as const]),
  ];
}

/** An opaque id of the host. It is compared and sorted by its exact characters, and never normalised. */
export const idSchema = z
  .string("must be a string")
  .min(1, "must not be empty")
  .max(limits.idLength, `must not be longer than ${limits.idLength} characters`)
  .check(({ value, issues }) => {
    if (!isPlainId(value)) issues.push(...problemsWithId(value).map((problem) => customIssue(problem, value)));
  });

const inPaths = [".", ".."];

/** An id that the caller chooses for a new record. `.` and `..` may be in tables from before, and are found there. */
export const newIdSchema = idSchema
  .refine((id) => !inPaths.includes(id), saying('must not be "." or "..": no URL could name it', "invalid"))
  .meta({ not: { enum: inPaths } });

/** Whose idempotency keys are told apart: each actor's, or only those of the whole host. */
export type IdempotencyScope = "actor" | "host";

export const keySchema = idSchema.max(limits.keyLength, `must not be longer than ${limits.keyLength} characters`);

export const actorSchema = z.strictObject({ kind: idSchema, id: idSchema }, "must be { kind, id }");

export const reasonSchema = z
  .string("must be a string")
  .max(limits.reasonLength, `must not be longer than ${limits.reasonLength} characters`)
  .refine(isStorable, saying(notStorable, "forbidden_character"));

/** A reason that has to be given. It is stored as it was written, and white space alone says nothing. */
export const requiredReasonSchema = reasonSchema
  .refine((reason) => /\S/.test(reason), saying("must say why", "too_short", { minimum: 1 }))
  .meta({ minLength: 1, pattern: "\\S" });

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

const tooDeep: Problem = {
  code: "too_deep",
  message: `must not be nested deeper than ${limits.metadataDepth} levels`,
  values: { maximum: limits.metadataDepth },
};

const tooLong: Problem = {
  code: "too_long",
  message: `must not be longer than ${limits.metadataLength} characters of JSON`,
  values: { maximum: limits.metadataLength },
};

/** What is wrong with a value as metadata, or undefined if nothing is. */
function metadataProblem(value: unknown): Problem | undefined {
  const text = JSON.stringify(value);
  if (text.length > limits.metadataLength) return tooLong;
  if (depthOf(value) > limits.metadataDepth) return tooDeep;
  // JSON.stringify escapes exactly the characters that cannot be stored.
  if (!/\\u0000|\\ud[89a-f]/.test(text.replaceAll("\\\\", ""))) return undefined;
  return { code: "forbidden_character", message: notStorable };
}

/** Each realm has its own `Object.prototype`. All of them have no prototype themselves. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

const notJson = (message: string): Problem => ({ code: "not_json", message });

function jsonProblem(value: unknown, ancestors: readonly unknown[] = []): Problem | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : notJson("must hold finite numbers only");
  if (typeof value !== "object") return notJson(`must hold JSON values only, not ${typeof value}`);
  if (ancestors.includes(value)) return notJson("must not contain itself");
  if (ancestors.length > limits.metadataDepth) return tooDeep;
  if (!Array.isArray(value) && !isPlain(value)) return notJson("must hold plain objects and arrays only");
  for (const child of Object.values(value)) {
    const problem = jsonProblem(child, [...ancestors, value]);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const storableMetadata = z
  .custom<Metadata>((value) => typeof value === "object" && value !== null && !Array.isArray(value), {
    ...saying("must be a plain object of JSON values", "wrong_type"),
    abort: true,
  })
  .transform((value, context): Metadata => {
    const problem = jsonProblem(value) ?? metadataProblem(value);
    // A copy in the form that storage returns. Every adapter answers alike, and the caller's object stays the caller's.
    if (problem === undefined) return JSON.parse(JSON.stringify(value)) as Metadata;
    context.issues.push(customIssue(problem, value));
    return z.NEVER;
  });

/** A plain JSON object of bounded size and depth, copied. */
export const metadataSchema = withJsonSchema(storableMetadata, () => ({ type: "object", additionalProperties: true }));
