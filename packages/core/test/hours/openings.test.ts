import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import { openingsOf } from "../../src/engine/openings-of.ts";
import { type Hours, hoursSchema } from "../../src/model/hours.ts";
import { dateOf, weekdays } from "../../src/model/local-date.ts";
import { zoneClock } from "../../src/model/zone-clock.ts";
import { openingAt } from "../../src/rules/hours/computed.ts";
import { mostOpenTimes, openTimes } from "../../src/rules/hours/openings.ts";
import { slowOpenings } from "./oracle.ts";

const dayMs = 24 * 60 * 60 * 1000;

/** Where clocks are changed at midnight, by half an hour, by a whole day, twice a year or never, and any other zone. */
const zones = fc.oneof(
  fc.constantFrom("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Africa/Cairo", "UTC"),
  fc.constantFrom("Asia/Beirut", "America/Asuncion", "Pacific/Apia", "Africa/Casablanca", "America/Scoresbysund"),
  // Where midnight itself is shown twice.
  fc.constantFrom("Atlantic/Azores", "America/Havana"),
  fc.constantFrom(...Intl.supportedValuesOf("timeZone")),
);

/** Soon before a change of the clocks, if the zone has one, or at any other time. */
const beginnings = (timeZone: string) =>
  fc
    .record({
      about: fc.integer({ min: Date.UTC(1995, 0, 1), max: Date.UTC(2040, 0, 1) }),
      before: fc.nat(3 * 24 * 60),
    })
    .map(({ about, before }) => {
      const then = Temporal.Instant.fromEpochMilliseconds(about).toZonedDateTimeISO(timeZone);
      const change = then.getTimeZoneTransition("next") ?? then;
      return change.subtract({ minutes: before }).epochMilliseconds;
    });

const offers = fc.record(
  {
    minutes: fc.integer({ min: 5, max: 200 }),
    step: fc.integer({ min: 5, max: 200 }),
    capacity: fc.integer({ min: 1, max: 3 }),
  },
  { requiredKeys: ["minutes"] },
);
/** Any, and some of those that end at midnight or soon afterwards. */
const ends = fc.oneof(fc.nat(190), fc.constantFrom(96, 98, 192));
const windows = fc
  .record({ from: fc.nat(95), end: ends })
  .map(({ from, end }) => ({ from: from * 15, to: Math.min((end > from ? end : from + end + 1) * 15, 2880) }));
/** On any date around, and often on one near to the change. */
const datesFrom = (base: number) =>
  fc
    .oneof(fc.integer({ min: -4, max: 12 }), fc.integer({ min: 0, max: 4 }))
    .map((days) => dateOf(Math.floor(base / dayMs) + days));

const exceptionsFrom = (base: number) =>
  fc
    .record({
      first: datesFrom(base),
      length: fc.nat(2),
      hours: fc.array(windows, { maxLength: 2 }),
      extra: fc.boolean(),
    })
    .map(({ first, length, ...more }) => ({
      first,
      last: dateOf(Date.parse(first) / dayMs + length),
      ...more,
    }));

const weeklyFrom = (base: number) =>
  fc
    .record(
      {
        days: fc.subarray([...weekdays], { minLength: 1 }),
        window: windows,
        offer: offers,
        validFrom: datesFrom(base),
        validUntil: datesFrom(base),
      },
      { requiredKeys: ["days", "window"] },
    )
    .map(({ window, ...more }) => ({ ...window, ...more }));

