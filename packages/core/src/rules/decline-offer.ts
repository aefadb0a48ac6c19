import type { Appointment } from "../model/appointment.ts";
import type { Command } from "../model/commands.ts";
import type { Replayable } from "../model/replayable.ts";
import type { Slot } from "../model/slot.ts";
import { openOffer, withoutOffer } from "./answered.ts";
import { changeAppointment, decided, isRefusal, type Rule } from "./decision.ts";
import { appointmentKey, findAppointment, refuseAppointmentChange, slotKey } from "./find.ts";
import { heldIdsOf, releaseHeld } from "./held-for.ts";

/** An appointment that waits for its provider again. */
export interface DeclinedOffer extends Replayable {
  /** The appointment, still `scheduled`. */
  readonly appointment: Appointment;
  /** The slot that was offered, now available. */
  readonly slots: readonly Slot[];
}

/** The subject does not want the time that was offered. Its slot becomes free, and the request waits as before. */
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
    const others = heldIdsOf(appointment).filter((id) => id !== offer.slotId);
    const freed = releaseHeld(appointment, seen, context, others);
    return decided([change, ...freed], { appointment: change.record, slots: freed.map(({ record }) => record) });
  },
};
