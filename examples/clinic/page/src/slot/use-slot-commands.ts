import { useClient } from "@slotwright/client/react";
import type { CalendarSlot } from "../calendar/slot-words.ts";
import { useNames } from "../directory/use-names.ts";
import { useNotices } from "../notices/notices.tsx";
import { formatRange, formatShortDay } from "../time/format.ts";

/** What can be done to a slot and its appointment. Each shows at once; a refusal is told of in the notices. */
export function useSlotCommands({ slot, appointment }: CalendarSlot) {
  const { commands } = useClient();
  const { refused, told } = useNotices();
  const zone = useNames().zone(slot.facilityId);
  const when = `${formatShortDay(slot.start, zone)}, ${formatRange(slot.start, slot.end, zone)}`;

  function give(command: Promise<unknown>, done: string): void {
    command
      .then(() => told(`${done}: ${when}.`))
      .catch((error: unknown) => refused(error, { what: `${when} stays as it was.` }));
  }

  const ofSlot = { slotId: slot.id };
  const ofAppointment = { appointmentId: appointment?.id ?? "" };
  return {
    block: (reason: string) => give(commands.block(withReason(ofSlot, reason)), "Blocked"),
    unblock: () => give(commands.unblock(ofSlot), "Unblocked"),
    cancel: (reason: string) => give(commands.cancel(withReason(ofAppointment, reason)), "Cancelled"),
    checkIn: () => give(commands.checkIn(ofAppointment), "Checked in"),
    complete: () => give(commands.complete(ofAppointment), "Completed"),
    markNoShow: () => give(commands.markNoShow(ofAppointment), "Marked as missed"),
  };
}

function withReason<Input extends object>(input: Input, reason: string): Input & { readonly reason?: string } {
  return reason === "" ? input : { ...input, reason };
}
