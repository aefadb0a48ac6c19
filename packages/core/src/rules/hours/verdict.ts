import type { Availability } from "../../model/availability.ts";
import type { ParsedHours } from "../../model/hours.ts";
import { dayMs, dayOf } from "../../model/local-date.ts";
import type { TimeRange } from "../../model/time-range.ts";
import { zoneClock } from "../../model/zone-clock.ts";
import { openingAt } from "./computed.ts";
import { openWindows } from "./openings.ts";

/**
 * What hours say about a time. `offered`: they offer exactly this time. `grid`: it lies in a window, and not where openings of its
 * length begin. `exception`: the date has hours of its own, which do not cover it. `weekly`: the hours of the week do not.
 */
export type HoursVerdict = "offered" | "grid" | "exception" | "weekly";

export function verdictOn(availability: Pick<Availability, "hours" | "timeZone">, range: TimeRange): HoursVerdict {
  if (openingAt(availability, range) !== undefined) return "offered";
  const [start, end] = [range.start.getTime(), range.end.getTime()];
  const clock = zoneClock(availability.timeZone);
  // A stored record has what the schema of the input has made of the hours.
  const windows = openWindows(availability.hours as ParsedHours, clock, start, end);
  if (windows.some((window) => window.start <= start && end <= window.end)) return "grid";
  const day = Math.floor(clock.localAt(start) / dayMs);
  const rules = (availability.hours.exceptions ?? []).some(
    ({ first, last, extra }) => extra !== true && dayOf(first) <= day && day <= dayOf(last),
  );
  return rules ? "exception" : "weekly";
}
