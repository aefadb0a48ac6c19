import { runInNewContext } from "node:vm";
import { Temporal } from "temporal-polyfill";
import { describe, expect, expectTypeOf, it } from "vitest";
import { inTemporal, type Metadata } from "../src/index.ts";
import { instantSchema } from "../src/schemas/index.ts";

describe("an instant", () => {
  it("is taken from a Temporal.Instant to the millisecond, and refused where it is finer", () => {
    const instant = Temporal.Instant.from("2026-03-02T09:00:00.123Z");
    expect(instantSchema.parse(instant).toISOString()).toBe("2026-03-02T09:00:00.123Z");
    expect(instantSchema.safeParse(instant.add({ nanoseconds: 1 })).success).toBe(false);
    expect(instantSchema.safeParse(Temporal.PlainDateTime.from("2026-03-02T09:00")).success).toBe(false);
  });

  it.each([
    ["2026-03-29T02:30:00+01:00", "2026-03-29T01:30:00.000Z"],
    ["2024-02-29T23:59:59.9-11:30", "2024-03-01T11:29:59.900Z"],
    ["2026-03-02t09:00:00.1200z", "2026-03-02T09:00:00.120Z"],
    ["2026-01-01T00:00:00-00:00", "2026-01-01T00:00:00.000Z"],
  ])("is taken from %s", (text, expected) => {
    expect(instantSchema.parse(text).toISOString()).toBe(expected);
  });

  it.each([
    "2026-03-02T09:00Z",
    "2026-03-02 09:00:00Z",
    "2026-3-2T09:00:00Z",
    "20260302T090000Z",
    "2026-03-02T09:00:00+0100",
    "2026-03-02T09:00:00+24:00",
    "2026-03-02T09:00:00+01:60",
    "2026-02-29T09:00:00Z",
    "2026-03-02T23:59:60Z",
    "+002026-03-02T09:00:00Z",
    "2026-03-02T09:00:00.Z",
    "",
    "now",
  ])("is refused where the text is %s", (text) => {
    expect(instantSchema.safeParse(text).success).toBe(false);
  });

  it.each(["2026-03-02T09:00Z", "2026-03-02T09:00:00", "noon"])(
    "needs seconds and an offset as a string alone, and says so: %s",
    (text) => {
      const message = instantSchema.safeParse(text).error?.issues[0]?.message;
      expect(message).toBe(
        'must be a Date, a Temporal object, a string with seconds and a zone offset like "2026-03-02T09:00:00+01:00", or a local time with its zone like { local: "2026-03-02T09:00", timeZone: "Europe/Berlin" }',
      );
    },
  );

  it("is taken from a Temporal.ZonedDateTime, in whatever calendar, and from what it prints", () => {
    const zoned = Temporal.ZonedDateTime.from("2027-10-31T02:30:00+01:00[Europe/Berlin]").withCalendar("gregory");
    for (const time of [zoned, JSON.parse(JSON.stringify(zoned)), zoned.toInstant().toString()]) {
      expect(instantSchema.parse(time).toISOString()).toBe("2027-10-31T01:30:00.000Z");
    }
    expect(instantSchema.safeParse(zoned.add({ microseconds: 1 })).success).toBe(false);
  });
});

/** Zones whose clocks skip or show twice an hour, half an hour, midnight, and a whole day. */
const unusual = [
  ["2027-03-28T02:30", "Europe/Berlin", "2027-03-28T00:30Z", "2027-03-28T01:30Z", "later"],
  ["2027-10-31T02:30", "Europe/Berlin", "2027-10-31T00:30Z", "2027-10-31T01:30Z", "earlier"],
  ["2027-10-03T02:15", "Australia/Lord_Howe", "2027-10-02T15:15Z", "2027-10-02T15:45Z", "later"],
  ["2027-04-04T01:45", "Australia/Lord_Howe", "2027-04-03T14:45Z", "2027-04-03T15:15Z", "earlier"],
  ["2027-09-05T00:30", "America/Santiago", "2027-09-05T03:30Z", "2027-09-05T04:30Z", "later"],
  ["2027-04-03T23:30", "America/Santiago", "2027-04-04T02:30Z", "2027-04-04T03:30Z", "earlier"],
  ["2011-12-30T12:00", "Pacific/Apia", "2011-12-29T22:00Z", "2011-12-30T22:00Z", "later"],
] as const;

const issuesOf = (input: unknown) =>
  instantSchema
    .safeParse(input)
    .error?.issues.map(({ path, ...issue }) => [
      path.join("."),
      (issue as { params?: { code: string } }).params?.code ?? issue.code,
    ]);

