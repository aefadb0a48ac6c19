import { dayMs } from "../model/local-date.ts";
import type { CalendarClock } from "./clocks.ts";
import { utcClock } from "./clocks.ts";
import type { Property } from "./property.ts";
import { refuseIn, type Where } from "./refuse-in.ts";
import type { TimeZones } from "./time-zones.ts";

/** A time as a calendar has it. */
export interface CalendarTime {
  /** By its clock, in milliseconds. */
  readonly local: number;
  readonly clock: CalendarClock;
  /** Whether it is a day, without a time of the day. Then it is its midnight. */
  readonly isDay: boolean;
}

export const instantOf = ({ clock, local }: CalendarTime): number => clock.instantAt(local);

const jcalTime = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d):(\d\d)(Z?))?$/;

/**
 * A date or a time of jCal.
 * @throws BookingError `invalid_input`
 */
export function timeIn(value: unknown, { where, parameters }: Property, zones: TimeZones): CalendarTime {
  const { local, isDay, isUtc } = localTimeIn(value, where);
  const { tzid } = parameters;
  if (isUtc) return { local, isDay, clock: utcClock };
  if (isDay || tzid === undefined) return { local, isDay, clock: zones.own };
  return { local, isDay, clock: zones.named(String(tzid), where) };
}

/** @throws BookingError `invalid_input` */
export function localTimeIn(value: unknown, where: Where) {
  const [, date, minute = "00:00", second = "00", utc] = jcalTime.exec(String(value)) ?? [];
  // A leap second is the one before.
  const text = `${date}T${minute}:${second === "60" ? "59" : second}.000Z`;
  const local = Date.parse(text);
  if (Number.isNaN(local) || new Date(local).toISOString() !== text) {
    refuseIn(where, { code: "no_such_time" }, `must be a date or a time that exists, such as 20270322T090000`);
  }
  return { local, isDay: utc === undefined, isUtc: utc === "Z" };
}

/** How long something lasts: so many days by the clocks, and then so many milliseconds. */
export interface Length {
  readonly days: number;
  readonly ms: number;
}

const jcalDuration = /^([+-]?)P(?:(\d+)W|(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?)$/;

/** Longer ones are of no use to anybody. A century. */
const longestDays = 36_525;

/** @throws BookingError `invalid_input` */
export function lengthIn(value: unknown, where: Where): Length {
  const [text, sign, ...numbers] = jcalDuration.exec(String(value)) ?? [];
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = numbers.map((digits) => Number(digits ?? 0));
  const length = { days: weeks * 7 + days, ms: ((hours * 60 + minutes) * 60 + seconds) * 1000 };
  const isEmpty = text === undefined || !/\d/.test(text);
  if (isEmpty || sign === "-" || length.days + length.ms / dayMs > longestDays) {
    refuseIn(where, { code: "invalid" }, "must be a duration, such as PT30M, of at most a hundred years");
  }
  return length;
}

/** When something ends that begins then. Days are counted by the clocks, and hours elapse. */
export const endAfter = ({ local, clock }: CalendarTime, { days, ms }: Length): number =>
  clock.instantAt(local + days * dayMs) + ms;

/**
 * A period of jCal: a start, and an end or a duration. It does not end before it starts.
 * @throws BookingError `invalid_input`
 */
export function timesOfPeriod(value: unknown, property: Property, zones: TimeZones) {
  const [from, to] = Array.isArray(value) ? value : [value];
  const time = timeIn(from, property, zones);
  const end = /^[+-]?P/.test(String(to))
    ? endAfter(time, lengthIn(to, property.where))
    : instantOf(timeIn(to, property, zones));
  const start = instantOf(time);
  if (end < start) refuseIn(property.where, { code: "invalid" }, "must not end before it starts");
  return { time, start, end };
}
