import type { EngineOptions } from "@slotwright/core";
import { decideBy } from "@slotwright/core/checking";
import type { House } from "./history.ts";

/** Undefined if the policies are not known. */
export function houseOf({
  policies,
  audienceOf,
}: Pick<EngineOptions<unknown>, "policies" | "audienceOf">): House | undefined {
  if (policies === undefined) return undefined;
  const looksAt = (of: keyof House["sees"]) => policies.some(({ sees }) => sees?.[of] !== undefined);
  return {
    decide: decideBy({ policies, ...(audienceOf && { audienceOf }) }),
    looksAround: policies.some(({ sees }) => sees !== undefined),
    sees: { provider: looksAt("provider"), subject: looksAt("subject"), holder: looksAt("holder") },
  };
}
