import { type HostAnswer, type Refusal, refuse } from "../errors/index.ts";
import type { Appointment } from "../model/appointment.ts";
import { copyOf } from "../model/plain-json.ts";
import { type Slot, slotAsOf } from "../model/slot.ts";
import type { Metadata } from "../model/values.ts";
import { answerOf, type Question, questionOf } from "./answers.ts";
import { type Audience, holdsFor } from "./audience.ts";
import type { Context, Decided, Seen } from "./decision.ts";

/** What a policy is asked about: the command, and the records as they would become. Each policy has its own copy. */
export interface Proposal extends Question {
  /** The slots that the command changes or creates, as they would become. */
  readonly slots: readonly Slot[];
  /** The appointments that the command changes or creates, as they would become. */
  readonly appointments: readonly Appointment[];
  /** The same as they are. Those that the command would create are missing. */
  readonly before: {
    readonly slots: readonly Slot[];
    readonly appointments: readonly Appointment[];
  };
}

/** Why a policy says no, with what a program needs to know of it. */
export interface Objection {
  /** A sentence for the person at the screen. */
  readonly problem: string;
  /** The numbers and times in it, as plain JSON, for a screen that has words of its own. */
  readonly values?: Metadata;
}

/** A rule of your own, for example "no booking less than two hours ahead". Pure: same proposal, same answer. */
export interface Policy {
  /** Its name in refusals, overrides and the journal: 1 to 128 characters, and no other policy of the engine has it. */
  readonly name: string;
  /**
   * For whom it holds. What `audienceOf` says of the actor decides, so the engine must have that option. Default: for
   * everybody.
   */
  readonly audience?: readonly Audience[];
  /** Why not, as a sentence for the person at the screen, or undefined if nothing speaks against it. */
  readonly check: (proposal: Proposal) => string | Objection | undefined;
}

/** A policy that says no, as the refusal of the command. */
export interface PolicyRefusal {
  readonly policy: string;
  readonly refusal: Refusal;
}

/** Asks one policy after the other, and yields what those that hold for the actor have against the command. */
export function* objections(
  policies: readonly Policy[],
  audience: Audience | undefined,
  { put }: Decided<unknown>,
  seen: Seen,
  context: Context,
): Generator<PolicyRefusal> {
  const holding = policies.filter((policy) => holdsFor(policy.audience, audience));
  if (holding.length === 0) return;
  const slots = put.filter((record) => record.kind === "slot");
  const appointments = put.filter((record) => record.kind === "appointment");
  const before = {
    slots: slots.flatMap(({ id }) => asOf(seen.slot(id), context.now)),
    appointments: appointments.flatMap(({ id }) => seen.appointment(id) ?? []),
  };
  const proposal: Proposal = { ...questionOf(context), slots, appointments, before };
  for (const { name, check } of holding) {
    const answer = objectionOf(check(copyOf(proposal)));
    if (answer !== undefined) yield { policy: name, refusal: refuse("policy_violation", { policy: name, ...answer }) };
  }
}

const asOf = (slot: Slot | undefined, now: Date): readonly Slot[] => (slot === undefined ? [] : [slotAsOf(slot, now)]);

/** An objection with values is an answer as well. Anything else that is not a sentence counts as a mistake. */
function objectionOf(answer: unknown): (HostAnswer & Pick<Objection, "values">) | undefined {
  if (!isObjection(answer)) return answerOf(answer, "its check");
  const { problem, values } = answer;
  return values === undefined ? { problem } : { problem, values: copyOf(values) };
}

function isObjection(answer: unknown): answer is Objection {
  if (typeof answer !== "object" || answer === null) return false;
  const { problem, values } = answer as Partial<Objection>;
  return typeof problem === "string" && (values === undefined || (typeof values === "object" && values !== null));
}
