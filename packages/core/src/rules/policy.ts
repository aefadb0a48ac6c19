import { type Refusal, refuse } from "../errors.ts";
import type { Appointment } from "../model/appointment.ts";
import type { CommandName } from "../model/journal.ts";
import type { Slot } from "../model/slot.ts";
import type { Actor } from "../model/values.ts";
import type { Context, Decided } from "./decision.ts";

/** What a policy or an authorization is asked about: the command, and the records as they would become. */
export interface Proposal {
  readonly command: CommandName;
  readonly actor: Actor;
  readonly reason: string | null;
  readonly now: Date;
  readonly slots: readonly Slot[];
  readonly appointments: readonly Appointment[];
}

/** A rule of the host's, for example "no booking less than two hours ahead". Pure: same proposal, same answer. */
export interface Policy {
  readonly name: string;
  /** Why not, as a sentence for the person at the screen, or undefined if nothing speaks against it. */
  readonly check: (proposal: Proposal) => string | undefined;
}

/** Whether the actor may do this: why not, as a sentence, or undefined if they may. Pure. */
export type Authorize = (proposal: Proposal) => string | undefined;

/** Refuses what the rules allow, but the host does not: authorization first, then the policies in their order. */
export function refuseByHost(
  decision: Decided<unknown>,
  context: Context,
  authorize: Authorize | undefined,
  policies: readonly Policy[],
): Refusal | undefined {
  if (authorize === undefined && policies.length === 0) return undefined;
  const proposal = proposalOf(decision, context);
  const forbidden = authorize?.(proposal);
  if (forbidden !== undefined) {
    const { command, actor } = proposal;
    return refuse("forbidden", { command, actorId: actor.id, problem: forbidden });
  }
  for (const { name, check } of policies) {
    const problem = check(proposal);
    if (problem !== undefined) return refuse("policy_violation", { policy: name, problem });
  }
  return undefined;
}

function proposalOf({ put }: Decided<unknown>, { command, actor, reason, now }: Context): Proposal {
  return {
    command: command.name,
    actor,
    reason,
    now,
    slots: put.filter((record) => record.kind === "slot"),
    appointments: put.filter((record) => record.kind === "appointment"),
  };
}
