import { limits } from "../model/limits.ts";
import type { DetailsOf, EndedEarly, ErrorCode, SlotChange } from "./details.ts";
import type { Phrasing } from "./phrasing.ts";
import { ifUnchanged } from "./standing.ts";

/** A text for the person at the screen. */
export type Notice<C extends ErrorCode> = (details: DetailsOf<C>, phrasing: Phrasing) => string;

/** Codes with which the system is at fault: the program, or the database as it was set up. */
export type FaultCode = "storage_misused" | "schema_outdated" | "schema_too_new" | "settings_mismatch";

/** The English text where the system is at fault. */
export const systemNotice =
  "Something is wrong with this system, so this cannot be done. Please tell the people who run it.";

const systemAtFault = () => undefined;

/**
 * The English text of each code for the person at the screen, who may be a patient: what happened, and what they can
 * do. It has no ids, no names of fields and no words of the program. Undefined if the system is at fault: the details
 * are then for developers, and no text may use them.
 */
export const notices: {
  readonly [C in ErrorCode]: (details: DetailsOf<C>, phrasing: Phrasing) => string | undefined;
} = {
  invalid_input: () => "Something in this request is not valid. Please check what you have entered.",
  invalid_time_range: ({ reason }) =>
    reason === "too_long"
      ? `This is too long: at most ${limits.slotMs / 86_400_000} days are possible. Please choose an earlier end.`
      : "The end must be later than the start. Please change one of them.",
  availability_not_found: () =>
    "No hours have been set here yet. Please check that this is the right person and place.",
  schedule_not_found: () =>
    "No times have been offered here yet. Please check that this is the right person and place.",
  slot_not_found: () => "This time is no longer available. Please look at the free times again.",
  appointment_not_found: () => "This appointment cannot be found. Please check your appointments.",
  slot_exists: () => "This time has already been added. Please check the list.",
  appointment_exists: () => "This appointment already exists. Please check your appointments.",
  hold_not_found: (details) =>
    either(details, {
      taking: "This time is no longer reserved for you. Please choose it again.",
      keeping: "This time is not reserved for anyone. Please reload the page to see what is possible.",
    }),
  slot_booked: (details) =>
    either(details, {
      taking: "This time has just been taken. Please choose another one.",
      keeping: "This time is booked. To free it, please cancel or move the appointment.",
    }),
  slot_held: ({ heldUntil, ...details }, { time }) =>
    `This time is reserved until ${time(heldUntil)}. ${either(details, {
      taking: "Please choose another one, or look again after that.",
      keeping: "Please end the reservation first, or wait until then.",
    })}`,
  slot_withdrawn: (details) =>
    either(details, {
      taking: "This time is no longer available. Please choose another one.",
      keeping: "This time is no longer offered. Please reload the page to see what is possible.",
    }),
  slot_blocked: (details) =>
    either(details, {
      taking: "This time is not available. Please choose another one.",
      keeping: "This time is blocked. Please reload the page to see what is possible.",
    }),
  slot_overlap: ({ start, end, conflictingStart, conflictingEnd, ...details }, { range }) =>
    `The time ${range(start, end)} overlaps another one, ${range(conflictingStart, conflictingEnd)}. ${either(details, {
      taking: "Please choose a free time.",
      keeping: "Please block that one first, or leave this one blocked.",
    })}`,
  time_mismatch: ({ slotStart, slotEnd, start, end }, { range }) =>
    `The time you asked for, ${range(start, end)}, is not within the free one, ${range(slotStart, slotEnd)}. Please choose another time.`,
  schedule_mismatch: ({ field }) =>
    field === "timeZone"
      ? "This calendar uses a different time zone. Please use that one."
      : "This time belongs to a different person or place. Please choose another one.",
  no_slot_available: ({ start, end, holdsNone }, { range }) =>
    holdsNone
      ? `The time ${range(start, end)} is not reserved for you. Please choose it again, or another one.`
      : `There is no free time for ${range(start, end)}. Please choose another time.`,
  invalid_transition: ({ guard, record, busySource }) => {
    if (guard !== undefined) return systemAtFault();
    if (busySource !== undefined) {
      return "This time cannot be unblocked, because another calendar says that it is taken. Please change it in that calendar.";
    }
    const what = record === "appointment" ? "appointment" : "time";
    return `This is not possible with this ${what} as it is now. Please reload it to see what is possible.`;
  },
  version_conflict: () => "Someone has changed this in the meantime. Please reload it before you decide.",
  idempotency_key_reused: (details) =>
    `This request was mixed up with an earlier one${ifUnchanged(details, ", so nothing was done")}. Please start again.`,
  hold_expired: ({ expiredAt }, { time }) =>
    `This time was reserved for you only until ${time(expiredAt)}. Please choose it again.`,
  hold_not_owned: ({ heldUntil }, { time }) =>
    `This time is reserved for someone else until ${time(heldUntil)}. Please choose another one, or look again after that.`,
  request_expired: ({ expiredAt }, { time }) =>
    `This request could be answered only until ${time(expiredAt)}. Please agree on another time.`,
  offer_not_found: () => "No other time is offered at the moment. Please look at this appointment again.",
  offer_expired: ({ expiredAt }, { time }) =>
    `This time was kept for you only until ${time(expiredAt)}. Please wait for another answer, or choose another time.`,
  policy_violation: ({ problem, unanswered }) => (unanswered ? systemAtFault() : problem),
  forbidden: ({ problem, unanswered }) => (unanswered ? systemAtFault() : problem),
  storage_busy: (details) =>
    `This system is very busy at the moment.${unchanged(details)} Please try again in a little while.`,
  storage_unavailable: (details) =>
    `This system cannot be reached at the moment.${unchanged(details)} Please try again later.`,
  storage_read_only: (details) =>
    `Changes are not possible at the moment.${unchanged(details)} Please try again later.`,
  storage_misused: systemAtFault,
  refused_by_database: (details) =>
    `This could not be saved.${unchanged(details)} Trying again will not help. Please tell the people who run this system.`,
  outcome_unknown: () => "It is not certain whether this worked. Please check before you try again.",
  schema_outdated: systemAtFault,
  schema_too_new: systemAtFault,
  feed_reset: () => "What you see is out of date. Please reload it.",
  settings_mismatch: systemAtFault,
  aborted: (details) => `This was stopped before it was finished.${unchanged(details)} You can start it again.`,
};

/** One text for those who take slots or make them, and one for those who keep the calendar. */
function either(
  { command }: { readonly command?: SlotChange },
  texts: { readonly taking: string; readonly keeping: string },
): string {
  return command === undefined ? texts.taking : texts.keeping;
}

const unchanged = (details: EndedEarly): string => ifUnchanged(details, " Nothing was changed.");
