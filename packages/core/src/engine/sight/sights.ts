import type { Actor } from "../../model/values.ts";
import { type Audience, type AudienceOf, audienceFor, holdsFor } from "../../rules/audience.ts";
import type { Policy } from "../../rules/policy.ts";
import { isBlind, type Sight, unionOf } from "../../rules/sight.ts";

/** What the engine's policies see together. */
export interface Sights {
  /** All of them, also those that hold for others: what this actor adds, others may have looked at. */
  readonly ofAll: Sight;
  /** Those that hold for the actor. */
  readonly of: (actor: Actor) => Sight;
}

/** Undefined if no policy sees anything. Nothing then has to be read or written for them. */
export function sightsOf(policies: readonly Policy[], audienceOf: AudienceOf | undefined): Sights | undefined {
  const ofAll = unionOf(policies.map(({ sees }) => sees));
  if (isBlind(ofAll)) return undefined;
  const known = new Map<Audience | undefined, Sight>();
  return {
    ofAll,
    of(actor) {
      const audience = audienceFor(audienceOf, actor);
      const sight =
        known.get(audience) ??
        unionOf(policies.filter((policy) => holdsFor(policy.audience, audience)).map(({ sees }) => sees));
      known.set(audience, sight);
      return sight;
    },
  };
}
