import type { Command } from "../model/commands.ts";
import type { Slot } from "../model/slot.ts";
import type { Booked } from "./book.ts";
import { changeAppointment, decided, isRefusal, type Reads, type Rule } from "./decision.ts";
import { appointmentKey, findAppointment, refuseAppointmentChange, slotKey } from "./find.ts";
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

/** What `reschedule` returns. */
export interface Rescheduled extends Booked {
  /** The slots that it owned before and no longer owns. They are available, or withdrawn if they were made for it. */
  readonly freedSlots: readonly Slot[];
}

/** Moves a confirmed appointment: the new slots are taken and the old ones freed in one step. */
export const reschedule: Rule<Command<"reschedule">, Rescheduled> = {
  reads({ appointmentId, slotId, alsoSlotIds }, seen): Reads {
    const owned = seen.appointment(appointmentId)?.slotIds ?? [];
    return { keys: [appointmentKey(appointmentId), ...[slotId, ...alsoSlotIds, ...owned].map(slotKey)] };
  },

  decide(command, seen, context) {
    const appointment = findAppointment(seen, command.appointmentId, command.ifVersion);
    if (isRefusal(appointment)) return appointment;
    const ids = [command.slotId, ...command.alsoSlotIds];
    const primary = seen.slot(command.slotId);
    const claimOf = (slot: Slot): Claim => ({
      start: command.start ?? slot.start,
      end: command.end ?? slot.end,
      appointmentId: appointment.id,
      holdTokens: [command.holdToken ?? []].flat(),
    });
    const refusal =
      refuseAppointmentChange(appointment, "confirmed", context) ??
      refuseRepeated(ids) ??
      (primary && (refuseOtherSchedule(primary, appointment) ?? refuseRange(claimOf(primary))));
    if (refusal !== undefined) return refusal;
    const slots = claimSlots(ids, claimOf, seen, context);
    if (isRefusal(slots)) return slots;
    const { start, end } = claimOf(slots[0] as Slot);
    const owned = { providerIds: providersOf(slots), slotIds: ids };
    const change = changeAppointment(appointment, { start, end, ...owned }, context);
    const freed = freeSlots(appointment, seen, context, ids);
    const taken = bookInto(slots, appointment.id, context);
    const asTheyAre = new Map([...slots, ...taken.map(({ record }) => record)].map((slot) => [slot.id, slot]));
    return decided([change, ...freed, ...taken], {
      appointment: change.record,
      slots: [...asTheyAre.values()],
      freedSlots: freed.map(({ record }) => record),
    });
  },
};
