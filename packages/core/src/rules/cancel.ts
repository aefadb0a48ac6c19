import type { Appointment, AppointmentStatus } from "../model/appointment.ts";
import type { Command } from "../model/commands.ts";
import type { Replayable } from "../model/replayable.ts";
import type { Slot } from "../model/slot.ts";
import { withoutOffer } from "./answered.ts";
import { changeAppointment, decided, isRefusal, type Reads, type Rule } from "./decision.ts";
import { appointmentKey, findAppointment, refuseAppointmentChange, slotKey } from "./find.ts";
import { heldIdsOf, releaseHeld } from "./held-for.ts";
import { freeSlots } from "./take-slots.ts";

/** An appointment that has ended without taking place. */
export interface EndedAppointment extends Replayable {
  /** The appointment, which no longer owns a slot. */
  readonly appointment: Appointment;
  /** The slots that it no longer owns. They are available, or withdrawn if they were made for it. */
  readonly slots: readonly Slot[];
}

/** Ends an appointment, and frees the slots that it owned, or that were held for it, in the same step. */
export function endAppointment(to: AppointmentStatus): Rule<Command<"cancel">, EndedAppointment> {
  return {
    reads({ appointmentId }, seen): Reads {
      const appointment = seen.appointment(appointmentId);
      const slotIds = [...(appointment?.slotIds ?? []), ...heldIdsOf(appointment)];
      return { keys: [appointmentKey(appointmentId), ...slotIds.map(slotKey)] };
    },

    decide({ appointmentId, ifVersion }, seen, context) {
      const appointment = findAppointment(seen, appointmentId, ifVersion);
      if (isRefusal(appointment)) return appointment;
      const refusal = refuseAppointmentChange(appointment, to, context);
      if (refusal !== undefined) return refusal;
      const change = changeAppointment(appointment, { status: to, slotIds: [], ...withoutOffer(appointment) }, context);
      const freed = [...freeSlots(appointment, seen, context), ...releaseHeld(appointment, seen, context)];
      return decided([change, ...freed], { appointment: change.record, slots: freed.map(({ record }) => record) });
    },
  };
}

/** Either side cancels the appointment. */
export const cancel = endAppointment("cancelled");
