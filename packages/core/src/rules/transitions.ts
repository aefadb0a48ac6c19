import type { AppointmentStatus } from "../model/appointment.ts";
import type { CommandName } from "../model/journal.ts";
import type { SlotStatus } from "../model/slot.ts";

/** One allowed change of state. `from: null` means that the record is created. */
export interface StateChange<Status extends string> {
  readonly from: Status | null;
  readonly to: Status;
  readonly by: readonly CommandName[];
}

/** A row of a table. The client brings the tables to browsers, where each word counts. */
const way = <Status extends string>(
  from: Status | null,
  to: Status,
  ...by: readonly CommandName[]
): StateChange<Status> => ({ from, to, by });

/**
 * The allowed changes of a slot. One that is booked or held as it is made, of a computed opening, is withdrawn when it is freed;
 * any other becomes available. A hold that has expired counts as over here as everywhere else, so expiry needs
 * no row. `withdrawn` is final. Everything that is not in the table is refused.
 */
export const slotTransitions: readonly StateChange<SlotStatus>[] = [
  way(null, "available", "createSlots", "publishSlots"),
  way(null, "blocked", "importBusy"),
  way(null, "booked", "book", "accept", "reschedule"),
  way(null, "held", "hold"),
  way("available", "held", "hold", "request", "offer"),
  way("available", "booked", "book", "accept", "acceptOffer", "reschedule"),
  way("available", "blocked", "block", "importBusy"),
  way("available", "withdrawn", "publishSlots"),
  way("held", "held", "extend", "offer", "declineOffer"),
  way("held", "booked", "book", "accept", "acceptOffer", "reschedule"),
  way(
    "held",
    "available",
    "release",
    "breakHold",
    "accept",
    "decline",
    "offer",
    "acceptOffer",
    "declineOffer",
    "cancel",
    "repair",
  ),
  way("held", "withdrawn", "release", "breakHold", "repair"),
  way("held", "blocked", "breakHold"),
  way("booked", "available", "cancel", "markNoShow", "reschedule", "repair"),
  way("booked", "withdrawn", "cancel", "markNoShow", "reschedule", "repair"),
  way("blocked", "blocked", "block"),
  way("blocked", "available", "unblock", "importBusy"),
  way("blocked", "withdrawn", "unblock", "importBusy"),
];

/** The allowed changes of an appointment. `completed`, `cancelled`, `no_show` and `declined` are final. */
export const appointmentTransitions: readonly StateChange<AppointmentStatus>[] = [
  way(null, "confirmed", "book"),
  way(null, "scheduled", "book", "request"),
  way("scheduled", "scheduled", "offer", "declineOffer"),
  way("scheduled", "confirmed", "accept", "acceptOffer"),
  way("scheduled", "declined", "decline"),
  way("scheduled", "cancelled", "cancel"),
  way("confirmed", "checked_in", "checkIn"),
  way("confirmed", "completed", "complete"),
  way("confirmed", "cancelled", "cancel"),
  way("confirmed", "no_show", "markNoShow"),
  way("confirmed", "confirmed", "reschedule"),
  way("checked_in", "completed", "complete"),
  way("checked_in", "no_show", "markNoShow"),
  way("checked_in", "cancelled", "cancel"),
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
