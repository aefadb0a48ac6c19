import type { Refusal } from "../errors/index.ts";
import type { CommandName } from "../model/journal.ts";
import { newSlot, type Slot } from "../model/slot.ts";
import type { TimeRange } from "../model/time-range.ts";
import type { Actor, Metadata } from "../model/values.ts";
import type { Booked } from "../rules/book.ts";
import { type Context, type Decision, isRefusal, type Rule, type Seen } from "../rules/decision.ts";
import { rules } from "../rules/index.ts";
import { objections, type Policy } from "../rules/policy.ts";
import { type Neighbour, type OfSubject, zonesOfOne } from "../rules/sight.ts";

/** What a policy is to be asked about. All that is left out has a value that does for most. */
export interface Occasion extends TimeRange {
  /** Default `"book"`. */
  readonly command?:
    | "hold"
    | "book"
    | "request"
    | "accept"
    | "decline"
    | "offer"
    | "acceptOffer"
    | "declineOffer"
    | "reschedule"
    | "checkIn"
    | "complete"
    | "markNoShow"
    | "cancel";
  /**
   * The time that the appointment has so far, or that was asked for before another one was offered. `accept` takes what was
   * asked for. Default: `start` and `end`.
   */
  readonly was?: TimeRange;
  /** When the appointment was asked for, if it was. Default: `now`. */
  readonly requestedAt?: Date;
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

interface Staged {
  readonly context: Context;
  readonly seen: Seen;
  readonly decision: Decision<object>;
}

/** The command, on what was agreed before it. */
function staged(occasion: Occasion): Staged {
  const { command = "book", holderId } = occasion;
  const slot = slotAt("slot", occasion, occasion);
  const free = seenOf([slot], occasion);
  const asked = { slotId: slot.id, orSlotIds: [], ...subjectOf(occasion) };
  if (command === "hold") return given(occasion, "hold", { slotId: slot.id, seconds: 300, holderId }, free);
  if (command === "book" || command === "request") return given(occasion, command, asked, free);
  const { appointment, slots } = agreedBefore(occasion, slot);
  const others = slots.some(({ id }) => id === slot.id) ? [] : [slot];
  const seen = { ...seenOf([...slots, ...others], occasion), appointment: () => appointment };
  const of = { appointmentId: appointment.id };
  const into = command === "accept" || command === "offer" || command === "reschedule" ? { slotId: slot.id } : {};
  return given(occasion, command, { ...of, ...into, seconds: 3_600 }, seen);
}

/** What there is before a command about an appointment: one that is booked, one that is asked for, or an offer. */
function agreedBefore(occasion: Occasion, slot: Slot): Booked {
  const { command = "book", was = occasion, requestedAt } = occasion;
  const before = slotAt("slot before", was, occasion);
  const subject = subjectOf(occasion);
  if (!answers.has(command)) {
    return agreedOn(given(occasion, "book", { slotId: before.id, ...subject }, seenOf([before], occasion)));
  }
  const wished = command === "accept" ? slot : before;
  const wish = { slotId: wished.id, orSlotIds: [], ...subject };
  const request = agreedOn(given(occasion, "request", wish, seenOf([wished], occasion), requestedAt));
  if (command !== "acceptOffer" && command !== "declineOffer") return { ...request, slots: [wished] };
  const seen = { ...seenOf([before, slot], occasion), appointment: () => request.appointment };
  const offer = { appointmentId: request.appointment.id, slotId: slot.id, seconds: 3_600 };
  return agreedOn(given(occasion, "offer", offer, seen));
}

/** Commands that answer a request, or an offer. */
const answers: ReadonlySet<string> = new Set(["accept", "decline", "offer", "acceptOffer", "declineOffer"]);

function agreedOn({ decision }: Staged): Booked {
  if (isRefusal(decision)) throw new TypeError(`No engine would ask about this: ${decision.refused}.`);
  return decision.result as Booked;
}

/** @param now Default: that of the occasion. */
function given(occasion: Occasion, name: CommandName, input: object, seen: Seen, now = nowOf(occasion)): Staged {
  const { actor = { kind: "patient", id: "p-1" }, reason = null } = occasion;
  const made = { newId: () => "appointment", newToken: () => "token", hash: (text: string) => text };
  const command = { name, id: "command" };
  const context: Context = { now, command, actor, reason, overlapScope: "facility", ...made };
  const rule = rules[name] as Rule<unknown, object>;
  return { context, seen, decision: rule.decide({ actor, alsoSlotIds: [], ...input }, seen, context) };
}

const nowOf = ({ start, now }: Occasion): Date => now ?? new Date(start.getTime() - 24 * 60 * 60_000);

const subjectOf = ({ subjectId = "p-1", metadata = {} }: Occasion) => ({ subjectId, metadata });

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
    ...zonesOfOne("schedule", timeZone),
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
