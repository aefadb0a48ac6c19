import "./no-eval.ts";
import { isBookingError } from "@slotwright/core";
import { type BusyTime, type BusyTimesInput, busyTimesOf } from "@slotwright/core/icalendar";

export type Read =
  | { readonly intervals: readonly BusyTime[]; readonly problem?: undefined }
  | { readonly intervals?: undefined; readonly problem: string };

/** When a calendar is busy, or why it could not be read. */
export function readCalendar(input: BusyTimesInput): Read {
  try {
    return { intervals: busyTimesOf(input) };
  } catch (error) {
    if (!isBookingError(error, "invalid_input")) throw error;
    return { problem: error.details.issues.map(({ path, message }) => `${path} ${message}`).join("; ") };
  }
}
