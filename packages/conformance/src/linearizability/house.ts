import { decideBy } from "@slotwright/core/checking";
import type { House, PoliciesOfEngines } from "./history.ts";

/** Undefined if the policies are not known. */
export function houseOf({ policies, audienceOf }: PoliciesOfEngines): House | undefined {
  if (policies === undefined) return undefined;
  const looksAt = (of: keyof House["sees"]) => policies.some(({ sees }) => sees?.[of] !== undefined);
  return {
    decide: decideBy({ policies, ...(audienceOf && { audienceOf }) }),
    looksAround: policies.some(({ sees }) => sees !== undefined),
    sees: { provider: looksAt("provider"), subject: looksAt("subject"), holder: looksAt("holder") },
  };
}
