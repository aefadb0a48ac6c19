import type { Availability } from "../../model/availability.ts";
import type { ParsedHours } from "../../model/hours.ts";
import { minuteMs } from "../../model/local-date.ts";
import type { Slot } from "../../model/slot.ts";
import { durationMs, type TimeRange } from "../../model/time-range.ts";
import { zoneClock } from "../../model/zone-clock.ts";
import { type ManyRanges, manyRanges } from "./in-the-way.ts";
import { mostOpenTimes, type OpenTime, openTimes } from "./openings.ts";

/** Whether slots are published of the hours. Those that were stored before there was a choice are published. */
export const isPublished = ({ hours: { openings = "published" } }: Pick<Availability, "hours">): boolean =>
  openings !== "computed";

/** Whether openings of the hours may be booked that are not published. */
export const isComputed = ({ hours: { openings = "published" } }: Pick<Availability, "hours">): boolean =>
  openings !== "published";

/** The openings that last so many minutes, whether or not something is in their way, in the order of their starts. */
export function computedTimes(
  { hours, timeZone }: Pick<Availability, "hours" | "timeZone">,
  from: number,
  to: number,
  minutes: number,
  descending = false,
): Iterable<OpenTime> {
  // A stored record has what the schema of the input has made of the hours.
  return openTimes(hours as ParsedHours, zoneClock(timeZone), from, to, { minutes, descending });
}

/** How many of them there may be at most, which is known sooner than they are. */
export function mostComputedTimes(
  { hours, timeZone }: Pick<Availability, "hours" | "timeZone">,
  from: number,
  to: number,
  minutes: number,
): number {
  return mostOpenTimes(hours as ParsedHours, zoneClock(timeZone), from, to, minutes);
}

/** The opening of the hours that begins and ends so. Undefined if there is none. */
export function openingAt(
  availability: Pick<Availability, "hours" | "timeZone">,
  range: TimeRange,
): OpenTime | undefined {
  const [start, minutes] = [range.start.getTime(), durationMs(range) / minuteMs];
  if (!Number.isInteger(minutes)) return undefined;
  const [opening] = computedTimes(availability, start, start + 1, minutes);
  return opening;
}

/** What is left of an opening: its lowest free seat, and how many there are. */
export interface FreeSeats {
  readonly seat: number;
  readonly seats: number;
}

/**
 * What is left of openings at a facility beside what is stored. A slot is in the way whatever its state is, if it is not
 * withdrawn: one that is free is on offer itself. If it has room for all of the opening, it is in the way of all seats, because
 * a booking of that time takes it. Blocked time is in the way of all seats, as it is when slots are published.
 */
export function seatsBeside(stored: readonly Slot[], facilityId: string): (opening: OpenTime) => FreeSeats | undefined {
  const slots = stored.filter(({ status }) => status !== "withdrawn");
  const blocked = manyRanges(slots.filter(({ status }) => status === "blocked"));
  const offered = manyRanges(slots.filter((slot) => slot.status === "available" && slot.facilityId === facilityId));
  const bySeat = new Map<number, ManyRanges>();
  for (const [seat, taken] of Map.groupBy(slots, ({ seat }) => seat)) bySeat.set(seat, manyRanges(taken));
  return ({ start, end, capacity }) => {
    if (blocked.meet(start, end) || offered.contain(start, end)) return undefined;
    let [first, seats] = [-1, 0];
    for (let seat = 0; seat < capacity; seat += 1) {
      if (bySeat.get(seat)?.meet(start, end) === true) continue;
      if (first < 0) first = seat;
      seats += 1;
    }
    return seats === 0 ? undefined : { seat: first, seats };
  };
}
