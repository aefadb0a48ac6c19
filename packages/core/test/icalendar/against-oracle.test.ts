import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { expect, it } from "vitest";
import { busyTimesOf } from "../../src/icalendar/index.ts";
import { calendarOf, eventOf } from "./calendars.ts";
import { busyDayByDay, type CommonEvent, type CommonRule } from "./oracle.ts";

/** Changes by an hour, by half an hour, at midnight, of whole days, during Ramadan, and none. */
const zones = [
  ...["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Beirut", "Pacific/Apia"],
  ...["Africa/Casablanca", "Asia/Kathmandu", "UTC"],
];

const basic = (time: Temporal.PlainDateTime | Temporal.PlainDate) => time.toString().replaceAll(/[-:]/g, "");

const rules = fc
  .record({
    frequency: fc.constantFrom("DAILY", "WEEKLY", "MONTHLY"),
    interval: fc.integer({ min: 1, max: 5 }),
    count: fc.option(fc.integer({ min: 1, max: 80 }), { nil: undefined }),
    weekdays: fc.subarray(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]),
    nths: fc.array(fc.constantFrom("", "1", "2", "3", "4", "5", "-1", "-2", "-5"), { minLength: 7, maxLength: 7 }),
  })
  .map(({ weekdays, nths, ...rule }): CommonRule => {
    const nth = (place: number) => (rule.frequency === "MONTHLY" ? (nths[place] ?? "") : "");
    return { ...rule, byDay: weekdays.map((day, place) => `${nth(place)}${day}`) };
  });

const events = fc
  .record({
    // From before the window into it, over several changes of the clocks, and that of 2011 on which Apia had no 30 December.
    day: fc.integer({ min: 0, max: 500 }),
    minute: fc.integer({ min: 0, max: 24 * 12 - 1 }),
    timeZone: fc.constantFrom(...zones),
    minutes: fc.constantFrom(5, 30, 60, 600, 1500, 3000),
    rule: rules,
    untilAfter: fc.option(fc.integer({ min: 0, max: 700 }), { nil: undefined }),
    without: fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 20 }),
  })
  .map(({ day, minute, untilAfter, without, rule, ...event }): CommonEvent => {
    const start = Temporal.PlainDateTime.from("2011-01-01T00:00").add({ days: day, minutes: minute * 5 });
    const after = (days: number) => start.toPlainDate().add({ days });
    const until = untilAfter === undefined || rule.count !== undefined ? undefined : after(untilAfter);
    return { ...event, start, rule: { ...rule, until }, without: without.map(after) };
  });

function textOf({ start, timeZone, minutes, rule, without }: CommonEvent): string {
  const parts = [
    `FREQ=${rule.frequency};INTERVAL=${rule.interval}`,
    ...(rule.count === undefined ? [] : [`COUNT=${rule.count}`]),
    ...(rule.until === undefined ? [] : [`UNTIL=${basic(rule.until.toPlainDateTime("23:59:59"))}`]),
    ...(rule.byDay.length === 0 ? [] : [`BYDAY=${rule.byDay}`]),
  ];
  const exceptions = without.map((day) => `EXDATE;TZID=${timeZone}:${basic(day.toPlainDateTime(start.toPlainTime()))}`);
  return calendarOf(
    eventOf(
      [
        `DTSTART;TZID=${timeZone}:${basic(start)}`,
        `DURATION:PT${minutes}M`,
        `RRULE:${parts.join(";")}`,
        ...exceptions,
      ].join("\n"),
    ),
  );
}

/** The clocks are changed within it, and Apia loses a day. */
const window = { from: "2011-08-01T00:00:00Z", until: "2012-06-01T00:00:00Z" };
const [from, until] = [Temporal.Instant.from(window.from), Temporal.Instant.from(window.until)];

/** Apia's 30 December begins at the same instant as its 31 December, and only the former is left out. */
const ofSkippedMidnight: CommonEvent = {
  start: Temporal.PlainDateTime.from("2011-12-09T00:00"),
  timeZone: "Pacific/Apia",
  minutes: 5,
  rule: { frequency: "DAILY", interval: 1, byDay: [] },
  without: [Temporal.PlainDate.from("2011-12-30")],
};

it("common rules repeat events as they do when each day is asked by itself", () => {
  let met = 0;
  fc.assert(
    fc.property(events, (event) => {
      const times = busyTimesOf({ calendar: textOf(event), ...window, timeZone: "UTC" });
      const expected = busyDayByDay(event, until).filter(([, end]) => end > from.epochMilliseconds);
      met += expected.length;
      // What begins before the window may be in one piece with what ends before it, of which only the oracle knows.
      const within = (all: readonly (readonly [number, number])[]) =>
        all.map(([start, end]) => [Math.max(start, from.epochMilliseconds), end]);
      expect(within(times.map(({ start, end }) => [start.getTime(), end.getTime()]))).toEqual(within(expected));
    }),
    { numRuns: 400, examples: [[ofSkippedMidnight]] },
  );
  expect(met).toBeGreaterThan(3_000);
});
