import { readFile } from "node:fs/promises";
import { idSchema, inputSchemas } from "@slotwright/core/schemas";
// Node 24 does not have Temporal yet, and `Date` cannot turn 08:00 in Berlin into an instant, least of all in the week
// in which the clocks change. This polyfill follows the standard, so it can be dropped once Node has Temporal itself.
import { Temporal } from "temporal-polyfill";
import { z } from "zod";

const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
type Weekday = (typeof weekdays)[number];

const wallTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, {
  error: "must be a time like 08:00, between 00:00 and 23:59",
  abort: true,
});

const rangeSchema = z
  .strictObject({
    from: wallTime,
    to: wallTime,
    slotMinutes: z.int().min(1).max(1440),
    capacity: z.int().min(1).default(1),
  })
  .refine(({ from, to }) => minutesBetween(from, to) > 0, "must end after it begins, on the same day")
  .refine(
    ({ from, to, slotMinutes }) => minutesBetween(from, to) % slotMinutes === 0,
    "must be a whole number of slots long",
  );

const weekSchema = z.strictObject({
  about: z.string().optional(),
  providerId: idSchema,
  facilityId: idSchema,
  timeZone: inputSchemas.createSlots.shape.timeZone.unwrap(),
  monday: z.iso.date().refine((date) => Temporal.PlainDate.from(date).dayOfWeek === 1, "must be a Monday"),
  days: z.partialRecord(z.enum(weekdays), z.array(rangeSchema)),
});

export type Week = z.output<typeof weekSchema>;
type Range = z.output<typeof rangeSchema>;

export interface WeekSlot {
  readonly start: Temporal.Instant;
  readonly end: Temporal.Instant;
  readonly capacity: number;
}

/** Explains what is wrong with a week to the person who wrote it. */
export class WeekError extends Error {
  override readonly name = "WeekError";
}

/** @throws WeekError */
export async function readWeek(file: string | URL): Promise<Week> {
  return parseWeek(await readJson(file));
}

async function readJson(file: string | URL): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new WeekError(`The week could not be read: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** @throws WeekError */
export function parseWeek(value: unknown): Week {
  const parsed = weekSchema.safeParse(value);
  if (!parsed.success) throw new WeekError(`The week is not valid:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/**
 * The slots of the week as instants, in the order of time.
 * @throws WeekError if a range begins or ends at a time that the clocks skip or show twice
 */
export function slotsOfWeek(week: Week): readonly WeekSlot[] {
  return weekdays.flatMap((day) =>
    (week.days[day] ?? [])
      .toSorted((a, b) => a.from.localeCompare(b.from))
      .flatMap((range) => cut(range, instantAt(week, day, range.from), instantAt(week, day, range.to))),
  );
}

/** The days of the week that are shorter or longer than 24 hours, as `[date, hours]`. */
export function oddDays({ monday, timeZone }: Week): readonly (readonly [string, number])[] {
  const days = weekdays.map((_, index) => Temporal.PlainDate.from(monday).add({ days: index }));
  return days
    .map((day) => [day.toString(), day.toZonedDateTime(timeZone).hoursInDay] as const)
    .filter(([, hours]) => hours !== 24);
}

/** Slots last as long as stated, whatever the clocks do. A remainder that is shorter than a slot is left out. */
function cut({ slotMinutes: minutes, capacity }: Range, from: Temporal.Instant, to: Temporal.Instant): WeekSlot[] {
  const slots: WeekSlot[] = [];
  let start = from;
  for (;;) {
    const end = start.add({ minutes });
    if (Temporal.Instant.compare(end, to) > 0) return slots;
    slots.push({ start, end, capacity });
    start = end;
  }
}

function instantAt({ monday, timeZone }: Week, day: Weekday, time: string): Temporal.Instant {
  const date = Temporal.PlainDate.from(monday).add({ days: weekdays.indexOf(day) });
  const wall = date.toPlainDateTime(Temporal.PlainTime.from(time));
  try {
    // A guess would be an hour off for half of the patients.
    return wall.toZonedDateTime(timeZone, { disambiguation: "reject" }).toInstant();
  } catch (cause) {
    const problem = `${time} on ${day}, ${date}, does not exist or comes twice in ${timeZone}: the clocks change then.`;
    throw new WeekError(`${problem} Choose another time.`, { cause });
  }
}

function minutesBetween(from: string, to: string): number {
  const minutesOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  return minutesOf(to) - minutesOf(from);
}
