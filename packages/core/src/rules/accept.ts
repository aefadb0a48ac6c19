import { refuse } from "../errors/index.ts";
import type { Command } from "../model/commands.ts";
import type { Booked } from "./book.ts";
import { chooseSlot, searchFreeSlot } from "./choose-slot.ts";
import { changeAppointment, decided, isRefusal, type Reads, type Rule } from "./decision.ts";
import { appointmentKey, findAppointment, refuseAppointmentChange, slotKey } from "./find.ts";
import { bookInto, claimSlots, providersOf, refuseOtherSchedule, refuseRepeated } from "./take-slots.ts";

/** A provider takes a `scheduled` appointment into a slot: the named one, or a free one that contains its time. */
export const accept: Rule<Command<"accept">, Booked> = {
  reads({ appointmentId, slotId, alsoSlotIds }, seen): Reads {
    const named = slotId === undefined ? alsoSlotIds : [slotId, ...alsoSlotIds];
    const keys = [appointmentKey(appointmentId), ...named.map(slotKey)];
    const appointment = seen.appointment(appointmentId);
    if (slotId !== undefined || appointment === undefined) return { keys };
    return { keys, search: searchFreeSlot(appointment, alsoSlotIds) };
  },

  decide(command, seen, context) {
    const appointment = findAppointment(seen, command.appointmentId, command.ifVersion);
    if (isRefusal(appointment)) return appointment;
    const { providerId, facilityId, start, end } = appointment;
    const slotId = command.slotId ?? chooseSlot(seen.found, context.command.id)?.id;
    const refusal = refuseAppointmentChange(appointment, "confirmed", context);
    if (refusal !== undefined) return refusal;
    if (slotId === undefined) {
      const { appointmentId } = command;
      return refuse("no_slot_available", { appointmentId, providerId, facilityId, start, end });
    }
    const ids = [slotId, ...command.alsoSlotIds];
    const primary = seen.slot(slotId);
    const wrong = refuseRepeated(ids) ?? (primary && refuseOtherSchedule(primary, appointment));
    if (wrong !== undefined) return wrong;
    const holdTokens = [command.holdToken ?? []].flat();
    const slots = claimSlots(ids, () => ({ start, end, holdTokens }), seen, context);
    if (isRefusal(slots)) return slots;
    const owned = { providerIds: providersOf(slots), slotIds: ids };
    const change = changeAppointment(appointment, { status: "confirmed", ...owned }, context);
    const taken = bookInto(slots, appointment.id, context);
    return decided([change, ...taken], { appointment: change.record, slots: taken.map(({ record }) => record) });
  },
};
