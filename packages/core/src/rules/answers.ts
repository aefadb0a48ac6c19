import type { HostAnswer } from "../errors/index.ts";
import type { CommandName } from "../model/journal.ts";
import { dropRejection, isPromise } from "../model/promise.ts";
import { type HideableField, isHideable } from "../model/shown.ts";
import type { Actor } from "../model/values.ts";
import type { Context } from "./decision.ts";

/** What `authorize` and every policy learn about a command. */
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
 * The reason why not, in the host's words. A promise is no answer yet, and an answer of another type says nothing:
 * neither may count as a yes.
 */
export function answerOf(answer: unknown, asked: string): HostAnswer | undefined {
  return readAnswer(answer, asked, "must answer at once: with a sentence, or undefined");
}

/** The same for an answer that was allowed to be a promise, and has been awaited. */
export function awaitedAnswerOf(answer: unknown, asked: string): HostAnswer | undefined {
  return readAnswer(answer, asked, "must answer with a sentence, or undefined");
}

function readAnswer(answer: unknown, asked: string, duty: string): HostAnswer | undefined {
  if (answer === undefined) return undefined;
  if (typeof answer === "string") return { problem: answer };
  dropRejection(answer);
  return { problem: `${asked} answered with ${nameOf(answer)}, and ${duty}.`, unanswered: true };
}

/** What it is, in a sentence. */
export function nameOf(answer: unknown): string {
  if (answer === null || answer === undefined || typeof answer === "boolean") return String(answer);
  const type = isPromise(answer) ? "promise" : typeof answer;
  return `${type === "object" ? "an" : "a"} ${type}`;
}

/** The fields that the actor may not see. `refused` hides the record, and `wrong` is an answer that does not count. */
export function hiddenBy(answer: unknown): readonly HideableField[] | "refused" | "wrong" {
  if (answer === undefined) return [];
  if (typeof answer === "string") return "refused";
  if (typeof answer !== "object" || answer === null || !("hide" in answer)) return "wrong";
  const { hide, ...others } = answer;
  return Array.isArray(hide) && hide.every(isHideable) && Object.keys(others).length === 0 ? hide : "wrong";
}

/** What is wrong with an answer about what the actor may see. */
export function wrongView(answer: unknown): string {
  const given =
    typeof answer === "object" && answer !== null ? "an object that names no field to hide" : nameOf(answer);
  return `authorize answered with ${given}, and must answer with a sentence, undefined, or { hide } with names of hideableFields.`;
}
