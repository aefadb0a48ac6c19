import { z } from "zod";
import { saying } from "./input-issue.ts";
import { limits } from "./limits.ts";
import { idSchema, requiredReasonSchema } from "./values.ts";

/** Passes one policy, which would have refused the command, for a reason that is kept. */
export interface Override {
  /** The name of the policy. */
  readonly policy: string;
  /** Why, in the actor's words: 1 to 500 characters, and not only white space. It is written to the journal. */
  readonly reason: string;
}

export const overrideSchema = z
  .array(z.strictObject({ policy: idSchema, reason: requiredReasonSchema }), "must be an array")
  .min(1, "must name a policy, or be left out")
  .max(limits.overrides, `must not name more than ${limits.overrides} policies`)
  // Only one of two reasons could be kept.
  .refine(
    (overrides) => new Set(overrides.map(({ policy }) => policy)).size === overrides.length,
    saying("must not name a policy twice", "repeated"),
  );
