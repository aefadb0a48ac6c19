import { z } from "zod";
import { BookingError } from "../errors/index.ts";
import { type IssueCode, type IssueValues, saying } from "../model/input-issue.ts";
import { idSchema } from "../model/values.ts";
import { type AudienceOf, audiences } from "../rules/audience.ts";
import { notInThePast, pastName } from "../rules/policies/index.ts";
import type { Policy } from "../rules/policy.ts";
import { mostMinutes } from "../rules/sight.ts";
import { asIssue, isUnknownField } from "./input-issues.ts";
import { isObject } from "./parse.ts";

interface PolicyOptions {
  readonly policies?: readonly Policy[];
  readonly audienceOf?: AudienceOf;
}

/** A host's own object, which may have more than this, and may be an instance of a class. */
const policySchema = z.custom<Policy>(
  (value) => isObject(value) && typeof value.check === "function" && idSchema.safeParse(value.name).success,
  "must be an object with a name and a function check",
);

/** @returns What is wrong with what a policy wants to see, in the words of an issue. */
function problemOfSight({ name, sees }: Policy): Problem | undefined {
  const issues = sightSchema.safeParse(sees).error?.issues ?? [];
  // A misspelt name first: that another one is missing usually follows from it.
  const problem = issues.find(isUnknownField) ?? issues[0];
  if (problem === undefined) return undefined;
  const path = problem.path as (string | number)[];
  if (!isUnknownField(problem)) return { path, code: "invalid", message: `of "${name}" ${problem.message}` };
  const { code, fields = [], message } = asIssue(problem, sightSchema, ["sees"]);
  return { path, code, values: { fields }, message: `of "${name}" ${message}` };
}

interface Problem {
  readonly path: readonly (string | number)[];
  readonly code: IssueCode;
  readonly values?: IssueValues;
  readonly message: string;
}

const minutesTo = (most: number) => {
  const message = `must be a whole number of minutes from 0 to ${most}`;
  return z.int(message).min(0, message).max(most, message);
};

const windowTo = (most: number) =>
  z
    .strictObject(
      { beforeMinutes: minutesTo(most), afterMinutes: minutesTo(most) },
      "must be an object, such as { beforeMinutes: 15, afterMinutes: 15 }",
    )
    .optional();

const isTrue = z.literal(true, "must be true, or be left out").optional();

const sightSchema = z
  .strictObject(
    {
      provider: windowTo(mostMinutes.provider),
      subject: windowTo(mostMinutes.subject),
      timeZone: isTrue,
      holder: isTrue,
    },
    "must be an object, such as { timeZone: true }",
  )
  .optional();

const audienceSchema = z.array(z.enum(audiences)).optional();

export const policiesSchema = z.array(policySchema, "must be a list of policies").superRefine((policies, context) => {
  for (const [index, { name, audience }] of policies.entries()) {
    const earlier = policies.findIndex((other) => other.name === name);
    if (earlier < index) issueAt([index, "name"], `must not be "${name}" again, as of number ${earlier}`, "repeated");
    const sight = problemOfSight(policies[index] as Policy);
    if (sight !== undefined) issueAt([index, "sees", ...sight.path], sight.message, sight.code, sight.values);
    if (audienceSchema.safeParse(audience).success) continue;
    issueAt([index, "audience"], `must be an array of ${audiences.map((one) => `"${one}"`).join(", ")}`, "invalid");
  }

  function issueAt(path: (string | number)[], message: string, code: IssueCode, values?: IssueValues): void {
    const { error, params } = saying(message, code, values);
    context.addIssue({ code: "custom", path, message: error, params });
  }
});

/**
 * The host's policies, and what self-service needs beside them.
 * @throws BookingError `invalid_input` if a policy has an audience that nobody can tell
 */
export function policiesOf({ policies = [], audienceOf }: PolicyOptions): readonly Policy[] {
  if (audienceOf !== undefined) {
    const hasPast = policies.some(({ name }) => name === pastName);
    return hasPast ? policies : [notInThePast({ audience: ["self_service"] }), ...policies];
  }
  const index = policies.findIndex(({ audience }) => audience !== undefined);
  if (index === -1) return policies;
  const message = "needs the option audienceOf, which says who belongs to an audience";
  const issue = { path: `policies.${index}.audience`, code: "needs_another_field", message } as const;
  throw new BookingError("invalid_input", { issues: [issue] });
}
