import { Temporal } from "temporal-polyfill";

/** A time that is asked for, by the clock of the facility. */
export interface Request {
  readonly providerId: string;
  readonly facilityId: string;
  readonly date: string;
  readonly time: string;
  readonly minutes: number;
}

/** How long an appointment may be, in minutes. */
export const lengths = [15, 30, 45, 60, 120, 480] as const;

/** The instants of what was asked for, by the clock of the facility. */
export function timesOf({ date, time, minutes }: Request, zone: string): { readonly start: Date; readonly end: Date } {
  const start = Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone).epochMilliseconds;
  return { start: new Date(start), end: new Date(start + minutes * 60_000) };
}
