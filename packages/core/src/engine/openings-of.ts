import { z } from "zod";
import { type Hours, hoursSchema } from "../model/hours.ts";
import { type InstantInput, instantSchema } from "../model/instant.ts";
import { timeZoneSchema } from "../model/time-zone.ts";
import { zoneClock } from "../model/zone-clock.ts";
import { type OpenTime, openTimes } from "../rules/hours/openings.ts";
import { parse } from "./parse.ts";

/** For which time, and by whose clocks. */
export interface OpeningsInput {
  readonly hours: Hours;
  /** The IANA time zone of the place. */
  readonly timeZone: string;
  /** Openings that start at this instant or later. */
  readonly from: InstantInput;
  /** Openings that start before this instant. */
  readonly to: InstantInput;
}

/** A time on offer, as `createSlots` and `createManySlots` take it. */
export interface Opening {
  readonly start: Date;
  readonly end: Date;
  /** How many seats it has. */
  readonly capacity: number;
}

const openingsSchema = z.strictObject({
  hours: hoursSchema,
  timeZone: timeZoneSchema,
  from: instantSchema,
  to: instantSchema,
});

/**
 * What hours of the week offer between two instants, whatever the clocks do meanwhile, in the order of the starts. Cut the range
 * anywhere: the openings of the parts are those of the whole. They are made one by one as they are asked for, so a range of
 * years is no array of a hundred thousand.
 *
 * Windows begin and end by the clocks; openings last and follow each other in elapsed time, from the start of their window. If
 * the clocks show a time twice, a window begins at the first one, and ends at the second. If they skip a time, what begins or
 * ends there does so when they are changed. A date with an exception has the hours of the exception, and takes nothing from
 * the night before, unless that is of the same exception. Where windows meet, an exception counts, and then the one that begins
 * earlier; an opening that meets a window that counts more is left out.
 *
 * @throws BookingError `invalid_input`
 * @example
 * ```ts
 * const hours = { offer: { minutes: 30 }, weekly: [{ days: ["monday"], from: "09:00", to: "12:00" }] } as const;
 * const range = { timeZone: "Europe/Berlin", from: "2027-01-01T00:00:00+01:00", to: "2028-01-01T00:00:00+01:00" };
 * await engine.createManySlots({ actor, providerId, facilityId, slots: openingsOf({ hours, ...range }) });
 * ```
 */
export function openingsOf(input: OpeningsInput): Iterable<Opening> {
  const { hours, timeZone, from, to } = parse(openingsSchema, input);
  return {
    [Symbol.iterator]() {
      const times = openTimes(hours, zoneClock(timeZone), from.getTime(), to.getTime())[Symbol.iterator]();
      return { next: () => shown(times.next()) };
    },
  };
}

function shown({ done, value }: IteratorResult<OpenTime, undefined>): IteratorResult<Opening, undefined> {
  if (done) return { done, value };
  const { start, end, capacity } = value;
  return { done: false, value: { start: new Date(start), end: new Date(end), capacity } };
}
