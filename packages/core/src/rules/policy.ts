import { type HostAnswer, type Refusal, refuse } from "../errors/index.ts";
import type { Appointment } from "../model/appointment.ts";
import { type Help, isHelp } from "../model/help.ts";
import { limits } from "../model/limits.ts";
import { copyOf } from "../model/plain-json.ts";
import { type Slot, slotAsOf } from "../model/slot.ts";
import type { Metadata } from "../model/values.ts";
import { answerOf, type Question, questionOf } from "./answers.ts";
import { type Audience, holdsFor } from "./audience.ts";
import type { Context, Decided, Seen } from "./decision.ts";
import { isOwn, type Outline, outlineOf } from "./outline.ts";
import { byTimesOf } from "./policies/by-times.ts";
import {
  isBlind,
  type Neighbour,
  nothingAround,
  type OfSubject,
  type Sight,
  type Surroundings,
  seenThrough,
} from "./sight.ts";

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
  /**
   * The slots that the appointment of a `reschedule` has already and keeps as they are, and which are thus not among
   * `slots`. Empty for other commands.
   */
  readonly kept: readonly Slot[];
  /** What is booked or held of the providers, as far as `sees.provider` reaches. In the order of their starts. */
  readonly neighbours: readonly Neighbour[];
  /** The subject's other appointments, as far as `sees.subject` reaches. In the order of their starts. */
  readonly ofSubject: readonly OfSubject[];
  /** The IANA zone of the schedule of the first slot if `sees.timeZone` asks for it, or else null. */
  readonly timeZone: string | null;
  /**
   * The zones of all schedules on which the command takes a slot, keeps one or gives one up, by the `scheduleId` of the
   * slot: a room and an interpreter far away have other local days. Empty if `sees.timeZone` does not ask for them.
   */
  readonly timeZones: Readonly<Record<string, string>>;
  /** The other slots that the holder of a `hold` holds now, if `sees.holder` asks for them and the hold names its holder. */
  readonly ofHolder: readonly Slot[];
}

/** Why a policy says no, with what a program needs to know of it. */
export interface Objection {
  /** A sentence for the person at the screen. */
  readonly problem: string;
  /** The numbers and times in it, as plain JSON, for a screen that has words of its own. */
  readonly values?: Metadata;
  /** The slot or the appointment that is in the way, if it is one. Previews show it to actors who may see it. */
  readonly blockedBy?: Obstacle;
  /**
   * What may help against it, for previews. Empty if only another command could. Default: another time, and a person
   * with more rights, who may pass the policy.
   */
  readonly helps?: readonly Help[];
}

/** A record that is in the way of a command. */
export interface Obstacle {
  readonly kind: "slot" | "appointment";
  readonly id: string;
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
  /** What it has to see besides the records of the command. Default: nothing, and then it costs no read. */
  readonly sees?: Sight;
  /**
   * Why not, as a sentence for the person at the screen, or undefined if nothing speaks against it. It is asked about every
   * command, also about those that end an appointment, so look at `command` first.
   */
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
  // What is withdrawn in passing, because its hold has ended where something is put, is nobody's any more.
  const slots = put
    .filter((record) => record.kind === "slot")
    .filter(({ id, version }) => version === 1 || isThere(seen.slot(id), context.now));
  const appointments = put.filter((record) => record.kind === "appointment");
  const before = {
    slots: slots.flatMap(({ id }) => asOf(seen.slot(id), context.now)),
    appointments: appointments.flatMap(({ id }) => seen.appointment(id) ?? []),
  };
  const outline = outlineOf({ slots, appointments }, seen, context);
  const records = { slots, appointments, before, kept: outline?.kept ?? [] };
  const proposal: Proposal = { ...questionOf(context), ...records, ...nothingAround, ofHolder: [] };
  const others = seen.around && outline && withoutOwn(seen.around, outline);
  for (const policy of holding) {
    const { name, sees } = policy;
    const whole = () => ({
      ...proposal,
      ...whatItSees(sees, outline, others),
      ofHolder: heldBesides(sees, proposal, seen),
    });
    // A supplied one leaves what it is shown as it is, and need not be shown a copy of all that it sees.
    const shown = () => (byTimesOf(policy) === undefined ? copyOf(whole()) : whole());
    const answer = tooMuch(sees, outline, seen) ?? objectionOf(policy.check(shown()));
    if (answer !== undefined) yield { policy: name, refusal: refuse("policy_violation", { policy: name, ...answer }) };
  }
}

