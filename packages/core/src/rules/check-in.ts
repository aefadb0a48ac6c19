import type { Appointment, AppointmentStatus } from "../model/appointment.ts";
import type { Command } from "../model/commands.ts";
import type { Replayable } from "../model/replayable.ts";
import { changeAppointment, decided, isRefusal, type Rule } from "./decision.ts";
import { appointmentKey, findAppointment, refuseAppointmentChange } from "./find.ts";

/** An appointment that has changed its state. */
export interface ChangedAppointment extends Replayable {
  /** The appointment as it is now. */
  readonly appointment: Appointment;
}

/** Changes the state of an appointment that keeps its slots. */
export function advanceAppointment(to: AppointmentStatus): Rule<Command<"checkIn">, ChangedAppointment> {
  return {
    reads: ({ appointmentId }) => ({ keys: [appointmentKey(appointmentId)] }),

    decide({ appointmentId, ifVersion }, seen, context) {
      const appointment = findAppointment(seen, appointmentId, ifVersion);
      if (isRefusal(appointment)) return appointment;
      const refusal = refuseAppointmentChange(appointment, to, context);
      if (refusal !== undefined) return refusal;
      const change = changeAppointment(appointment, { status: to }, context);
      return decided([change], { appointment: change.record });
    },
  };
}

/** The subject has arrived. */
export const checkIn = advanceAppointment("checked_in");
