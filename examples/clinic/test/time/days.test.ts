import { expect, test } from "vitest";
import { addDays, dateOf, dayOf, daysOf, hoursOf, isDate, mondayOf } from "../../page/src/time/days.ts";

const lengths = (date: string, zone: string) => daysOf(date, zone).map((day) => [day.date, hoursOf(day)]);

test("a week runs from Monday to Sunday, whichever of its days is asked for", () => {
  expect(mondayOf("2026-11-30")).toBe("2026-11-30");
  expect(mondayOf("2026-12-06")).toBe("2026-11-30");
  expect(daysOf("2026-12-03", "Europe/Berlin").map(({ date }) => date)).toEqual([
    "2026-11-30",
    "2026-12-01",
    "2026-12-02",
    "2026-12-03",
    "2026-12-04",
    "2026-12-05",
    "2026-12-06",
  ]);
});

test.each([
  ["Europe/Berlin", "2027-03-28", 23],
  ["Europe/Berlin", "2026-10-25", 25],
  ["Europe/Lisbon", "2027-03-28", 23],
  ["Europe/Lisbon", "2026-10-25", 25],
  ["America/New_York", "2027-03-14", 23],
  ["America/New_York", "2026-11-01", 25],
  ["Australia/Lord_Howe", "2026-10-04", 23.5],
  ["Australia/Lord_Howe", "2027-04-04", 24.5],
])("in %s, %s has %d hours, and the days around it have 24", (zone, date, hours) => {
  const [before, day, after] = [-1, 0, 1].map((days) => dayOf(addDays(date, days), zone));
  expect([before, day, after].map((one) => one && hoursOf(one))).toEqual([24, hours, 24]);
  expect(before?.end).toEqual(day?.start);
  expect(day?.end).toEqual(after?.start);
});

test("a day begins at midnight of its zone, and not of the device", () => {
  expect(dayOf("2026-11-30", "Europe/Berlin").start.toISOString()).toBe("2026-11-29T23:00:00.000Z");
  expect(dayOf("2026-11-30", "Europe/Lisbon").start.toISOString()).toBe("2026-11-30T00:00:00.000Z");
  expect(dateOf(new Date("2026-11-30T03:00:00Z"), "America/New_York")).toBe("2026-11-29");
});

test("a day whose midnight is skipped begins at the first hour that it has", () => {
  const day = dayOf("2026-09-06", "America/Santiago");
  expect(hoursOf(day)).toBe(23);
  expect(day.start.toISOString()).toBe("2026-09-06T04:00:00.000Z");
});

test("the week in which Samoa left out a Friday has six days", () => {
  expect(lengths("2011-12-28", "Pacific/Apia")).toEqual([
    ["2011-12-26", 24],
    ["2011-12-27", 24],
    ["2011-12-28", 24],
    ["2011-12-29", 24],
    ["2011-12-31", 24],
    ["2012-01-01", 24],
  ]);
});

test("tells a date from what somebody has typed into the address", () => {
  expect(["2026-11-30", "2026-02-30", "tomorrow", "2026-11-30T10:00", ""].map(isDate)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});
