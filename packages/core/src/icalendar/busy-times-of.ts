import { z } from "zod";
import { parse } from "../engine/parse.ts";
import { mergedTimes } from "../model/busy.ts";
import { saying } from "../model/input-issue.ts";
import { type InstantInput, instantSchema } from "../model/instant.ts";
import { limits } from "../model/limits.ts";
import { dayMs } from "../model/local-date.ts";
import { timeZoneSchema } from "../model/time-zone.ts";
import { type Component, componentsOf } from "./components.ts";
import type { Reading } from "./events.ts";
import { busyOfFreeBusy } from "./free-busy.ts";
import { type Busy, busyOfEvents } from "./series.ts";
import { stepBudget } from "./steps.ts";
import { timeZonesOf } from "./time-zones.ts";

/** What `busyTimesOf` takes. */
export interface BusyTimesInput {
  /** iCalendar text, such as a subscribed calendar or an `.ics` file: at most 10 000 000 characters. */
  readonly calendar: string;
  /** Times that end after this instant. */
  readonly from: InstantInput;
  /** Times that start before this instant, which is at most 800 days after `from`. */
  readonly until: InstantInput;
  /** The IANA time zone of times that name none, and of whole days. */
  readonly timeZone: string;
  /**
   * Which IANA time zone is meant by a name that the calendar does not define, such as
   * `{ "W. Europe Standard Time": "Europe/Berlin" }`. Default `{}`.
   */
  readonly timeZones?: Readonly<Record<string, string>> | undefined;
}

/** A time at which a calendar is busy, as `importBusy` takes it. */
export interface BusyTime {
  readonly start: Date;
  /** Exclusive. */
  readonly end: Date;
}

const longestMs = limits.publishedDays * dayMs;

const inputSchema = z
  .strictObject({
    calendar: z
      .string("must be a string")
      .max(limits.calendarLength, `must not be longer than ${limits.calendarLength} characters`),
    from: instantSchema,
    until: instantSchema,
    timeZone: timeZoneSchema,
    timeZones: z.record(z.string(), timeZoneSchema, "must be an object").default({}),
  })
  .refine(({ from, until }) => from < until, { path: ["until"], ...saying("must be after from", "invalid") })
  .refine(({ from, until }) => until.getTime() - from.getTime() <= longestMs, {
    path: ["until"],
    ...saying(`must not be more than ${limits.publishedDays} days after from`, "too_large", {
      maximum: limits.publishedDays,
    }),
  });

/** How far beyond the window the clocks are worked out at once: most first occurrences are no further off. */
const marginMs = 400 * dayMs;

/**
 * When a calendar is busy, in order and without overlap: what `importBusy` takes as `intervals`. It needs `ical.js`, which you
 * install.
 *
 * Of each VEVENT, all occurrences count that meet the window, as RFC 5545 has them: with RRULE, RDATE, EXDATE and EXRULE, and with
 * the events that are in the place of one occurrence, or of one and all that follow it (`RANGE=THISANDFUTURE`). Those that are
 * `TRANSP:TRANSPARENT` or `STATUS:CANCELLED` take no time. Of a VFREEBUSY, each time counts but those of `FBTYPE=FREE`. A TZID means
 * what the calendar defines it to mean, or else the IANA time zone.
 *
 * Whatever the calendar says, it takes bounded time and memory: what repeats too often is refused. It runs at once and on the
 * thread that calls it, up to some seconds for the largest calendars.
 *
 * @throws BookingError `invalid_input`, with the path of what is wrong, such as `calendar.vevent.3.rrule`, and with its UID in the
 * message
 * @example
 * ```ts
 * const window = { from: "2027-03-22T00:00[Europe/Berlin]", until: "2027-06-22T00:00[Europe/Berlin]" };
 * const intervals = busyTimesOf({ calendar: await response.text(), ...window, timeZone: "Europe/Berlin" });
 * await engine.importBusy({ actor, providerId, facilityId, source: "hospital", ...window, intervals });
 * ```
 */
export function busyTimesOf(input: BusyTimesInput): readonly BusyTime[] {
  const { calendar, from, until, timeZone, timeZones } = parse(inputSchema, input);
  const window = { from: from.getTime(), to: until.getTime() };
  const reach = { from: window.from - marginMs, to: window.to + marginMs };
  const spendOn = stepBudget();
  const times: [start: number, end: number][] = [];
  for (const { parts } of componentsOf(calendar)) {
    const zones = timeZonesOf(named(parts, "VTIMEZONE"), { timeZone, timeZones, reach, spendOn });
    for (const [start, end] of busyIn(parts, { zones, window, spendOn })) {
      if (start < end && start < window.to && end > window.from) add(times, [start, end]);
    }
  }
  return mergedTimes(times.map(timeFrom));
}

/** Makes the last one longer, if it goes on from it: what repeats every second takes no memory for each time. */
function add(times: [start: number, end: number][], [start, end]: Busy): void {
  const last = times.at(-1);
  if (last !== undefined && start >= last[0] && start <= last[1]) last[1] = Math.max(last[1], end);
  else times.push([start, end]);
}

const named = (parts: readonly Component[], name: string) => parts.filter((part) => part.name === name);

function* busyIn(parts: readonly Component[], reading: Reading): Generator<Busy> {
  yield* busyOfEvents(named(parts, "VEVENT"), reading);
  for (const component of named(parts, "VFREEBUSY")) yield* busyOfFreeBusy(component, reading.zones);
}

/** As far as instants reach. */
const timeFrom = ([start, end]: Busy): BusyTime => ({
  start: new Date(Math.max(start, limits.earliest)),
  end: new Date(Math.min(end, limits.latest - 1)),
});
