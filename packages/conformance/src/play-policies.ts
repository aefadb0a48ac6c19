import {
  buffer,
  type EngineOptions,
  maximumAppointments,
  maximumHolds,
  maximumPerDay,
  noOverlapOfSubject,
  notInThePast,
  type Policy,
} from "@slotwright/core";
import fc from "fast-check";
import { patient } from "./fixtures.ts";

const audience = ["self_service"] as const;

/** What the policies of a play look at comes about in a few commands on a few slots. Some hold for patients only. */
const known: readonly Policy[] = [
  buffer({ beforeMinutes: 0, afterMinutes: 20 }),
  maximumPerDay({ count: 1 }),
  noOverlapOfSubject({ audience }),
  maximumAppointments({ count: 1, minutes: 120, audience }),
  maximumHolds({ count: 1 }),
];

/** The names of policies that the engines of a play have. None in every other play. */
export const anyPolicies: fc.Arbitrary<readonly string[]> = fc.oneof(
  fc.constant([]),
  fc.subarray(
    known.map(({ name }) => name),
    { minLength: 1 },
  ),
);

/** The policies of these names, as options of engines. */
export function policiesNamed(names: readonly string[]): Pick<EngineOptions<unknown>, "policies" | "audienceOf"> {
  if (names.length === 0) return { policies: [] };
  // Plays are at times that have begun, by the clock of some.
  const policies = [...known.filter(({ name }) => names.includes(name)), notInThePast({ audience: ["system"] })];
  return { policies, audienceOf: ({ kind }) => (kind === patient.kind ? "self_service" : "staff") };
}
