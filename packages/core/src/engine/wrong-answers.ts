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
  let warnedAt = Number.NEGATIVE_INFINITY;
  return (action, problem) => {
    const now = clock.now().getTime();
    if (now - warnedAt < everyMs) return;
    warnedAt = now;
    const message = `${problem} Until then, what it was asked about (${action}) is hidden. Correct the function.`;
    warn({ code: "access_answer_ignored", message, details: { action } });
  };
}
