import { limits } from "../model/limits.ts";
import type { DetailsOf, ErrorCode, MaybeCreated } from "./details.ts";
import type { Phrasing } from "./phrasing.ts";

/** A text for the person at the screen. */
export type Notice<C extends ErrorCode> = (details: DetailsOf<C>, phrasing: Phrasing) => string;

const ours = "Something is wrong with this system, so this cannot be done. Please tell those who run it.";

/**
 * The English text of each code for the person at the screen, who may be a patient: what happened, and what they can
 * do. It has no ids, no names of fields and no words of the program.
 */
export const notices: { readonly [C in ErrorCode]: Notice<C> } = {
  invalid_input: () => "Something in this request is not valid. Please check what you have entered.",
  invalid_time_range: ({ reason }) =>
    reason === "too_long"
      ? `This is too long: at most ${limits.slotMs / 86_400_000} days are possible. Please choose an earlier end.`
      : "The end must be later than the beginning. Please correct one of them.",
  schedule_not_found: () => "No times were ever on offer here. Please check who and where it is.",
  slot_not_found: () => "This time is not on offer any more. Please look at the free times again.",
  appointment_not_found: () => "This appointment cannot be found. Please look at your appointments again.",
  slot_exists: () => "This time is on offer already. Please look at the list again.",
  appointment_exists: () => "This appointment exists already. Please look at your appointments again.",
  hold_not_found: () => "This time is not reserved for you any more. Please choose it again.",
  slot_booked: () => "This time has just been taken. Please choose another one.",
  slot_held: ({ heldUntil }, { time }) =>
    `This time is reserved until ${time(heldUntil)}. Please choose another one, or look again after that.`,
  slot_blocked: () => "This time is not available. Please choose another one.",
  slot_overlap: ({ start, end, conflictingStart, conflictingEnd }, { range }) =>
    `The time ${range(start, end)} overlaps another one, ${range(conflictingStart, conflictingEnd)}. Please choose one that is free.`,
  time_mismatch: ({ slotStart, slotEnd, start, end }, { range }) =>
    `The wanted time, ${range(start, end)}, does not lie within the free one, ${range(slotStart, slotEnd)}. Please choose another time.`,
  schedule_mismatch: ({ field }) =>
    field === "timeZone"
      ? "This calendar has another time zone. Please use the one it has."
      : "This time does not belong to the right person or place. Please choose another one.",
  no_slot_available: ({ start, end }, { range }) =>
    `There is no free time that contains ${range(start, end)}. Please choose another time.`,
  invalid_transition: ({ guard, record }) => {
    if (guard !== undefined) return ours;
    const what = record === "appointment" ? "appointment" : "time";
    return `This ${what} has changed, so this is not possible now. Please load it again to see what is.`;
  },
  version_conflict: () => "Somebody has changed this in the meantime. Please load it again, and then decide.",
  idempotency_key_reused: () =>
    "This request got mixed up with an earlier one, so nothing was done. Please start again from the beginning.",
  hold_expired: ({ expiredAt }, { time }) =>
    `This time was reserved for you until ${time(expiredAt)}. Please choose it again.`,
  hold_not_owned: ({ heldUntil }, { time }) =>
    `This time is reserved for somebody else until ${time(heldUntil)}. Please choose another one, or look again after that.`,
  policy_violation: ({ problem, unanswered }) => (unanswered ? ours : problem),
  forbidden: ({ problem, unanswered }) => (unanswered ? ours : problem),
  storage_busy: (details) =>
    `There is too much going on at the moment.${unchanged(details)} Please try again in a little while.`,
  storage_unavailable: (details) =>
    `This system cannot be reached at the moment.${unchanged(details)} Please try again later.`,
  storage_read_only: (details) =>
    `Nothing can be changed at the moment, only looked at.${unchanged(details)} Please try again later.`,
  storage_misused: () => ours,
  refused_by_database: (details) =>
    `This could not be saved.${unchanged(details)} Trying again does not help. Please tell those who run this system.`,
  outcome_unknown: () =>
    "The connection was lost, and it is not known whether this has worked. Please check before you try again.",
  schema_outdated: () => ours,
  schema_too_new: () => ours,
  settings_mismatch: () => ours,
  aborted: () => "This was stopped before it was finished.",
};

/** What a call that creates many slots has created before it ended. */
export function createdText({ createdSoFar }: MaybeCreated): string {
  const inputs = createdSoFar?.inputs ?? 0;
  if (inputs === 0) return "";
  return ` ${inputs === 1 ? "The first entry was" : `The first ${inputs} entries were`} created before that, and will stay.`;
}

function unchanged(details: MaybeCreated): string {
  return createdText(details) === "" ? " Nothing was changed." : "";
}
