import type { Appointment } from "../model/appointment.ts";
import type { Command } from "../model/commands.ts";
import type { Replayable } from "../model/replayable.ts";
import type { Slot } from "../model/slot.ts";
import { openOffer, withoutOffer } from "./answered.ts";
import { changeAppointment, decided, isRefusal, type Rule } from "./decision.ts";
import { appointmentKey, findAppointment, refuseAppointmentChange, slotKey } from "./find.ts";
import { endOffer, heldIdsOf } from "./held-for.ts";

/** An appointment that waits for its provider again. */
export interface DeclinedOffer extends Replayable {
  /** The appointment, still `scheduled`. */
  readonly appointment: Appointment;
  /** The slot that was offered, if that changes it: it is available, or still held because it was asked for. */
  readonly slots: readonly Slot[];
}

/**
 * The subject does not want the time that was offered. Its slot becomes free, unless the request holds it as well, and
 * the request waits as before.
 */
export const declineOffer: Rule<Command<"declineOffer">, DeclinedOffer> = {
  reads: ({ appointmentId }, seen) => ({
    keys: [appointmentKey(appointmentId), ...heldIdsOf(seen.appointment(appointmentId)).map(slotKey)],
  }),

  decide({ appointmentId, ifVersion }, seen, context) {
    const appointment = findAppointment(seen, appointmentId, ifVersion);
    if (isRefusal(appointment)) return appointment;
    const refusal = refuseAppointmentChange(appointment, "scheduled", context);
    if (refusal !== undefined) return refusal;
    const offer = openOffer(appointment, context);
    if (isRefusal(offer)) return offer;
    const change = changeAppointment(appointment, withoutOffer(appointment), context);
    const ended = endOffer(appointment, offer, seen, context);
    if (ended === undefined) return decided([change], { appointment: change.record, slots: [] });
    return decided([change, ended], { appointment: change.record, slots: [ended.record] });
  },
};
