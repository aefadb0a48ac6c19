import { expect, test } from "vitest";
import { dayOf, daysOf } from "../../page/src/time/days.ts";
import { differenceInWords, differenceOf } from "../../page/src/time/zones.ts";

const berlin = "Europe/Berlin";
const winter = daysOf("2027-01-13", berlin);

test.each([
  ["America/New_York", -360, "6 h behind"],
  ["Asia/Kolkata", 270, "4 h 30 min ahead"],
  ["Australia/Adelaide", 570, "9 h 30 min ahead"],
  ["Europe/Lisbon", -60, "1 h behind"],
])("in a week of winter, the clock of %s is %i minutes from Berlin's: %s", (other, minutes, words) => {
  expect(differenceOf(winter, berlin, other)).toBe(minutes);
  expect(differenceInWords(winter, berlin, other)).toBe(words);
});

test("a difference of less than an hour is in minutes", () => {
  const days = [dayOf("2027-01-13", "Asia/Kolkata")];
  expect(differenceInWords(days, "Asia/Kolkata", "Asia/Kathmandu")).toBe("15 min ahead");
  expect(differenceInWords(days, "Asia/Kolkata", "Asia/Karachi")).toBe("30 min behind");
});

test("clocks that show the same have no difference, whatever their zones are called", () => {
  expect(differenceOf(winter, berlin, "Europe/Paris")).toBeNull();
  expect(differenceInWords(winter, berlin, "Europe/Paris")).toBeNull();
  // Both are changed at the same instant.
  const change = daysOf("2027-03-28", berlin);
  expect(differenceInWords(change, berlin, "Europe/Paris")).toBeNull();
  expect(differenceInWords(change, berlin, "Europe/Lisbon")).toBe("1 h behind");
});

test("a week in which one of the two clocks is changed has both differences, in their order", () => {
  const change = daysOf("2027-03-28", berlin);
  expect(differenceOf(change, berlin, "America/New_York")).toBeNull();
  expect(differenceInWords(change, berlin, "America/New_York")).toBe("5 h behind, then 6 h behind");
  expect(differenceInWords(change, berlin, "Africa/Lagos")).toBe("the same, then 1 h behind");
});

test("a day with one difference from its start to its end has that, though its week has two", () => {
  expect(differenceOf([dayOf("2027-03-27", berlin)], berlin, "America/New_York")).toBe(-300);
  expect(differenceOf([dayOf("2027-03-28", berlin)], berlin, "America/New_York")).toBeNull();
  expect(differenceOf([dayOf("2027-03-29", berlin)], berlin, "America/New_York")).toBe(-360);
});
