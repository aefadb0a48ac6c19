import { z } from "zod";
import { customIssue, saying } from "./input-issue.ts";
import { jsonSchemaOf, withJsonSchema } from "./json-schema.ts";
import { limits } from "./limits.ts";
import { dayOf, type LocalDate, localDateSchema, type Weekday, weekdayOf, weekdays } from "./local-date.ts";
import { wholeNumber } from "./whole-number.ts";

const dayMinutes = 24 * 60;

/**
 * A time by the clocks of a place: whole minutes since midnight of the day it belongs to, or a text such as `"09:00"`.
 * It goes on beyond midnight: `"26:00"` or 1560 is two o'clock in the morning of the next day.
 */
export type MinuteInput = number | string;

/** What is on offer within a window. */
export interface HoursOffer {
  /** How long one opening lasts, in minutes of elapsed time: 1 to 2 880. */
  readonly minutes: number;
  /** Minutes of elapsed time from the start of one opening to the next. Default: `minutes`. */
  readonly step?: number;
  /** How many seats each has. Default 1. */
  readonly capacity?: number;
}

/** A time of day during which something is on offer. */
export interface HoursWindow {
  /** Before the end of the day, 1440. */
  readonly from: MinuteInput;
  /** Exclusive, after `from`, and at most 2880, the end of the next day. */
  readonly to: MinuteInput;
  /** Default: that of the hours. */
  readonly offer?: HoursOffer;
}

/** A window that returns every week. */
export interface WeeklyHours extends HoursWindow {
  /** The days on which it begins. */
  readonly days: readonly Weekday[];
  /** The first date on which it begins. Default: from ever. */
  readonly validFrom?: LocalDate;
  /** The last date on which it begins. Default: for ever. */
  readonly validUntil?: LocalDate;
}

/** Dates on which other hours hold than those of the week. */
export interface HoursException {
  readonly first: LocalDate;
  /** The same as `first` for a single date. */
  readonly last: LocalDate;
  /** The hours of each of these dates: none of them if it is closed. */
  readonly hours: readonly HoursWindow[];
  /** Whether they come beside the hours of the week, and not in their place. Default false. */
  readonly extra?: boolean;
}

/**
 * How the openings of hours are offered. `published`: `publishSlots` makes slots of them ahead of time. `computed`: nothing is
 * stored until somebody books, which makes the slot. `both`: what is not published yet is computed.
 */
export type OpeningsKind = "published" | "computed" | "both";

/** When something is on offer, as people say it: by the clocks of the place, week by week. */
export interface Hours {
  /** How their openings are offered. Default `"published"`. */
  readonly openings?: OpeningsKind;
  /** What is on offer in windows that have no offer of their own. */
  readonly offer: HoursOffer;
  readonly weekly: readonly WeeklyHours[];
  /** Of two exceptions for one date, the later in the list counts, except those that are `extra`, which all count. */
  readonly exceptions?: readonly HoursException[];
}

const openingsKinds = ["published", "computed", "both"] as const satisfies readonly OpeningsKind[];

const text = /^(\d{2}):([0-5]\d)$/;

/** 48:00 is the end of the next day. */
const minuteParsing = z
  .union([z.number(), z.string()], 'must be a number of minutes, or a time like "09:00"')
  .transform((value, context): number => {
    const [, hours, minutes] = typeof value === "string" ? (text.exec(value) ?? []) : [];
    const minute = typeof value === "number" ? value : Number(hours) * 60 + Number(minutes);
    if (Number.isInteger(minute) && minute >= 0 && minute <= 2 * dayMinutes) return minute;
    const message = 'must be whole minutes from 0 to 2880, or a time from "00:00" to "48:00"';
    context.issues.push(customIssue({ code: "no_such_time", message }, value));
    return z.NEVER;
  });

const minuteSchema = withJsonSchema(minuteParsing, () => ({
  anyOf: [
    { type: "integer", minimum: 0, maximum: 2 * dayMinutes },
    { type: "string", pattern: text.source },
  ],
}));

const givenOfferSchema = z.strictObject({
  minutes: wholeNumber(1, 2 * dayMinutes),
  step: wholeNumber(1, 2 * dayMinutes).optional(),
  capacity: wholeNumber(1, limits.seatsPerSlot).default(1),
});

const offerSchema = withJsonSchema(
  givenOfferSchema.transform(({ minutes, step = minutes, capacity }) => ({ minutes, step, capacity })),
  () => jsonSchemaOf(givenOfferSchema),
);

const window = { from: minuteSchema, to: minuteSchema, offer: offerSchema.optional() };

