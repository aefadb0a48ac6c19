import { type Refusal, refuse } from "../errors/index.ts";
import type { Appointment } from "../model/appointment.ts";
import { copyOf } from "../model/plain-json.ts";
import type { Slot } from "../model/slot.ts";
import { answerOf, type Question, questionOf } from "./answers.ts";
import type { Context, Decided } from "./decision.ts";

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
