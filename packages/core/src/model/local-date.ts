import { z } from "zod";
import { saying } from "./input-issue.ts";
import { zoneClock } from "./zone-clock.ts";

/** A date by the clocks of a place, as `2027-03-28`. */
export type LocalDate = string;

/** A date as days since 1970-01-01. */
export type Day = number;

export const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;

/** From Monday, as the week begins in ISO 8601. */
export const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Weekday = (typeof weekdays)[number];

export const dayOf = (date: LocalDate): Day => Date.parse(`${date}T00:00:00Z`) / dayMs;

export const dateOf = (day: Day): LocalDate => new Date(day * dayMs).toISOString().slice(0, 10);

/** The place in `weekdays`. 1970-01-01 was a Thursday. */
export const weekdayOf = (day: Day): number => (((day + 3) % 7) + 7) % 7;

/** Which day it is in a zone at an instant. */
export const localDay = (instant: Date, timeZone: string): Day => zoneClock(timeZone).dayAt(instant.getTime());

/**
 * The local date of an instant in a time zone, as `2027-03-22`: for policies that count by day.
 * @throws RangeError if the runtime does not know the zone
 */
export function localDate(instant: Date, timeZone: string): LocalDate {
  return dateOf(localDay(instant, timeZone));
}

/** A date that exists, in the years that instants may lie in. */
export const localDateSchema = z.iso
  .date({ error: 'must be a date like "2027-03-28"', abort: true })
  .refine(
    (date) => date >= "1900-01-01" && date < "2200-01-01",
    saying("must lie in the years 1900 to 2199", "year_out_of_range"),
  );
