import type { Availability } from "../../model/availability.ts";
import type { ParsedHours } from "../../model/hours.ts";
import { dayMs, dayOf } from "../../model/local-date.ts";
import type { TimeRange } from "../../model/time-range.ts";
import { zoneClock } from "../../model/zone-clock.ts";
import { openingAt } from "./computed.ts";
import { isOnGrid, type OpenWindow, openWindows } from "./openings.ts";

/**
 * What hours say about a time. `offered`: they offer exactly this time. `grid`: it lies in a window, and not where openings of its
 * length begin. `exception`: they would offer it but for an exception, or the date has hours of its own, which do not cover it.
 * `weekly`: the hours of the week do not.
 */
export type HoursVerdict = "offered" | "grid" | "exception" | "weekly";

export function verdictOn(availability: Pick<Availability, "hours" | "timeZone">, range: TimeRange): HoursVerdict {
  if (openingAt(availability, range) !== undefined) return "offered";
  const [start, end] = [range.start.getTime(), range.end.getTime()];
  const clock = zoneClock(availability.timeZone);
  // A stored record has what the schema of the input has made of the hours.
  const hours = availability.hours as ParsedHours;
  const covers = (window: OpenWindow) => window.start <= start && end <= window.end;
  const windows = openWindows(hours, clock, start, end);
  if (windows.some(covers)) {
    // On the grid and not offered: another window has taken its time.
    const isTaken = windows.some((window) => isOnGrid(window, start, end));
    const byException = windows.some((one) => one.isException && one.start < end && start < one.end);
    return isTaken && byException ? "exception" : "grid";
  }
  const day = Math.floor(clock.localAt(start) / dayMs);
  const rules = hours.exceptions.some(({ first, last, extra }) => !extra && dayOf(first) <= day && day <= dayOf(last));
  // One may also end what has begun on the day before.
  const isCut = openWindows({ ...hours, exceptions: [] }, clock, start, end).some(covers);
  return rules || isCut ? "exception" : "weekly";
}
