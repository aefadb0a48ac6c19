import { expect, test } from "vitest";
import { dayOf, daysOf } from "../../page/src/time/days.ts";
import {
  agree,
  formatDates,
  formatDay,
  formatMoment,
  formatOffset,
  formatRange,
  formatShortDay,
  formatTime,
  formatWhen,
  formatZone,
  speakRange,
} from "../../page/src/time/format.ts";

const nine = new Date("2026-11-30T08:00:00Z");
const half = new Date("2026-11-30T08:30:00Z");

test("times are those of the clock in the zone", () => {
  expect(formatTime(nine, "Europe/Berlin")).toBe("09:00");
  expect(formatTime(nine, "Europe/Lisbon")).toBe("08:00");
  expect(formatDay(nine, "Europe/Berlin")).toBe("Monday 30 November");
  expect(formatShortDay(nine, "Europe/Berlin")).toBe("Mon 30 Nov");
  expect(formatRange(nine, half, "Europe/Berlin")).toBe("09:00–09:30");
  expect(speakRange(nine, half, "Europe/Berlin")).toBe("09:00 to 09:30");
  expect(formatMoment(nine, "Europe/Berlin")).toBe("30 November 2026, 09:00");
});

test("where the clock of the device shows another time, the zone of the facility is named", () => {
  expect(formatWhen(nine, half, "Europe/Lisbon", "Europe/Berlin")).toBe("Mon 30 Nov, 08:00–08:30, Lisbon time");
  expect(formatWhen(nine, half, "Europe/Berlin", "Europe/Paris")).toBe("Mon 30 Nov, 09:00–09:30");
});

test("midnight is 00:00, and ends the day before", () => {
  const [eleven, midnight] = [new Date("2026-11-30T22:00:00Z"), new Date("2026-11-30T23:00:00Z")];
  expect(formatRange(eleven, midnight, "Europe/Berlin")).toBe("23:00–00:00");
});

test("a night says on which day it ends", () => {
  const [ten, six] = [new Date("2026-11-30T21:00:00Z"), new Date("2026-12-01T05:00:00Z")];
  expect(formatRange(ten, six, "Europe/Berlin")).toBe("22:00–06:00 Tue");
});

test.each([
  ["Europe/Berlin", "2026-10-25T00:30:00Z", "02:30 UTC+2"],
  ["Europe/Berlin", "2026-10-25T01:30:00Z", "02:30 UTC+1"],
  ["Europe/Berlin", "2026-10-25T02:00:00Z", "03:00"],
  ["Europe/Lisbon", "2026-10-25T01:30:00Z", "01:30 UTC"],
  ["America/New_York", "2026-11-01T06:30:00Z", "01:30 UTC−5"],
  ["Australia/Lord_Howe", "2027-04-03T15:15:00Z", "01:45 UTC+10:30"],
  ["Europe/Berlin", "2027-03-28T01:00:00Z", "03:00"],
])("in %s, %s is %s", (zone, instant, time) => {
  expect(formatTime(new Date(instant), zone)).toBe(time);
});

test("offsets and zones are words", () => {
  expect(formatOffset(nine, "UTC")).toBe("UTC");
  expect(formatOffset(nine, "America/St_Johns")).toBe("UTC−3:30");
  expect(formatZone("America/New_York")).toBe("New York time");
  expect(formatZone("UTC")).toBe("UTC");
});

test("zones agree at an instant if their clocks show the same", () => {
  expect(agree(nine, "Europe/Berlin", "Europe/Paris")).toBe(true);
  expect(agree(nine, "Europe/Berlin", "Europe/Lisbon")).toBe(false);
});

test.each([
  ["2026-11-29", "23–29 November 2026"],
  ["2026-12-02", "30 Nov – 6 Dec 2026"],
  ["2027-01-01", "28 Dec 2026 – 3 Jan 2027"],
])("the week of %s is %s", (date, dates) => {
  expect(formatDates(daysOf(date, "Europe/Berlin"))).toBe(dates);
});

test("one day is told with its weekday, and its date is that of its own zone", () => {
  expect(formatDates([dayOf("2026-11-29", "Europe/Berlin")])).toBe("Sunday 29 November 2026");
  expect(formatDates([dayOf("2027-01-01", "Pacific/Auckland")])).toBe("Friday 1 January 2027");
  expect(formatDates([dayOf("2026-12-31", "Pacific/Honolulu")])).toBe("Thursday 31 December 2026");
  expect(formatDates([])).toBe("");
});
