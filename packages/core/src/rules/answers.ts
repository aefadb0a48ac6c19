import type { HostAnswer } from "../errors/index.ts";
import type { CommandName } from "../model/journal.ts";
import { dropRejection, isPromise } from "../model/promise.ts";
import { type HideableField, isHideable } from "../model/shown.ts";
import type { Actor } from "../model/values.ts";
import type { Context } from "./decision.ts";

/** What every function of the host is told about a command. */
export interface Question {
  readonly command: CommandName;
  readonly actor: Actor;
  readonly reason: string | null;
  readonly now: Date;
}

export function questionOf({ command, actor, reason, now }: Context): Question {
  return { command: command.name, actor, reason, now };
}

/**
 * What speaks against it, as the host's function put it. An asynchronous function has not answered yet, and a
 * wrong answer says nothing. Neither may count as a "yes".
 */
export function answerOf(answer: unknown, asked: string): HostAnswer | undefined {
  if (answer === undefined) return undefined;
  if (typeof answer === "string") return { problem: answer };
  dropRejection(answer);
  const problem = `${asked} answered with ${nameOf(answer)}, and must answer at once: with a sentence, or undefined.`;
  return { problem, unanswered: true };
}

/** What speaks against it, if the answer did not have to come at once. */
export function awaitedAnswerOf(answer: unknown, asked: string): HostAnswer | undefined {
  if (answer === undefined) return undefined;
  if (typeof answer === "string") return { problem: answer };
  const problem = `${asked} answered with ${nameOf(answer)}, and must answer with a sentence, or undefined.`;
  return { problem, unanswered: true };
}

function nameOf(answer: unknown): string {
  if (answer === null || typeof answer === "boolean") return String(answer);
  const type = isPromise(answer) ? "promise" : typeof answer;
  return `${type === "object" ? "an" : "a"} ${type}`;
}

/** The fields that the actor may not see. Undefined if they may not see the record: also where the answer is wrong. */
export function hiddenBy(answer: unknown): readonly HideableField[] | undefined {
  if (answer === undefined) return [];
  if (typeof answer !== "object" || answer === null || !("hide" in answer)) return undefined;
  const { hide, ...others } = answer;
  return Array.isArray(hide) && hide.every(isHideable) && Object.keys(others).length === 0 ? hide : undefined;
}
