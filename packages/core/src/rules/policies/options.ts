import { BookingError } from "../../errors/index.ts";
import type { Audience } from "../audience.ts";

/** What every supplied policy takes. */
export interface PolicyOptions {
  /** For whom it holds; for nobody if it is empty. Needs the engine's option `audienceOf`. Default: for everybody. */
  readonly audience?: readonly Audience[];
}

/** What a policy takes that measures time. */
export interface MinutesOptions extends PolicyOptions {
  /** Whole minutes of elapsed time, from 0 to 5 270 400, which is ten years. */
  readonly minutes: number;
}

const tenYears = 10 * 366 * 24 * 60;

export const minuteMs = 60_000;

/** @throws BookingError `invalid_input` */
export function checkedMinutes({ minutes }: MinutesOptions): number {
  if (Number.isInteger(minutes) && minutes >= 0 && minutes <= tenYears) return minutes;
  const message = `must be a whole number of minutes from 0 to ${tenYears}`;
  throw new BookingError("invalid_input", { issues: [{ path: "minutes", code: "invalid", message }] });
}

export function audienceIn({ audience }: PolicyOptions): PolicyOptions {
  return audience === undefined ? {} : { audience };
}

const units = [
  ["day", 24 * 60],
  ["hour", 60],
  ["minute", 1],
] as const;

/** In the largest unit that gives a whole number: 90 minutes, 2 hours, 1 day. */
export function inWords(minutes: number): string {
  const [unit, size] = units.find(([, size]) => minutes % size === 0) ?? units[2];
  const count = minutes / size;
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
