import { emptyRequest, type Offer } from "../model/appointment-request.ts";
import type { Command } from "../model/commands.ts";
import type { Slot } from "../model/slot.ts";
import { refuseExpiredRequest } from "./answered.ts";
import { changeAppointment, decided, isRefusal, type Rule } from "./decision.ts";
import { appointmentKey, findAppointment, findSlot, refuseAppointmentChange, refuseTaken, slotKey } from "./find.ts";
import { endOffer, heldIdsOf, holdForOffer, isHeldFor } from "./held-for.ts";
import type { Requested } from "./request.ts";
import { refuseOtherSchedule } from "./take-slots.ts";
import { refuseMisfit, refuseRange } from "./time.ts";

/** What `offer` returns. */
export interface Offered extends Requested {
  /** The slot that is offered, and that of an earlier offer if it is held as before, because it was asked for. */
  readonly slots: readonly Slot[];
  /** The slot of an earlier offer, if it became available: one that was asked for stays held as long as the request says. */
  readonly freedSlots: readonly Slot[];
}

/**
 * Offers another time of the same provider and facility. Its slot is held for the appointment until the offer ends, and
 * one that is held for the request anyway no shorter than that. An earlier offer ends with it.
 */
export const offer: Rule<Command<"offer">, Offered> = {
  reads: ({ appointmentId, slotId }, seen) => ({
    keys: [appointmentKey(appointmentId), ...[slotId, ...heldIdsOf(seen.appointment(appointmentId))].map(slotKey)],
  }),

  decide({ appointmentId, ifVersion, slotId, seconds, ...wanted }, seen, context) {
    const appointment = findAppointment(seen, appointmentId, ifVersion);
    if (isRefusal(appointment)) return appointment;
    const slot = findSlot(seen, slotId, undefined, context);
    if (isRefusal(slot)) return slot;
    const { start = slot.start, end = slot.end } = wanted;
    const refusal =
      refuseAppointmentChange(appointment, "scheduled", context) ??
      refuseExpiredRequest(appointment, context) ??
      refuseOtherSchedule(slot, appointment) ??
      refuseRange({ start, end }) ??
      (isHeldFor(appointmentId, slot, context) ? undefined : refuseTaken(slot)) ??
      refuseMisfit(slot, { start, end });
    if (refusal !== undefined) return refusal;
    const expiresAt = new Date(context.now.getTime() + seconds * 1000);
    const offer: Offer = { slotId, start, end, expiresAt };
    const change = changeAppointment(
      appointment,
      { request: { ...(appointment.request ?? emptyRequest), offer } },
      context,
    );
    const held = holdForOffer(appointment, slot, expiresAt, context);
    const before = appointment.request?.offer ?? null;
    const isOther = before !== null && before.slotId !== slotId;
    const ended = isOther ? endOffer(appointment, before, seen, context) : undefined;
    const slots = [held.record];
    if (ended === undefined) return decided([change, held], { appointment: change.record, slots, freedSlots: [] });
    const isKept = ended.record.status === "held";
    return decided([change, held, ended], {
      appointment: change.record,
      slots: isKept ? [...slots, ended.record] : slots,
      freedSlots: isKept ? [] : [ended.record],
    });
  },
};
