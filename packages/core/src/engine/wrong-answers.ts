import { nameOf } from "../rules/answers.ts";
import { type AudienceOf, audiences, isAudience } from "../rules/audience.ts";
import type { AccessRequest } from "../rules/authorize.ts";
import type { OnWarning } from "../warnings.ts";
import type { Clock } from "./clock.ts";

/** Takes note of an answer of `authorize` that does not count. */
export type NoteWrongAnswer = (action: AccessRequest["action"], problem: string) => void;

/** A screen of a hundred records must not become a hundred warnings. */
const everyMs = 60_000;

/**
 * Warns at most once a minute. The reader learns only that there is no such record, so a developer would look for the
 * mistake elsewhere.
 */
export function notingWrongAnswers(warn: OnWarning, clock: Pick<Clock, "now">): NoteWrongAnswer {
  const isDue = onceInAWhile(clock);
  return (action, problem) => {
    if (!isDue()) return;
    const message = `${problem} Until then, what it was asked about (${action}) is hidden. Correct the function.`;
    warn({ code: "access_answer_ignored", message, details: { action } });
  };
}

/** The host's function. It warns at most once a minute: the desk learns only that it may do what patients may. */
export function notingWrongAudiences(audienceOf: AudienceOf, warn: OnWarning, clock: Pick<Clock, "now">): AudienceOf {
  const isDue = onceInAWhile(clock);
  return (actor) => {
    const { kind: actorKind } = actor;
    const answer: unknown = audienceOf(actor);
    if (!isAudience(answer) && isDue()) {
      const given = typeof answer === "string" ? JSON.stringify(answer) : nameOf(answer);
      const message = `audienceOf answered with ${given}, and must answer at once with one of ${audiences.join(", ")}. Until then, an actor of the kind ${JSON.stringify(actorKind)} counts as self_service. Correct the function.`;
      warn({ code: "audience_answer_ignored", message, details: { actorKind } });
    }
    return answer as ReturnType<AudienceOf>;
  };
}

function onceInAWhile(clock: Pick<Clock, "now">): () => boolean {
  let lastAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = clock.now().getTime();
    if (now - lastAt < everyMs) return false;
    lastAt = now;
    return true;
  };
}
