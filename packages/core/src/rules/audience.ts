import { dropRejection } from "../model/promise.ts";
import type { Actor } from "../model/values.ts";

/** In what part an actor acts: for themselves, for others at the desk, or as a program. */
export const audiences = ["self_service", "staff", "system"] as const;
export type Audience = (typeof audiences)[number];

/** Says in what part an actor acts. It is pure: same actor, same answer. An answer that is none counts as self-service. */
export type AudienceOf = (actor: Actor) => Audience;

/** Whether a policy for some audiences holds for an actor of this one. Of an unknown one it holds for everybody. */
export function holdsFor(wanted: readonly Audience[] | undefined, audience: Audience | undefined): boolean {
  return wanted === undefined || audience === undefined || wanted.includes(audience);
}

/** What the host says of the actor. A mistake must not open what is closed to patients. */
export function audienceFor(audienceOf: AudienceOf | undefined, actor: Actor): Audience | undefined {
  if (audienceOf === undefined) return undefined;
  const answer = audienceOf({ ...actor });
  if (isAudience(answer)) return answer;
  dropRejection(answer);
  return "self_service";
}

export const isAudience = (answer: unknown): answer is Audience => audiences.includes(answer as Audience);
