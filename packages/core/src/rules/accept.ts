import type { Appointment } from "../model/appointment.ts";
import type { WishedTime } from "../model/appointment-request.ts";
import type { Command } from "../model/commands.ts";
import { type Slot, slotAsOf } from "../model/slot.ts";
import { refuseExpiredRequest, withoutOffer } from "./answered.ts";
import type { Booked } from "./book.ts";
import { chooseSlot } from "./choose-slot.ts";
import {
  type Change,
  type Context,
  changeAppointment,
  type Decision,
  decided,
  isRefusal,
  type Reads,
  type Rule,
  type Seen,
} from "./decision.ts";
import { appointmentKey, findAppointment, refuseAppointmentChange, slotKey } from "./find.ts";
import { heldIdsOf, isHeldFor, releaseHeld } from "./held-for.ts";
import { madeForOpening } from "./make-opening.ts";
import { type SlotToMake, slotForOpening } from "./open-seat.ts";
import { isHeldBy, readsForTime, refuseTime, tokensIn } from "./slot-for-time.ts";
import { bookInto, claimSlots, providersOf, refuseOtherSchedule, refuseRepeated } from "./take-slots.ts";

/** What `accept` and `acceptOffer` return. */
export interface Accepted extends Booked {
  /** The other slots that were held for it. They became available. */
  readonly freedSlots: readonly Slot[];
}

/**
 * A provider takes a `scheduled` appointment into a slot: the named one, or the first free one that was asked for. If a
 * time was asked for, a free slot that contains it, or that of a computed opening, which it makes. With a token, the slot that this holds there.
 */
export const accept: Rule<Command<"accept">, Accepted> = {
  reads(command, seen, context): Reads {
    const { appointmentId, slotId, alsoSlotIds } = command;
    const appointment = seen.appointment(appointmentId);
    const wished = slotId === undefined ? wishesOf(appointment).map((wish) => wish.slotId) : [slotId];
    const slotIds = [...wished, ...alsoSlotIds, ...heldIdsOf(appointment)];
    const keys = [appointmentKey(appointmentId), ...slotIds.map(slotKey)];
    if (wished.length > 0 || appointment === undefined) return { keys };
    return { keys, ...readsForTime(appointment, tokensIn(command), seen, context, alsoSlotIds) };
  },

  decide(command, seen, context) {
    const { appointmentId, alsoSlotIds } = command;
    const appointment = findAppointment(seen, appointmentId, command.ifVersion);
    if (isRefusal(appointment)) return appointment;
    const refusal =
      refuseAppointmentChange(appointment, "confirmed", context) ?? refuseExpiredRequest(appointment, context);
    if (refusal !== undefined) return refusal;
    const wanted = wantedOf(command, appointment, seen, context);
    if (wanted === undefined) {
      const opening = alsoSlotIds.length > 0 ? undefined : slotForOpening(appointment, seen, context);
      if (opening !== undefined) return acceptOpening(opening, appointment, seen, context);
      return refuseTime(appointment, tokensIn(command), { appointmentId });
    }
    const { slotId, start, end } = wanted;
    const ids = [slotId, ...alsoSlotIds];
    const primary = seen.slot(slotId);
    const wrong = refuseRepeated(ids) ?? (primary && refuseOtherSchedule(primary, appointment));
    if (wrong !== undefined) return wrong;
    const holdTokens = tokensIn(command);
    const slots = claimSlots(ids, () => ({ start, end, holdTokens, appointmentId }), seen, context);
    if (isRefusal(slots)) return slots;
    const owned = { providerIds: providersOf(slots), slotIds: ids };
    const agreed = { status: "confirmed", start, end, ...owned, ...withoutOffer(appointment) } as const;
    const change = changeAppointment(appointment, agreed, context);
    const taken = bookInto(slots, appointmentId, context);
    const released = releaseHeld(appointment, seen, context, ids);
    return decided([change, ...taken, ...released], acceptedAs(change, taken, released));
  },
};

/** Makes the slot of a computed opening, booked, as a booking of that time does. */
function acceptOpening(
  opening: SlotToMake,
  appointment: Appointment,
  seen: Seen,
  context: Context,
): Decision<Accepted> {
  const owned = { providerIds: providersOf([opening]), slotIds: [opening.id] };
  const agreed = { status: "confirmed", ...owned, ...withoutOffer(appointment) } as const;
  const change = changeAppointment(appointment, agreed, context);
  const { slot, beside } = madeForOpening(opening, appointment, seen, context);
  const released = releaseHeld(appointment, seen, context, []);
  return decided([...beside, change, slot, ...released], acceptedAs(change, [slot], released));
}

/** The answer: every record that the command wrote. */
export function acceptedAs(
  { record: appointment }: Change<Appointment>,
  taken: readonly Change<Slot>[],
  released: readonly Change<Slot>[],
): Accepted {
  return {
    appointment,
    slots: taken.map(({ record }) => record),
    freedSlots: released.map(({ record }) => record),
  };
}

const wishesOf = (appointment: Appointment | undefined): readonly WishedTime[] => appointment?.request?.wishes ?? [];

/** The slot to take, and the time in it. Undefined if there is none. */
function wantedOf(
  command: Command<"accept">,
  appointment: Appointment,
  seen: Seen,
  context: Context,
): WishedTime | undefined {
  const { start, end } = appointment;
  const wishes = wishesOf(appointment);
  if (command.slotId !== undefined) {
    return wishes.find(({ slotId }) => slotId === command.slotId) ?? { slotId: command.slotId, start, end };
  }
  if (wishes.length > 0) return chosenWish(appointment, seen, context, tokensIn(command));
  const slotId = chooseSlot(seen.found, context.command.id)?.id;
  return slotId === undefined ? undefined : { slotId, start, end };
}

/**
 * Of the slots that were asked for, the first that is to be had, or else the first. With tokens, the first that these hold, or held,
 * if none is to be had. Undefined if none was.
 */
export function chosenWish(
  appointment: Appointment,
  seen: Seen,
  context: Context,
  tokens: readonly string[] = [],
): WishedTime | undefined {
  const wishes = wishesOf(appointment);
  const isToBeHad = ({ slotId }: WishedTime) => {
    const stored = seen.slot(slotId);
    const slot = stored && slotAsOf(stored, context.now);
    if (slot === undefined) return false;
    if (isHeldFor(appointment.id, slot, context)) return true;
    return tokens.length > 0 ? isHeldBy(tokens, slot, context) : slot.status === "available";
  };
  const wasHeld = ({ slotId }: WishedTime) => isHeldBy(tokens, seen.slot(slotId), context);
  return wishes.find(isToBeHad) ?? wishes.find(wasHeld) ?? wishes[0];
}
