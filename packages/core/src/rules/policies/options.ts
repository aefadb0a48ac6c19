import { BookingError } from "../../errors/index.ts";
import type { Audience } from "../audience.ts";
import { mostMinutes } from "../sight.ts";

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

/** What a policy takes that counts local days. */
export interface DaysOptions extends PolicyOptions {
  /** Whole days in the zone of the schedule, from 0 to 3660. */
  readonly days: number;
}

/** How much time has to be free around a slot. */
export interface BufferTimes {
  /** Whole minutes that have to be free before it begins, from 0 to 44 640, which is 31 days. */
  readonly beforeMinutes: number;
  /** Whole minutes that have to be free after it has ended, from 0 to 44 640. */
  readonly afterMinutes: number;
}

/** Other times for the slots of a provider, at a facility, or of one at the other. */
export interface BufferException extends BufferTimes {
  readonly providerId?: string;
  readonly facilityId?: string;
}

/** What `buffer` takes. */
export interface BufferOptions extends PolicyOptions, BufferTimes {
  /** The first that fits a slot holds for it. Default: none. */
  readonly except?: readonly BufferException[];
}

/** What `maximumAppointments` takes. */
export interface MaximumAppointmentsOptions extends PolicyOptions {
  /** The most appointments, from 1 to 1000. */
  readonly count: number;
  /** How long the period is: whole minutes from 1 to 527 040, which is 366 days. */
  readonly minutes: number;
  /** Whether only appointments with the same provider are counted. Default `false`. */
  readonly withOneProvider?: boolean;
}

/** What `maximumPerDay` takes. */
export interface MaximumPerDayOptions extends PolicyOptions {
  /** The most appointments and holds of a provider on a local day, from 1 to 1000. */
  readonly count: number;
}

/** What `maximumHolds` takes. */
export interface MaximumHoldsOptions extends PolicyOptions {
  /** The most holds that one holder may have at a time, from 1 to 1000. */
  readonly count: number;
}

const dayMinutes = 24 * 60;
const tenYearsOfDays = 10 * 366;

export const minuteMs = 60_000;

/** @throws BookingError `invalid_input` */
export function checkedMinutes({ minutes }: MinutesOptions): number {
  return whole("minutes", minutes, [0, tenYearsOfDays * dayMinutes], "of minutes");
}

/** @throws BookingError `invalid_input` */
export function checkedDays({ days }: DaysOptions): number {
  return whole("days", days, [0, tenYearsOfDays], "of days");
}

/** @throws BookingError `invalid_input` */
export function checkedExceptions(exceptions: readonly BufferException[] = []): readonly BufferException[] {
  if (!Array.isArray(exceptions)) {
    const message = "must be a list, such as [{ providerId, beforeMinutes, afterMinutes }]";
    throw new BookingError("invalid_input", { issues: [{ path: "except", code: "wrong_type", message }] });
  }
  // A list with holes has exceptions that are undefined.
  return Array.from(exceptions, checkedException);
}

function checkedException(exception: BufferException, index: number): BufferException {
  refuseUnknown(exception, ["providerId", "facilityId", "beforeMinutes", "afterMinutes"], `except.${index}`);
  return { ...exception, ...checkedBuffer(exception, `except.${index}.`) };
}

/** @throws BookingError `invalid_input` */
export function checkedBuffer({ beforeMinutes, afterMinutes }: BufferTimes, path = ""): BufferTimes {
  const bounds = [0, mostMinutes.provider] as const;
  return {
    beforeMinutes: whole(`${path}beforeMinutes`, beforeMinutes, bounds, "of minutes"),
    afterMinutes: whole(`${path}afterMinutes`, afterMinutes, bounds, "of minutes"),
  };
}

/** @throws BookingError `invalid_input` */
export const checkedPeriod = ({ minutes }: MaximumAppointmentsOptions): number =>
  whole("minutes", minutes, [1, mostMinutes.subject], "of minutes");

/** @throws BookingError `invalid_input` */
export const checkedCount = ({ count }: { readonly count: number }): number => whole("count", count, [1, 1000]);

function whole(path: string, value: number, [least, most]: readonly [number, number], unit = ""): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  const message = `must be a whole number ${unit && `${unit} `}from ${least} to ${most}`;
  throw new BookingError("invalid_input", { issues: [{ path, code: "invalid", message }] });
}

/**
 * @param known The options that the policy takes besides.
 * @throws BookingError `invalid_input` for an option that it does not take: misspelt, it would hold for everybody, or not at all
 */
export function audienceIn(options: PolicyOptions, ...known: readonly string[]): PolicyOptions {
  refuseUnknown(options, ["audience", ...known]);
  const { audience } = options;
  return audience === undefined ? {} : { audience };
}

/** The error for an option that has to be given, unless another one is. */
export function missing(path: string, other: string): BookingError {
  return new BookingError("invalid_input", {
    issues: [{ path, code: "required", message: `must be given, unless ${other} is` }],
  });
}

function refuseUnknown(options: unknown, known: readonly string[], path = ""): void {
  const subject = path === "" ? "it " : "";
  const takes = `it takes ${known.join(", ")}`;
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    const message = `${subject}must be an object: ${takes}`;
    throw new BookingError("invalid_input", { issues: [{ path, code: codeOf(options), message }] });
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const fields = given.map(([name]) => name).filter((name) => !known.includes(name));
  if (fields.length === 0) return;
  const message = `${subject}has the unknown option "${fields[0]}": ${takes}`;
  throw new BookingError("invalid_input", { issues: [{ path, code: "unknown_field", fields, message }] });
}

const codeOf = (options: unknown) => (options === undefined ? "required" : "wrong_type");

const units = [
  ["day", 24 * 60],
  ["hour", 60],
  ["minute", 1],
] as const;

/** In the largest unit that gives a whole number: 90 minutes, 2 hours, 1 day. */
export function inWords(minutes: number): string {
  const [unit, size] = units.find(([, size]) => minutes % size === 0) ?? units[2];
  return counted(minutes / size, unit);
}

export const counted = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? "" : "s"}`;