describe("a local time", () => {
  it.each([
    ["2027-03-28T09:00", "2027-03-28T07:00:00.000Z"],
    ["2027-03-28T09:00:30.5", "2027-03-28T07:00:30.500Z"],
    ["2027-03-28T01:59:59.999", "2027-03-28T00:59:59.999Z"],
    ["2027-03-28T03:00", "2027-03-28T01:00:00.000Z"],
    ["2027-10-31T03:00", "2027-10-31T02:00:00.000Z"],
  ])("of one meaning is the instant at which the clocks show it: %s", (local, expected) => {
    for (const timeZone of ["Europe/Berlin", "europe/berlin"]) {
      const forms = [{ local, timeZone }, `${local}[${timeZone}]`, `${local}[!${timeZone}][u-ca=gregory]`];
      for (const form of forms) expect(instantSchema.parse(form).toISOString()).toBe(expected);
    }
  });

  it.each(unusual)("that is skipped or shown twice is refused, or what its word says: %s in %s", (...row) => {
    const [local, timeZone, earlier, later, compatible] = row;
    const expected = { earlier, later, compatible: compatible === "later" ? later : earlier };
    for (const [disambiguation, instant] of Object.entries(expected)) {
      for (const form of [
        { local, timeZone, disambiguation },
        `${local}[${timeZone}][disambiguation=${disambiguation}]`,
      ]) {
        expect(instantSchema.parse(form)).toEqual(new Date(instant));
      }
    }
    const code = compatible === "later" ? "no_such_time" : "ambiguous_time";
    expect(issuesOf({ local, timeZone })).toEqual([["local", code]]);
    expect(issuesOf({ local, timeZone, disambiguation: "reject" })).toEqual([["local", code]]);
    expect(issuesOf(`${local}[${timeZone}]`)).toEqual([["", code]]);
  });

  it.each([
    [{ local: "2027-02-30T09:00", timeZone: "Europe/Berlin" }, "local", "no_such_time"],
    [{ local: "2027-03-28T24:00", timeZone: "Europe/Berlin" }, "local", "no_such_time"],
    [{ local: "2027-03-28", timeZone: "Europe/Berlin" }, "local", "not_an_instant"],
    [{ local: "2027-03-28T09:00Z", timeZone: "Europe/Berlin" }, "local", "not_an_instant"],
    [{ local: "2027-03-28T09:00:00.0001", timeZone: "Europe/Berlin" }, "local", "too_fine"],
    [{ local: "1066-10-14T09:00", timeZone: "Europe/London" }, "", "year_out_of_range"],
    [{ local: "2027-03-28T09:00", timeZone: "Mars/Olympus" }, "timeZone", "not_a_time_zone"],
    [{ local: "2027-03-28T09:00", timeZone: "+01:00" }, "timeZone", "not_a_time_zone"],
    [{ local: "2027-03-28T09:00" }, "timeZone", "invalid_type"],
    [{ local: 7, timeZone: "Europe/Berlin" }, "local", "invalid_type"],
    [{ local: "2027-03-28T09:00", timeZone: "UTC", disambiguation: "both" }, "disambiguation", "invalid_value"],
    [{ local: "2027-03-28T09:00", timeZone: "UTC", offset: 1 }, "", "unrecognized_keys"],
    [{ start: "2027-03-28T09:00" }, "", "not_an_instant"],
    ["2027-03-28T09:00[Mars/Olympus]", "", "not_a_time_zone"],
    ["2027-03-28T09:00:00+01:00[Europe/Berlin]", "", "no_such_time"],
    ["2027-10-31T02:30:00+03:00[Europe/Berlin]", "", "no_such_time"],
    ["2027-03-28T09:00[Europe/Berlin][disambiguation=both]", "", "not_an_instant"],
    ["2027-03-28T09:00[Europe/Berlin][clock=later]", "", "not_an_instant"],
    ["2027-03-28[Europe/Berlin]", "", "not_an_instant"],
    ["2027-03-28T09:00", "", "not_an_instant"],
    [`2027-03-28T09:00${"[".repeat(100_000)}]`, "", "not_an_instant"],
  ])("is refused with the place of what is wrong: %j", (input, path, code) => {
    expect(issuesOf(input)).toEqual([[path, code]]);
  });
});

describe("an answer in Temporal", () => {
  const answer = {
    appointment: { start: new Date("2027-10-31T01:30:00Z"), metadata: { a: [1, null, "x"] } as Metadata },
    slots: [{ end: new Date("2027-10-31T02:00:00Z"), hold: null as { expiresAt: Date } | null }],
  } as const;

  it("has instants in the place of dates, and all else as it was, and goes in again", () => {
    const shown = inTemporal(answer, Temporal);
    expectTypeOf(shown.appointment.start).toEqualTypeOf<Temporal.Instant>();
    expectTypeOf(shown.appointment.metadata).toEqualTypeOf<Metadata>();
    expectTypeOf(shown.slots[0].hold).toEqualTypeOf<{ readonly expiresAt: Temporal.Instant } | null>();
    expect(JSON.stringify(shown)).toBe(JSON.stringify(answer).replaceAll(".000Z", "Z"));
    expect(instantSchema.parse(shown.appointment.start)).toEqual(answer.appointment.start);
  });

  it("has what the clocks of a zone show", () => {
    const { appointment, slots } = inTemporal(answer, Temporal, "Europe/Berlin");
    expectTypeOf(appointment.start).toEqualTypeOf<Temporal.ZonedDateTime>();
    expect(String(appointment.start)).toBe("2027-10-31T02:30:00+01:00[Europe/Berlin]");
    expect(slots[0].hold).toBeNull();
    expect(instantSchema.parse(appointment.start)).toEqual(answer.appointment.start);
    expect(() => inTemporal(answer, Temporal, "Mars/Olympus")).toThrow(RangeError);
  });

  it("has them of dates from another realm, too", () => {
    const start = runInNewContext("new Date(0)") as Date;
    expect(String(inTemporal({ start }, Temporal).start)).toBe("1970-01-01T00:00:00Z");
  });
});
