import type { Refusal } from "../errors/index.ts";
import { newSlot, type Slot } from "../model/slot.ts";
import type { TimeRange } from "../model/time-range.ts";
import type { Actor, Metadata } from "../model/values.ts";
import type { Booked } from "../rules/book.ts";
import { type Context, type Decided, type Decision, isRefusal, type Seen } from "../rules/decision.ts";
import { rules } from "../rules/index.ts";
import { objections, type Policy } from "../rules/policy.ts";
import type { Neighbour, OfSubject } from "../rules/sight.ts";

/** What a policy is to be asked about. All that is left out has a value that does for most. */
export interface Occasion extends TimeRange {
  /** Default `"book"`. */
  readonly command?: "hold" | "book" | "reschedule" | "cancel";
  /** The time that the appointment has so far. For `reschedule` and `cancel`. Default: `start` and `end`. */
  readonly was?: TimeRange;
  /** Default: a day before `start`. */
  readonly now?: Date;
  /** Default `{ kind: "patient", id: "p-1" }`. */
  readonly actor?: Actor;
  readonly reason?: string;
  /** Default `"p-1"`. */
  readonly subjectId?: string;
  /** Default `"provider"`. */
  readonly providerId?: string;
  /** Default `"facility"`. */
  readonly facilityId?: string;
  /** Of the appointment. Default `{}`. */
  readonly metadata?: Metadata;
  /** Of the slot. Default `{}`. */
  readonly slotMetadata?: Metadata;
  /** What else is booked or held. Default: of the same provider, booked. */
  readonly neighbours?: readonly (TimeRange & Partial<Neighbour>)[];
  /** The subject's other appointments. Default: with the same provider, confirmed. */
  readonly ofSubject?: readonly (TimeRange & Partial<OfSubject>)[];
  /** The zone of the schedule. Default `"UTC"`. */
  readonly timeZone?: string;
  /** Who holds the slot. For `hold`. Default: nobody is named. */
  readonly holderId?: string;
  /** The other slots that they hold. Default: of the same provider, each by a hold of its own. */
  readonly ofHolder?: readonly (TimeRange & Partial<Slot>)[];
}

/** What a policy said, as the details of its refusal. */
export type PolicyAnswer = Extract<Refusal, { readonly refused: "policy_violation" }>["details"];

/**
 * Asks a policy as an engine would, without one: it is shown what it `sees` of the neighbours and appointments that are
 * given, and a wrong answer counts as a no. For the tests of your own policies.
 *
 * @returns Undefined if the policy has nothing against it.
 * @example
 * ```ts
 * const nine = { start: new Date("2027-03-22T09:00:00Z"), end: new Date("2027-03-22T09:30:00Z") };
 * expect(askPolicy(noOverlapOfSubject(), { ...nine, ofSubject: [nine] })?.policy).toBe("no_overlap_of_subject");
 * ```
 */
export function askPolicy(policy: Policy, occasion: Occasion): PolicyAnswer | undefined {
  const { context, seen, decision } = staged(occasion);
  if (isRefusal(decision)) throw new TypeError(`No engine would ask about this: ${decision.refused}.`);
  for (const { refusal } of objections([policy], undefined, decision, seen, context)) {
    return refusal.details as PolicyAnswer;
  }
  return undefined;
}

function staged(occasion: Occasion) {
  const { command = "book", start, actor = { kind: "patient", id: "p-1" }, reason = null } = occasion;
  const now = occasion.now ?? new Date(start.getTime() - 24 * 60 * 60_000);
  const made = { newId: () => "appointment", newToken: () => "token", hash: (text: string) => text };
  const asked = { name: command, id: "command" } as const;
  const context: Context = { now, command: asked, actor, reason, overlapScope: "facility", ...made };
  const slot = slotAt("slot", occasion, occasion);
  if (command === "hold") {
    const seen = seenOf([slot], occasion);
    return {
      context,
      seen,
      decision: rules.hold.decide(
        { ...envelope(actor), slotId: slot.id, alsoSlotIds: [], seconds: 300, holderId: occasion.holderId },
        seen,
        context,
      ),
    };
  }
  const own = { ...envelope(actor), alsoSlotIds: [], alternatives: 0 };
  const subject = { subjectId: occasion.subjectId ?? "p-1", metadata: occasion.metadata ?? {} };
  // The table of states asks which command it is.
  const toBook: Context = { ...context, command: { ...asked, name: "book" } };
  const booking = (slotId: string, seen: Seen) => rules.book.decide({ ...own, ...subject, slotId }, seen, toBook);
  if (command === "book") {
    const seen = seenOf([slot], occasion);
    return { context, seen, decision: booking(slot.id, seen) };
  }
  const before = slotAt("slot before", occasion.was ?? occasion, occasion);
  const booked = booking(before.id, seenOf([before], occasion)) as Decided<Booked>;
  const { appointment, slots } = booked.result;
  const seen = { ...seenOf([...slots, slot], occasion), appointment: () => appointment };
  const of = { ...own, appointmentId: appointment.id };
  const decision: Decision<object> =
    command === "cancel"
      ? rules.cancel.decide(of, seen, context)
      : rules.reschedule.decide({ ...of, slotId: slot.id }, seen, context);
  return { context, seen, decision };
}

const envelope = (actor: Actor) => ({ actor });

function slotAt(id: string, { start, end }: TimeRange, occasion: Occasion): Slot {
  const place = { ...placeOf(occasion), scheduleId: "schedule", seat: 0 };
  return newSlot({ id, ...place, start, end, metadata: occasion.slotMetadata ?? {} }, new Date(0));
}

const placeOf = ({ providerId = "provider", facilityId = "facility" }: Occasion) => ({ providerId, facilityId });

function seenOf(slots: readonly Slot[], occasion: Occasion): Seen {
  const { neighbours = [], ofSubject = [], timeZone = "UTC" } = occasion;
  const place = placeOf(occasion);
  const around = {
    neighbours: neighbours.map((one, index) => {
      return {
        slotId: `neighbour ${index}`,
        ...place,
        scheduleId: "schedule",
        appointmentId: `of neighbour ${index}`,
        ...one,
      };
    }),
    ofSubject: ofSubject.map((one, index) => {
      return { appointmentId: `other ${index}`, ...place, status: "confirmed" as const, ...one };
    }),
    timeZone,
    isCut: { provider: false, subject: false },
  };
  const none = () => undefined;
  const others = { schedule: none, appointment: none, availability: none };
  const ofHolder = { slots: heldBefore(occasion), isCut: false };
  return { slot: (id) => slots.find((slot) => slot.id === id), ...others, found: [], around, ofHolder };
}

function heldBefore(occasion: Occasion): readonly Slot[] {
  const { ofHolder = [], holderId = null } = occasion;
  return ofHolder.map((one, index) => {
    const hold = { tokenHash: `hold ${index}`, expiresAt: one.end, holderId };
    return { ...slotAt(`held ${index}`, one, occasion), status: "held" as const, hold, ...one };
  });
}
