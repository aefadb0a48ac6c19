import type { ErrorCode, ErrorDetails, Refusal } from "../../errors/index.ts";
import type { Appointment } from "../../model/appointment.ts";
import { busyMarkOf } from "../../model/busy.ts";
import { scheduleIdIn } from "../../model/schedule.ts";
import { newSlot, type Slot } from "../../model/slot.ts";
import type { Context, Seen } from "../../rules/decision.ts";
import { appointmentTransitions } from "../../rules/transitions.ts";
import type { Envelope } from "../request.ts";

/** What a rule would decide if something that is in the way were not. */
export interface Supposed {
  readonly command: Envelope;
  readonly seen: Seen;
  /** What the command said, and in what state records are, can be supposed once. */
  readonly done: ReadonlySet<string>;
  /** How many slots were taken away because they overlap. */
  readonly overlaps: number;
}

type Suppose<C extends ErrorCode> = (
  details: ErrorDetails[C],
  supposed: Supposed,
  context: Context,
) => Supposed | undefined;

/** Slots that overlap, of which a preview names each. There may be thousands. */
const mostOverlaps = 10;

/** A slot that the command could go on with. */
function slotAtHand(
  { slotId }: { readonly slotId: string },
  supposed: Supposed,
  context: Context,
): Supposed | undefined {
  const slot = supposed.seen.slot(slotId);
  return slot && once(`slot ${slotId}`, withSlots(supposed, [{ ...slot, ...stateFor(slot, supposed, context) }]));
}

/** What is not in the table cannot be supposed: what does not exist, and what the input alone makes wrong. */
const suppositions: { readonly [C in ErrorCode]?: Suppose<C> } = {
  version_conflict: (_, supposed) => withCommand(supposed, { ifVersion: undefined }),
  appointment_exists: (_, supposed) => withCommand(supposed, { appointmentId: undefined }),
  slot_exists: ({ slotId }, supposed) => once(`new ${slotId}`, withoutSlot(supposed, slotId)),
  slot_booked: slotAtHand,
  slot_held: slotAtHand,
  slot_blocked: slotAtHand,
  slot_withdrawn: slotAtHand,
  hold_not_found: slotAtHand,
  hold_expired: slotAtHand,
  hold_not_owned: slotAtHand,
  invalid_transition: inAnotherState,
  request_expired: ({ appointmentId }, supposed) => withRequest(supposed, appointmentId, { expiresAt: null }),
  offer_expired({ appointmentId }, supposed, { now }) {
    const offer = supposed.seen.appointment(appointmentId)?.request?.offer;
    return offer ? withRequest(supposed, appointmentId, { offer: { ...offer, expiresAt: justAfter(now) } }) : undefined;
  },
  time_mismatch({ slotId, start, end }, supposed) {
    const slot = supposed.seen.slot(slotId);
    return slot && withSlots(supposed, [{ ...slot, start: earlier(slot.start, start), end: later(slot.end, end) }]);
  },
  no_slot_available: withFreeSlot,
  schedule_mismatch: atOnePlace,
  slot_overlap: withoutOverlap,
};

/**
 * The same without what the refusal names. Undefined if it tells of an earlier supposition, or there is nothing to go on with.
 */
export function withoutObstacle({ refused, details }: Refusal, supposed: Supposed, context: Context) {
  const suppose = suppositions[refused] as Suppose<never> | undefined;
  return suppose?.(details as never, supposed, context);
}

function once(what: string, supposed: Supposed): Supposed | undefined {
  return supposed.done.has(what) ? undefined : { ...supposed, done: new Set([...supposed.done, what]) };
}

/** The state that the command expects of a slot: with a token, the slot is held by it. */
function stateFor({ hold }: Slot, { command }: Supposed, { command: { name }, now, hash }: Context) {
  if (name === "unblock") return { status: "blocked", appointmentId: null, hold: null } as const;
  const [token] = [command.holdToken ?? []].flat();
  if (token === undefined && name !== "breakHold") {
    return { status: "available", appointmentId: null, hold: null } as const;
  }
  const own = { tokenHash: hash(token ?? ""), expiresAt: justAfter(now), holderId: hold?.holderId ?? null };
  return { status: "held", appointmentId: null, hold: own } as const;
}

