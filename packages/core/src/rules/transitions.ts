import type { AppointmentStatus } from "../model/appointment.ts";
import type { CommandName } from "../model/journal.ts";
import type { SlotStatus } from "../model/slot.ts";

/** One allowed change of state. `from: null` means that the record is created. */
export interface StateChange<Status extends string> {
  readonly from: Status | null;
  readonly to: Status;
  readonly by: readonly CommandName[];
}

/**
 * The allowed changes of a slot. One that is booked as it is made, of a computed opening, is withdrawn when it is freed; any
 * other becomes available. A hold that has expired counts as `available` here as everywhere else, so expiry needs
 * no row. `withdrawn` is final. Everything that is not in the table is refused.
 */
export const slotTransitions: readonly StateChange<SlotStatus>[] = [
  { from: null, to: "available", by: ["createSlots", "publishSlots"] },
  { from: null, to: "blocked", by: ["importBusy"] },
  { from: null, to: "booked", by: ["book"] },
  { from: "available", to: "held", by: ["hold", "request", "offer"] },
  { from: "available", to: "booked", by: ["book", "accept", "acceptOffer", "reschedule"] },
  { from: "available", to: "blocked", by: ["block", "importBusy"] },
  { from: "available", to: "withdrawn", by: ["publishSlots"] },
  { from: "held", to: "held", by: ["extend", "offer"] },
  { from: "held", to: "booked", by: ["book", "accept", "acceptOffer", "reschedule"] },
  {
    from: "held",
    to: "available",
    by: ["release", "breakHold", "accept", "decline", "offer", "acceptOffer", "declineOffer", "cancel", "repair"],
  },
  { from: "held", to: "blocked", by: ["breakHold"] },
  { from: "booked", to: "available", by: ["cancel", "markNoShow", "reschedule", "repair"] },
  { from: "booked", to: "withdrawn", by: ["cancel", "markNoShow", "reschedule", "repair"] },
  { from: "blocked", to: "available", by: ["unblock", "importBusy"] },
  { from: "blocked", to: "withdrawn", by: ["importBusy"] },
];

/** The allowed changes of an appointment. `completed`, `cancelled`, `no_show` and `declined` are final. */
export const appointmentTransitions: readonly StateChange<AppointmentStatus>[] = [
  { from: null, to: "confirmed", by: ["book"] },
  { from: null, to: "scheduled", by: ["book", "request"] },
  { from: "scheduled", to: "scheduled", by: ["offer", "declineOffer"] },
  { from: "scheduled", to: "confirmed", by: ["accept", "acceptOffer"] },
  { from: "scheduled", to: "declined", by: ["decline"] },
  { from: "scheduled", to: "cancelled", by: ["cancel"] },
  { from: "confirmed", to: "checked_in", by: ["checkIn"] },
  { from: "confirmed", to: "completed", by: ["complete"] },
  { from: "confirmed", to: "cancelled", by: ["cancel"] },
  { from: "confirmed", to: "no_show", by: ["markNoShow"] },
  { from: "confirmed", to: "confirmed", by: ["reschedule"] },
  { from: "checked_in", to: "completed", by: ["complete"] },
  { from: "checked_in", to: "no_show", by: ["markNoShow"] },
  { from: "checked_in", to: "cancelled", by: ["cancel"] },
];

/** Whether the table has a row for this change by this command. */
export function allows<Status extends string>(
  table: readonly StateChange<Status>[],
  from: Status | null,
  to: Status,
  by: CommandName,
): boolean {
  return table.some((row) => row.from === from && row.to === to && row.by.includes(by));
}