/** Hours that are accepted: what overlaps is left out, one after another. */
const stages = fc
  .tuple(zones, fc.integer({ min: 1, max: 9 * 24 }))
  .chain(([timeZone, length]) => fc.tuple(fc.constant(timeZone), beginnings(timeZone), fc.constant(length)))
  .chain(([timeZone, from, length]) =>
    fc.record({
      timeZone: fc.constant(timeZone),
      from: fc.constant(from),
      to: fc.constant(from + length * 60 * 60 * 1000),
      offer: offers,
      weekly: fc.array(weeklyFrom(from), { maxLength: 6 }),
      exceptions: fc.array(exceptionsFrom(from), { maxLength: 4 }),
      cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
    }),
  )
  .map(({ offer, weekly, exceptions, ...stage }) => {
    const base: Hours = { offer, weekly: [], exceptions: [] };
    const accepted = weekly.reduce((hours, one) => extended(hours, { weekly: [...hours.weekly, one] as never }), base);
    const hours = exceptions.reduce(
      (hours, one) => extended(hours, { exceptions: [...(hours.exceptions ?? []), one] }),
      accepted,
    );
    return { ...stage, hours: hoursSchema.parse(hours) };
  });

function extended(hours: Hours, more: Partial<Hours>): Hours {
  const both = { ...hours, ...more };
  return hoursSchema.safeParse(both).success ? both : hours;
}

const shown = (times: Iterable<{ start: number; end: number; capacity: number }>): readonly string[] =>
  [...times].map(({ start, end, capacity }) => `${iso(start)} ${iso(end)} ${capacity}`);
const iso = (time: number) => new Date(time).toISOString().replace(".000Z", "Z");

/** The starts of what these hours offer in a zone, by its clocks with their offset, within some days from a date. */
function startsOf(hours: Hours, timeZone: string, first: string, days = 1): readonly string[] {
  const [from, to] = [0, days].map((more) =>
    Temporal.PlainDate.from(first).add({ days: more }).toZonedDateTime(timeZone),
  );
  return [...openingsOf({ hours, timeZone, from: String(from?.toInstant()), to: String(to?.toInstant()) })].map(
    ({ start }) =>
      Temporal.Instant.fromEpochMilliseconds(start.getTime())
        .toZonedDateTimeISO(timeZone)
        .toString({ smallestUnit: "minute", timeZoneName: "never" }),
  );
}

const daily = (from: string, to: string, minutes = 60): Hours => ({
  offer: { minutes },
  weekly: [{ days: weekdays, from, to }],
});

