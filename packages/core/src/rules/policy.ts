import { type HostAnswer, type Refusal, refuse } from "../errors/index.ts";
import type { Appointment } from "../model/appointment.ts";
import type { CommandName } from "../model/journal.ts";
import { copyOf } from "../model/plain-json.ts";
import { dropRejection, isPromise } from "../model/promise.ts";
import type { Slot } from "../model/slot.ts";
import type { Actor } from "../model/values.ts";
import type { Context, Decided, Seen } from "./decision.ts";

interface Question {
  readonly command: CommandName;
  readonly actor: Actor;
  readonly reason: string | null;
  readonly now: Date;
}

/** What a policy is asked about: the command, and the records as they would become. Each policy has its own copy. */
export interface Proposal extends Question {
  readonly slots: readonly Slot[];
  readonly appointments: readonly Appointment[];
}

/** A rule of your own, for example "no booking less than two hours ahead". Pure: same proposal, same answer. */
export interface Policy {
  readonly name: string;
  /** Why not, as a sentence for the person at the screen, or undefined if nothing speaks against it. */
  readonly check: (proposal: Proposal) => string | undefined;
}

/** What an authorization is asked about: the command as it came, and the records that it names, as a copy. */
export interface AccessRequest extends Question {
  /** The parsed input. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Null if the command names no appointment, or none that exists. */
  readonly slot: Slot | null;
  /** All existing slots that the command names, `alsoSlotIds` after `slotId`. */
  readonly slots: readonly Slot[];
  readonly appointment: Appointment | null;
}

/**
 * Whether the actor may do this: why not, as a sentence, or undefined if they may. Pure. It is asked before anything is
 * decided, so that an actor who may not act learns nothing of the state either.
 */
export type Authorize = (request: AccessRequest) => string | undefined;

export function refuseActor(
  authorize: Authorize | undefined,
  input: Readonly<Record<string, unknown>>,
  seen: Seen,
  context: Context,
): Refusal | undefined {
  if (authorize === undefined) return undefined;
  const question = questionOf(context);
  const { slotId, alsoSlotIds, appointmentId } = input;
  const slot = typeof slotId === "string" ? (seen.slot(slotId) ?? null) : null;
  const slots = [slotId, alsoSlotIds].flat().flatMap((id) => (typeof id === "string" ? (seen.slot(id) ?? []) : []));
  const appointment = typeof appointmentId === "string" ? (seen.appointment(appointmentId) ?? null) : null;
  const answer = answerOf(authorize(copyOf({ ...question, input, slot, slots, appointment })), "authorize");
  if (answer === undefined) return undefined;
  return refuse("forbidden", { command: question.command, actorId: question.actor.id, ...answer });
}

/** Refuses what the rules allow but a policy of the host does not. Names the first policy that says no. */
export function refuseByPolicy(
  policies: readonly Policy[],
  { put }: Decided<unknown>,
  context: Context,
): Refusal | undefined {
  if (policies.length === 0) return undefined;
  const slots = put.filter((record) => record.kind === "slot");
  const appointments = put.filter((record) => record.kind === "appointment");
  const proposal: Proposal = { ...questionOf(context), slots, appointments };
  for (const { name, check } of policies) {
    const answer = answerOf(check(copyOf(proposal)), "its check");
    if (answer !== undefined) return refuse("policy_violation", { policy: name, ...answer });
  }
  return undefined;
}

/**
 * What speaks against it, as the host's function put it. An asynchronous function has not answered yet, and a
 * wrong answer says nothing. Neither may count as a "yes".
 */
function answerOf(answer: unknown, asked: string): HostAnswer | undefined {
  if (answer === undefined) return undefined;
  if (typeof answer === "string") return { problem: answer };
  dropRejection(answer);
  const problem = `${asked} answered with ${nameOf(answer)}, and must answer at once: with a sentence, or undefined.`;
  return { problem, unanswered: true };
}

function nameOf(answer: unknown): string {
  if (answer === null || typeof answer === "boolean") return String(answer);
  const type = isPromise(answer) ? "promise" : typeof answer;
  return `${type === "object" ? "an" : "a"} ${type}`;
}

function questionOf({ command, actor, reason, now }: Context): Question {
  return { command: command.name, actor, reason, now };
}