/** The first state from which the command leads on. A busy time may have been blocked by hand as well. */
function inAnotherState(
  { record, id }: ErrorDetails["invalid_transition"],
  supposed: Supposed,
  context: Context,
): Supposed | undefined {
  if (record === "appointment") {
    const way = appointmentTransitions.find(({ from, by }) => from !== null && by.includes(context.command.name));
    return way?.from ? once(`appointment ${id}`, withAppointment(supposed, id, { status: way.from })) : undefined;
  }
  const slot = supposed.seen.slot(id);
  if (slot === undefined) return undefined;
  if (busyMarkOf(slot) === undefined) return slotAtHand({ slotId: id }, supposed, context);
  const { busy, ...metadata } = slot.metadata;
  return withSlots(supposed, [{ ...slot, metadata }]);
}

/** A slot that is as long as the time: free, or, with a token, held by it. */
function withFreeSlot(
  { providerId, facilityId, start, end }: ErrorDetails["no_slot_available"],
  supposed: Supposed,
  context: Context,
): Supposed | undefined {
  const place = { providerId, facilityId };
  const own = { id: context.newId(), scheduleId: scheduleIdIn(place, context), seat: 0, metadata: {} };
  const made = newSlot({ ...own, ...place, start, end }, context.now);
  const slot = { ...made, ...stateFor(made, supposed, context) };
  const { seen } = withSlots(supposed, [slot]);
  return once("free slot", { ...supposed, seen: { ...seen, found: [slot] } });
}

/** As if all were at the place of the slot, or, if the command asks for several, at that of the first. */
function atOnePlace(
  { field, expected, actual }: ErrorDetails["schedule_mismatch"],
  supposed: Supposed,
): Supposed | undefined {
  const { command, seen } = supposed;
  if (field in command && command[field as keyof Envelope] !== undefined) {
    return once(field, withCommand(supposed, { [field]: actual }));
  }
  const { appointmentId = "", orSlotIds = [] } = command;
  const others = orSlotIds.flatMap((id) => seen.slot(id) ?? []);
  const moved = others.filter((slot) => field !== "timeZone" && slot[field] === actual);
  const there = moved.map((slot) => ({ ...slot, [field]: expected }));
  if (there.length > 0) return withSlots(supposed, there);
  return once(field, withAppointment(supposed, appointmentId, { [field]: actual }));
}

/** Without the stored slot that is in the way. Of two new ones that overlap, without the later in the order of time. */
function withoutOverlap(
  { conflictingSlotId, index }: ErrorDetails["slot_overlap"],
  supposed: Supposed,
): Supposed | undefined {
  const { seen, command, overlaps } = supposed;
  if (overlaps === mostOverlaps) return undefined;
  const further = { ...supposed, overlaps: overlaps + 1 };
  if (conflictingSlotId !== null) {
    return { ...further, seen: { ...seen, found: seen.found.filter(({ id }) => id !== conflictingSlotId) } };
  }
  const { slots } = command as { readonly slots?: readonly object[] };
  // It keeps its place, so that the others keep theirs.
  const seatless = slots?.map((slot, at) => (at === index ? { ...slot, capacity: 0 } : slot));
  return withCommand(further, { slots: seatless });
}

const withCommand = (supposed: Supposed, changes: object): Supposed => ({
  ...supposed,
  command: { ...supposed.command, ...changes },
});

function withSlots(supposed: Supposed, slots: readonly Slot[]): Supposed {
  const { seen } = supposed;
  return { ...supposed, seen: { ...seen, slot: (id) => slots.find((slot) => slot.id === id) ?? seen.slot(id) } };
}

function withoutSlot(supposed: Supposed, slotId: string): Supposed {
  const { seen } = supposed;
  return { ...supposed, seen: { ...seen, slot: (id) => (id === slotId ? undefined : seen.slot(id)) } };
}

function withAppointment(supposed: Supposed, appointmentId: string, changes: Partial<Appointment>): Supposed {
  const { seen } = supposed;
  const stored = seen.appointment(appointmentId);
  if (stored === undefined) return supposed;
  const appointment = { ...stored, ...changes };
  return {
    ...supposed,
    seen: { ...seen, appointment: (id) => (id === appointmentId ? appointment : seen.appointment(id)) },
  };
}

function withRequest(
  supposed: Supposed,
  appointmentId: string,
  changes: Partial<NonNullable<Appointment["request"]>>,
): Supposed | undefined {
  const request = supposed.seen.appointment(appointmentId)?.request;
  return request ? withAppointment(supposed, appointmentId, { request: { ...request, ...changes } }) : undefined;
}

const justAfter = (now: Date): Date => new Date(now.getTime() + 1);
const earlier = (one: Date, other: Date): Date => (one < other ? one : other);
const later = (one: Date, other: Date): Date => (one > other ? one : other);
