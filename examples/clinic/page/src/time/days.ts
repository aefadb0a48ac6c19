import { Temporal } from "temporal-polyfill";

/** A day of the calendar in a time zone, with the instants at which it begins and ends. It has 23, 24 or 25 hours. */
export interface LocalDay {
  /** As `2026-11-30`. */
  readonly date: string;
  readonly zone: string;
  readonly start: Date;
  /** Exclusive: the start of the next day. */
  readonly end: Date;
}

export function dayOf(date: string, zone: string): LocalDay {
  const day = Temporal.PlainDate.from(date);
  return { date: day.toString(), zone, start: startOf(day, zone), end: startOf(day.add({ days: 1 }), zone) };
}

/** The days of the week around a date, from Monday on. A day that a zone has left out, as Samoa did, is not among them. */
export function daysOf(date: string, zone: string): readonly LocalDay[] {
  const monday = mondayOf(date);
  const days = Array.from({ length: 7 }, (_, index) => dayOf(addDays(monday, index), zone));
  return days.filter(({ start, end }) => start < end);
}

export function mondayOf(date: string): string {
  return addDays(date, 1 - Temporal.PlainDate.from(date).dayOfWeek);
}

export function addDays(date: string, days: number): string {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

/** The date that a calendar on the wall has at this instant. */
export function dateOf(instant: Date, zone: string): string {
  return zoned(instant, zone).toPlainDate().toString();
}

export function hoursOf({ start, end }: LocalDay): number {
  return (end.getTime() - start.getTime()) / 3_600_000;
}

export function zoned(instant: Date, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone);
}

/** Whether a text is a date of the calendar: the address is typed by hand at times. */
export function isDate(text: string): boolean {
  try {
    return Temporal.PlainDate.from(text).toString() === text;
  } catch {
    return false;
  }
}

function startOf(day: Temporal.PlainDate, zone: string): Date {
  return new Date(day.toZonedDateTime(zone).epochMilliseconds);
}