describe("what hours offer", () => {
  it("is what a calendar library gives the slow way, in any zone, around any change of the clocks", () => {
    let offered = 0;
    fc.assert(
      fc.property(stages, ({ hours, timeZone, from, to }) => {
        const expected = slowOpenings(hours, timeZone, from, to);
        offered += expected.length;
        expect(shown(openTimes(hours, zoneClock(timeZone), from, to))).toEqual(expected);
      }),
      { numRuns: 150 },
    );
    expect(offered).toBeGreaterThan(150);
  });

  it("lasts as long as was asked for, if that is as long as an offer or some of its steps longer, and is nothing else", () => {
    const offered = { asIs: 0, longer: 0, none: 0 };
    const lengths = fc.record({
      nth: fc.nat(),
      steps: fc.constantFrom(0, 0, 1, 2, 4),
      more: fc.constantFrom(0, 0, 0, 1, -1),
    });
    fc.assert(
      fc.property(stages, lengths, ({ hours, timeZone, from, to }, { nth, steps, more }) => {
        const offers = [hours.offer, ...hours.weekly.flatMap(({ offer = hours.offer }) => offer)];
        const { minutes: shortest, step } = offers[nth % offers.length] as typeof hours.offer;
        const minutes = shortest + steps * step + more;
        const expected = slowOpenings(hours, timeZone, from, to, minutes);
        if (expected.length === 0) offered.none += 1;
        else offered[steps === 0 ? "asIs" : "longer"] += expected.length;
        const clock = zoneClock(timeZone);
        expect(shown(openTimes(hours, clock, from, to, { minutes }))).toEqual(expected);
        expect(mostOpenTimes(hours, clock, from, to, minutes)).toBeGreaterThanOrEqual(expected.length);
        // What is booked is looked up by its start and end: those that are on offer, and those a minute later.
        const bookable = [...openTimes(hours, clock, from, to, { minutes })].slice(0, 12).flatMap(({ start, end }) =>
          [0, 60_000].flatMap((later) => {
            const range = { start: new Date(start + later), end: new Date(end + later) };
            return shown([openingAt({ hours: hours as Hours, timeZone }, range) ?? []].flat());
          }),
        );
        expect(bookable.filter((one) => !expected.includes(one) && Date.parse(one.slice(0, 17)) < to - 60_000)).toEqual(
          [],
        );
        expect(bookable).toEqual(expect.arrayContaining(expected.slice(0, 12)));
      }),
      { numRuns: 100 },
    );
    expect([offered.asIs + offered.longer > 20, offered.longer > 0, offered.none > 0]).toEqual([true, true, true]);
  });

  it("is the same in one range and in its parts, wherever that is cut", () => {
    fc.assert(
      fc.property(stages, ({ hours, timeZone, from, to, cuts }) => {
        const clock = zoneClock(timeZone);
        const ends = [from, ...cuts.map((part) => Math.floor(from + part * (to - from))).sort((a, b) => a - b), to];
        const parts = ends.slice(1).flatMap((end, index) => shown(openTimes(hours, clock, ends[index] as number, end)));
        expect(parts).toEqual(shown(openTimes(hours, clock, from, to)));
      }),
      { numRuns: 150 },
    );
  });

  it("is the same from the last one on, and never more than it says at once that there may be", () => {
    fc.assert(
      fc.property(stages, fc.integer({ min: 5, max: 200 }), ({ hours, timeZone, from, to }, minutes) => {
        const clock = zoneClock(timeZone);
        const times = [...openTimes(hours, clock, from, to, { minutes })];
        expect([...openTimes(hours, clock, from, to, { minutes, descending: true })].toReversed()).toEqual(times);
        expect(mostOpenTimes(hours, clock, from, to, minutes)).toBeGreaterThanOrEqual(times.length);
      }),
      { numRuns: 150 },
    );
  });

  it("is cut in elapsed minutes from the start of its window, and what is left at the end is left out", () => {
    expect(startsOf(daily("09:10", "11:00", 30), "UTC", "2027-03-22")).toEqual([
      "2027-03-22T09:10+00:00",
      "2027-03-22T09:40+00:00",
      "2027-03-22T10:10+00:00",
    ]);
    const every: Hours = { offer: { minutes: 60, step: 30 }, weekly: [{ days: ["monday"], from: 540, to: 660 }] };
    expect(startsOf(every, "UTC", "2027-03-22")).toHaveLength(3);
  });

  it("stands still by the clocks in the week in which they are changed, and in those after it", () => {
    const dates = ["2027-03-27", "2027-03-28", "2027-03-29", "2027-10-30", "2027-10-31", "2027-11-01"];
    const starts = dates.flatMap((date) => startsOf(daily("09:00", "10:00"), "Europe/Berlin", date));
    expect(starts.map((start) => start.slice(0, 16))).toEqual(dates.map((date) => `${date}T09:00`));
    expect(starts.map((start) => start.slice(16))).toEqual([
      "+01:00",
      "+02:00",
      "+02:00",
      "+02:00",
      "+01:00",
      "+01:00",
    ]);
  });

  it("begins at the change where the clocks skip its start, and ends there where they skip its end", () => {
    expect(startsOf(daily("02:30", "04:00", 30), "Europe/Berlin", "2027-03-28")).toEqual([
      "2027-03-28T03:00+02:00",
      "2027-03-28T03:30+02:00",
    ]);
    expect(startsOf(daily("01:00", "02:30", 30), "Europe/Berlin", "2027-03-28")).toEqual([
      "2027-03-28T01:00+01:00",
      "2027-03-28T01:30+01:00",
    ]);
    expect(startsOf(daily("02:10", "02:50", 10), "Europe/Berlin", "2027-03-28")).toEqual([]);
  });

  it("begins at the first and ends at the second of two times that the clocks show twice", () => {
    expect(startsOf(daily("02:30", "03:30", 30), "Europe/Berlin", "2027-10-31")).toEqual([
      "2027-10-31T02:30+02:00",
      "2027-10-31T02:00+01:00",
      "2027-10-31T02:30+01:00",
      "2027-10-31T03:00+01:00",
    ]);
    expect(startsOf(daily("02:00", "02:30", 30), "Europe/Berlin", "2027-10-31")).toHaveLength(3);
  });

  it("sells no hour twice where one window ends and another one begins in an hour that the clocks show twice", () => {
    const hours: Hours = {
      offer: { minutes: 30 },
      weekly: [
        { days: ["sunday"], from: "01:00", to: "02:30" },
        { days: ["sunday"], from: "02:30", to: "04:00" },
      ],
    };
    const starts = startsOf(hours, "Europe/Berlin", "2027-10-31");
    expect(new Set(starts).size).toBe(starts.length);
    expect(starts).toHaveLength(8);
  });

  it("goes on after midnight, also over a change of the clocks, unless the next date has hours of its own", () => {
    const night = daily("22:00", "26:00");
    expect(startsOf(night, "Europe/Berlin", "2027-03-27", 1)).toEqual([
      "2027-03-27T00:00+01:00",
      "2027-03-27T01:00+01:00",
      "2027-03-27T22:00+01:00",
      "2027-03-27T23:00+01:00",
    ]);
    const closed = { ...night, exceptions: [{ first: "2027-03-28", last: "2027-03-28", hours: [] }] };
    expect(startsOf(closed, "Europe/Berlin", "2027-03-28")).toEqual([]);
    expect(startsOf(closed, "Europe/Berlin", "2027-03-29")).toHaveLength(2);
  });

  it("keeps the nights of an exception of several dates, which only a date with other hours cuts short", () => {
    const on = (first: string, last: string, ...hours: { from: string; to: string }[]) => ({ first, last, hours });
    const night = { from: "22:00", to: "26:00" };
    const starts = (...exceptions: NonNullable<Hours["exceptions"]>) =>
      startsOf({ ...daily("23:00", "25:00"), exceptions }, "UTC", "2027-12-23", 5).map((start) => start.slice(8, 13));
    const before = ["23T00", "23T23"];
    const nights = ["24T22", "24T23", "25T00", "25T01", "25T22", "25T23", "26T00", "26T01", "26T22", "26T23"];
    const after = ["27T00", "27T01", "27T23"];
    const feast = on("2027-12-24", "2027-12-26", night);
    // The night before is that of the week, and ends where the exception begins.
    expect(starts(feast)).toEqual([...before, ...nights, ...after]);
    const closed = on("2027-12-25", "2027-12-25");
    expect(starts(feast, closed)).toEqual([...before, "24T22", "24T23", "26T22", "26T23", ...after]);
    // A later exception has its date, whatever an earlier one says of it.
    expect(starts(closed, feast)).toEqual([...before, ...nights, ...after]);
    // Two exceptions are two, though they say the same.
    const [first, second] = [on("2027-12-24", "2027-12-24", night), on("2027-12-25", "2027-12-25", night)];
    expect(starts(first, second).slice(2, 8)).toEqual(["24T22", "24T23", "25T22", "25T23", "26T00", "26T01"]);
    // What is extra is beside the exception, and ends where that begins.
    const extra = { ...on("2027-12-23", "2027-12-25", { from: "20:00", to: "25:00" }), extra: true };
    const late = on("2027-12-24", "2027-12-26", { from: "12:00", to: "13:00" });
    expect(starts(late, extra).filter((start) => start.endsWith("T00"))).toEqual(["23T00"]);
  });

  it.each([
    ["Atlantic/Azores", "2027-10-29", "2027-10-30", "2027-10-31"],
    ["America/Havana", "2027-11-05", "2027-11-06", "2027-11-07"],
  ])("goes on into no date that has hours of its own, though the clocks of %s show its midnight twice", (...night) => {
    const [timeZone, friday, saturday, sunday] = night;
    const from = (date: string, to: string, exceptions: Hours["exceptions"] = []) => {
      const weekly = [{ days: weekdays, from: "23:00", to, validFrom: date, validUntil: date }] as const;
      const starts = startsOf({ offer: { minutes: 30 }, weekly, exceptions }, timeZone, saturday, 2);
      return starts.map((start) => start.slice(8, 16)).filter((start) => start >= `${saturday.slice(8)}T23:00`);
    };
    const own = (...hours: { from: string; to: string }[]) => [{ first: sunday, last: sunday, hours }];
    const evening = [`${saturday.slice(8)}T23:00`, `${saturday.slice(8)}T23:30`];
    const first = [`${sunday.slice(8)}T00:00`, `${sunday.slice(8)}T00:30`];
    expect(from(saturday, "24:00")).toEqual([...evening, ...first]);
    expect(from(saturday, "25:00")).toEqual([...evening, ...first, ...first]);
    for (const to of ["24:00", "24:30", "26:00"]) expect(from(saturday, to, own())).toEqual(evening);
    // What begins two days before ends there as well.
    expect(from(friday, "48:00")).toEqual([...evening, ...first]);
    expect(from(friday, "48:00", own())).toEqual(evening);
    // All of that hour is of the exception, and that of the night before ends where it begins.
    expect(from(saturday, "24:00", own({ from: "00:00", to: "01:00" }))).toEqual([...evening, ...first, ...first]);
    const both = [{ first: saturday, last: saturday, hours: [{ from: "23:00", to: "26:00" }] }, ...own()];
    expect(from(friday, "23:30", both)).toEqual(evening);
  });

  it("takes the hours of the later of two exceptions for a date, beside those that are extra", () => {
    const on = (hours: Hours["weekly"][number] | { from: string; to: string }, extra = false) =>
      ({ first: "2027-03-22", last: "2027-03-24", hours: [hours], extra }) as const;
    const hours: Hours = {
      ...daily("09:00", "10:00"),
      exceptions: [
        on({ from: "11:00", to: "12:00" }),
        on({ from: "15:00", to: "16:00" }, true),
        { ...on({ from: "13:00", to: "14:00" }), first: "2027-03-23" },
      ],
    };
    expect(startsOf(hours, "UTC", "2027-03-22", 4).map((start) => start.slice(8, 16))).toEqual([
      "22T11:00",
      "22T15:00",
      "23T13:00",
      "23T15:00",
      "24T13:00",
      "24T15:00",
      "25T09:00",
    ]);
  });

  it("leaves out what meets an extra window, whose openings count", () => {
    const extra = [{ first: "2027-03-22", last: "2027-03-22", hours: [{ from: "10:30", to: "11:30" }], extra: true }];
    const starts = startsOf({ ...daily("09:00", "13:00"), exceptions: extra }, "UTC", "2027-03-22");
    expect(starts.map((start) => start.slice(11, 16))).toEqual(["09:00", "10:30", "12:00"]);
  });

  it("holds between the first and the last date of a rule", () => {
    const hours: Hours = {
      offer: { minutes: 60 },
      weekly: [
        { days: weekdays, from: "09:00", to: "10:00", validUntil: "2027-03-23" },
        { days: weekdays, from: "09:30", to: "10:30", validFrom: "2027-03-24" },
      ],
    };
    const starts = startsOf(hours, "UTC", "2027-03-22", 4);
    expect(starts.map((start) => start.slice(8, 16))).toEqual(["22T09:00", "23T09:00", "24T09:30", "25T09:30"]);
  });

  it("skips a date that the zone has skipped", () => {
    expect(startsOf(daily("09:00", "10:00"), "Pacific/Apia", "2011-12-29", 3)).toEqual([
      "2011-12-29T09:00-10:00",
      "2011-12-31T09:00+14:00",
    ]);
  });
});
