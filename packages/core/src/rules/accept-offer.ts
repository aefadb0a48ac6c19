import type { Command } from "../model/commands.ts";
import { type Accepted, acceptedAs } from "./accept.ts";
import { openOffer, withoutOffer } from "./answered.ts";
import { changeAppointment, decided, isRefusal, type Rule } from "./decision.ts";
import { appointmentKey, findAppointment, refuseAppointmentChange, slotKey } from "./find.ts";
import { heldIdsOf, releaseHeld } from "./held-for.ts";
import { bookInto, claimSlots, providersOf } from "./take-slots.ts";

/** The subject takes the time that was offered. What else was held for the appointment is given back. */
export const acceptOffer: Rule<Command<"acceptOffer">, Accepted> = {
  reads: ({ appointmentId }, seen) => ({
    keys: [appointmentKey(appointmentId), ...heldIdsOf(seen.appointment(appointmentId)).map(slotKey)],
  }),

  decide({ appointmentId, ifVersion }, seen, context) {
    const appointment = findAppointment(seen, appointmentId, ifVersion);
    if (isRefusal(appointment)) return appointment;
    const refusal = refuseAppointmentChange(appointment, "confirmed", context);
    if (refusal !== undefined) return refusal;
    const offer = openOffer(appointment, context);
    if (isRefusal(offer)) return offer;
    const { slotId, start, end } = offer;
    const slots = claimSlots([slotId], () => ({ start, end, appointmentId }), seen, context);
    if (isRefusal(slots)) return slots;
    const owned = { providerIds: providersOf(slots), slotIds: [slotId] };
    const agreed = { status: "confirmed", start, end, ...owned, ...withoutOffer(appointment) } as const;
    const change = changeAppointment(appointment, agreed, context);
    const taken = bookInto(slots, appointmentId, context);
    const released = releaseHeld(appointment, seen, context, [slotId]);
    return decided([change, ...taken, ...released], acceptedAs(change, taken, released));
  },
};