/** Who has been shown only a part would decide on that part. */
function tooMuch(
  sees: Sight | undefined,
  outline: Outline | undefined,
  { around, ofHolder }: Seen,
): HostAnswer | undefined {
  if (sees === undefined || outline === undefined) return undefined;
  const isCut = { ...around?.isCut, holder: ofHolder?.isCut };
  const cut = (["provider", "subject", "holder"] as const).find((of) => sees[of] !== undefined && isCut[of]);
  if (cut === undefined) return undefined;
  const problem = `sees.${cut} covers more than ${limits.rowsAround} bookings here, so its check was not asked. Let the policies of this engine see less of a ${cut}.`;
  return { problem, unanswered: true };
}

const isThere = (slot: Slot | undefined, now: Date): boolean =>
  slot !== undefined && slotAsOf(slot, now).status !== "withdrawn";

const asOf = (slot: Slot | undefined, now: Date): readonly Slot[] => (slot === undefined ? [] : [slotAsOf(slot, now)]);

/** What was read of the surroundings, as far as this policy looks. */
function whatItSees(sees: Sight | undefined, outline: Outline | undefined, others: Surroundings | undefined) {
  if (sees === undefined || outline === undefined || isBlind(sees)) return nothingAround;
  // A decision on what nobody has looked at would be none.
  if (others === undefined) throw new Error("A policy has to see what was not read.");
  return seenThrough(sees, outline, others);
}

/** Without the command's own records. */
function withoutOwn({ neighbours, ofSubject, ...zones }: Surroundings, outline: Outline): Surroundings {
  return {
    neighbours: neighbours.filter((one) => !isOwn(outline, one)),
    ofSubject: ofSubject.filter(({ appointmentId }) => appointmentId !== outline.appointmentId),
    ...zones,
  };
}

/** What the holder of this hold has besides. */
function heldBesides(sees: Sight | undefined, { command, slots }: Proposal, { ofHolder }: Seen): readonly Slot[] {
  if (sees?.holder === undefined || command !== "hold" || (slots[0]?.hold?.holderId ?? null) === null) return [];
  if (ofHolder === undefined) throw new Error("A policy has to see what was not read.");
  return ofHolder.slots.filter(({ id }) => !slots.some((own) => own.id === id));
}

/** An objection with values is an answer as well. Anything else that is not a sentence counts as a mistake. */
function objectionOf(answer: unknown): (HostAnswer & Omit<Objection, "problem">) | undefined {
  if (!isObjection(answer)) return answerOf(answer, "its check");
  const { problem, values, blockedBy, helps } = answer;
  return {
    problem,
    ...(values !== undefined && { values: copyOf(values) }),
    ...(blockedBy !== undefined && { blockedBy: { kind: blockedBy.kind, id: blockedBy.id } }),
    ...(helps !== undefined && { helps: [...helps] }),
  };
}

function isObjection(answer: unknown): answer is Objection {
  if (typeof answer !== "object" || answer === null) return false;
  const { problem, values, blockedBy, helps } = answer as Partial<Objection>;
  return (
    typeof problem === "string" &&
    (values === undefined || (typeof values === "object" && values !== null && hasJson(values))) &&
    (blockedBy === undefined || isObstacle(blockedBy)) &&
    (helps === undefined || (Array.isArray(helps) && helps.every(isHelp)))
  );
}

/** Not if it contains itself, or a bigint. */
function hasJson(values: object): boolean {
  try {
    // Of the copy that is shown: what makes JSON of itself may hide that it contains itself.
    return JSON.stringify(copyOf(values)) !== undefined;
  } catch {
    return false;
  }
}

function isObstacle(given: unknown): boolean {
  if (typeof given !== "object" || given === null) return false;
  const { kind, id } = given as Partial<Obstacle>;
  return (kind === "slot" || kind === "appointment") && typeof id === "string";
}