const beginsOnItsDay = saying("must be before the end of the day, 24:00", "too_large", { maximum: dayMinutes - 1 });
const endsAfterwards = saying("must be after from", "invalid");

const windowSchema = z
  .strictObject(window)
  .refine(({ from }) => from < dayMinutes, { path: ["from"], ...beginsOnItsDay })
  .refine(({ from, to }) => from < to, { path: ["to"], ...endsAfterwards });

const weeklySchema = z
  .strictObject({
    ...window,
    days: z
      .array(z.enum(weekdays, `must be one of ${weekdays.join(", ")}`), "must be an array")
      .min(1, "must name a day")
      .refine((days) => new Set(days).size === days.length, saying("must not name a day twice", "repeated")),
    validFrom: localDateSchema.optional(),
    validUntil: localDateSchema.optional(),
  })
  .refine(({ from }) => from < dayMinutes, { path: ["from"], ...beginsOnItsDay })
  .refine(({ from, to }) => from < to, { path: ["to"], ...endsAfterwards })
  .refine(
    ({ validFrom, validUntil }) => validFrom === undefined || validUntil === undefined || validFrom <= validUntil,
    {
      path: ["validUntil"],
      ...saying("must not be before validFrom", "invalid"),
    },
  );

const exceptionSchema = z
  .strictObject({
    first: localDateSchema,
    last: localDateSchema,
    hours: z
      .array(windowSchema, "must be an array")
      .max(limits.windowsPerDay, `must not hold more than ${limits.windowsPerDay}`),
    extra: z.boolean("must be true or false").default(false),
  })
  .refine(({ first, last }) => first <= last, { path: ["last"], ...saying("must not be before first", "invalid") })
  .superRefine(({ first, last, hours }, context) => {
    const days = first === last ? [0] : [0, 1];
    for (const [index, one] of hours.entries()) {
      const before = hours.slice(0, index + 1);
      const isTaken = days.some((apart) =>
        before.some(
          (other, place) => (place < index || apart > 0) && (meet(other, one, apart) || meet(one, other, apart)),
        ),
      );
      if (isTaken) context.addIssue(overlapping(["hours", index], one));
    }
  });

type Window = z.output<typeof windowSchema>;
type Weekly = z.output<typeof weeklySchema>;

/** Whether a window meets another one that begins so many days later. */
const meet = (one: Window, other: Window, apart: number): boolean =>
  one.from < other.to + apart * dayMinutes && other.from + apart * dayMinutes < one.to;

function overlapping(path: readonly (string | number)[], input: unknown) {
  const message = "overlaps another window, of which it must be clear";
  return { ...customIssue({ code: "invalid", message }, input), path: [...path] };
}

/** Whether both hold, the other one so many days later, and then meet. */
function meetInSomeWeek(one: Weekly, other: Weekly, apart: number): boolean {
  if (!meet(one, other, apart)) return false;
  const first = Math.max(firstDay(one), firstDay(other) - apart);
  const last = Math.min(lastDay(one), lastDay(other) - apart);
  return one.days.some((day) => {
    const place = weekdays.indexOf(day);
    if (!other.days.includes(weekdays[(place + apart) % 7] as Weekday)) return false;
    return !Number.isFinite(first) ? first <= last : first + ((place - weekdayOf(first) + 7) % 7) <= last;
  });
}

const firstDay = ({ validFrom }: Weekly) => (validFrom === undefined ? Number.NEGATIVE_INFINITY : dayOf(validFrom));
const lastDay = ({ validUntil }: Weekly) => (validUntil === undefined ? Number.POSITIVE_INFINITY : dayOf(validUntil));

/** Checks what a person may write, and gives it one form. */
export const hoursSchema = z
  .strictObject({
    openings: z.enum(openingsKinds, `must be one of ${openingsKinds.join(", ")}`).default("published"),
    offer: offerSchema,
    weekly: z
      .array(weeklySchema, "must be an array")
      .max(limits.weeklyHours, `must not hold more than ${limits.weeklyHours}`),
    exceptions: z
      .array(exceptionSchema, "must be an array")
      .max(limits.hoursExceptions, `must not hold more than ${limits.hoursExceptions}`)
      .default([]),
  })
  .superRefine(({ weekly }, context) => {
    for (const [index, one] of weekly.entries()) {
      const isTaken = weekly.slice(0, index + 1).some((other, place) => {
        const sameDay = place < index && meetInSomeWeek(one, other, 0);
        return sameDay || meetInSomeWeek(one, other, 1) || meetInSomeWeek(other, one, 1);
      });
      if (isTaken) context.addIssue(overlapping(["weekly", index], one));
    }
  });

export type ParsedHours = z.output<typeof hoursSchema>;
export type ParsedWindow = Window;
