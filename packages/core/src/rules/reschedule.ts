import type { z } from "zod";
import type { Appointment } from "../model/appointment.ts";
import type { Command, rescheduleSlotSchema, rescheduleTimeSchema } from "../model/commands.ts";
import { statusWhenFreed } from "../model/computed-id.ts";
import type { Slot } from "../model/slot.ts";
import type { PlaceInTime, TimeRange } from "../model/time-range.ts";
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
import { keptSlot } from "./kept-slot.ts";
import { madeForOpening } from "./make-opening.ts";
import { type SlotToMake, slotForOpening } from "./open-seat.ts";
import { readsForTime, refuseTime, tokensIn } from "./slot-for-time.ts";
import {
  bookInto,
  type Claim,
  claimSlots,
  freeSlots,
  providersOf,
  refuseOtherSchedule,
  refuseRepeated,
} from "./take-slots.ts";
import { refuseRange } from "./time.ts";

type MoveToSlot = z.output<typeof rescheduleSlotSchema>;
type MoveToTime = z.output<typeof rescheduleTimeSchema>;

/** What `reschedule` returns. */
export interface Rescheduled extends Booked {
  /** The slots that it owned before and no longer owns. They are available, or withdrawn if they were made for it. */
  readonly freedSlots: readonly Slot[];
}

/**
 * Moves a confirmed appointment: the new slots are taken and the old ones freed in one step. To a time, it stays in its slot
 * if that contains the time, and otherwise takes a free one that does, or that of a computed opening, which it makes. With a token, it takes the slot that this
 * holds there.
 */
export const reschedule: Rule<Command<"reschedule">, Rescheduled> = {
  reads(command, seen, context): Reads {
    const appointment = seen.appointment(command.appointmentId);
    const owned = appointment?.slotIds ?? [];
    const named = isToSlot(command) ? [command.slotId, ...command.alsoSlotIds] : [];
    const keys = [appointmentKey(command.appointmentId), ...[...named, ...owned].map(slotKey)];
    if (isToSlot(command) || appointment === undefined) return { keys };
    const isKnown = owned.every((id) => seen.slot(id) !== undefined);
    if (!isKnown || keptSlot(appointment, command, seen) !== undefined) return { keys };
    const place = placeOf(appointment, command);
    return { keys, ...readsForTime(place, tokensIn(command), seen, context) };
  },

  decide(command, seen, context) {
    const appointment = findAppointment(seen, command.appointmentId, command.ifVersion);
    if (isRefusal(appointment)) return appointment;
    return (
      refuseAppointmentChange(appointment, "confirmed", context) ??
      (isToSlot(command)
        ? moveToSlot(command, appointment, seen, context)
        : moveToTime(command, appointment, seen, context))
    );
  },
};

function isToSlot(command: Command<"reschedule">): command is MoveToSlot {
  return command.slotId !== undefined;
}

const placeOf = ({ providerId, facilityId }: Appointment, { start, end }: TimeRange): PlaceInTime => {
  return { providerId, facilityId, start, end };
};

function moveToSlot(
  command: MoveToSlot,
  appointment: Appointment,
  seen: Seen,
  context: Context,
): Decision<Rescheduled> {
  const ids = [command.slotId, ...command.alsoSlotIds];
  const primary = seen.slot(command.slotId);
  const claimOf = (slot: Slot): Claim => ({
    start: command.start ?? slot.start,
    end: command.end ?? slot.end,
    appointmentId: appointment.id,
    holdTokens: tokensIn(command),
  });
  const refusal =
    refuseRepeated(ids) ?? (primary && (refuseOtherSchedule(primary, appointment) ?? refuseRange(claimOf(primary))));
  return refusal ?? movedInto(ids, claimOf, appointment, seen, context);
}

function moveToTime(
  command: MoveToTime,
  appointment: Appointment,
  seen: Seen,
  context: Context,
): Decision<Rescheduled> {
  const { start, end } = command;
  const refusal = refuseRange({ start, end });
  if (refusal !== undefined) return refusal;
  const slot = keptSlot(appointment, command, seen) ?? chooseSlot(seen.found, context.command.id);
  const appointmentId = appointment.id;
  const holdTokens = tokensIn(command);
  const claimOf = () => ({ start, end, appointmentId, holdTokens });
  if (slot !== undefined) return movedInto([slot.id], claimOf, appointment, seen, context);
  const place = placeOf(appointment, command);
  const opening = slotForOpening(place, seen, context, withdrawnWith(appointment, seen));
  if (opening !== undefined) return movedToOpening(opening, appointment, seen, context);
  return refuseTime(place, holdTokens, { appointmentId });
}

/** What was made for the appointment is not in its way: it is withdrawn in the same step. What becomes free again is. */
export function withdrawnWith({ id, slotIds }: Appointment, seen: Seen): readonly string[] {
  return slotIds.filter((slotId) => {
    const slot = seen.slot(slotId);
    return slot?.appointmentId === id && statusWhenFreed(slot) === "withdrawn";
  });
}

function movedInto(
  ids: readonly string[],
  claimOf: (primary: Slot) => Claim,
  appointment: Appointment,
  seen: Seen,
  context: Context,
): Decision<Rescheduled> {
  const slots = claimSlots(ids, claimOf, seen, context);
  if (isRefusal(slots)) return slots;
  const { start, end } = claimOf(slots[0] as Slot);
  const owned = { providerIds: providersOf(slots), slotIds: ids };
  const change = changeAppointment(appointment, { start, end, ...owned }, context);
  const freed = freeSlots(appointment, seen, context, ids);
  const taken = bookInto(slots, appointment.id, context);
  const asTheyAre = new Map([...slots, ...taken.map(({ record }) => record)].map((slot) => [slot.id, slot]));
  return decided([change, ...freed, ...taken], rescheduledAs(change, [...asTheyAre.values()], freed));
}

/** Makes the slot of a computed opening, booked, as a booking of that time does. */
function movedToOpening(
  opening: SlotToMake,
  appointment: Appointment,
  seen: Seen,
  context: Context,
): Decision<Rescheduled> {
  const { start, end } = opening;
  const owned = { providerIds: providersOf([opening]), slotIds: [opening.id] };
  const change = changeAppointment(appointment, { start, end, ...owned }, context);
  const freed = freeSlots(appointment, seen, context);
  const { slot, beside } = madeForOpening(opening, appointment, seen, context);
  return decided([...beside, change, ...freed, slot], rescheduledAs(change, [slot.record], freed));
}

function rescheduledAs(
  { record: appointment }: Change<Appointment>,
  slots: readonly Slot[],
  freed: readonly Change<Slot>[],
): Rescheduled {
  return { appointment, slots, freedSlots: freed.map(({ record }) => record) };
}
