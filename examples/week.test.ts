import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { oddDays, parseWeek, readWeek, slotsOfWeek, WeekError } from "./demo/week.ts";

const week = (monday: string, days: object, timeZone = "Europe/Berlin") =>
  parseWeek({ providerId: "dr-weber", facilityId: "north-clinic", timeZone, monday, days });

const startsOf = (parsed: ReturnType<typeof parseWeek>) => slotsOfWeek(parsed).map(({ start }) => start.toString());

const nineToTen = [{ from: "09:00", to: "10:00", slotMinutes: 30 }];

describe("a week of wall-clock times", () => {
  it("keeps the hour on the wall when the clocks go forward within the week", () => {
    const spring = week("2027-03-22", { saturday: nineToTen, sunday: nineToTen });
    expect(startsOf(spring)).toEqual([
      "2027-03-27T08:00:00Z",
      "2027-03-27T08:30:00Z",
      "2027-03-28T07:00:00Z",
      "2027-03-28T07:30:00Z",
    ]);
    expect(oddDays(spring)).toEqual([["2027-03-28", 23]]);
  });

  it("has five hours between 00:00 and 06:00 when the clocks go forward, and seven when they go back", () => {
    const night = { sunday: [{ from: "00:00", to: "06:00", slotMinutes: 60 }] };
    const spring = slotsOfWeek(week("2027-03-22", night));
    const autumn = slotsOfWeek(week("2027-10-25", night));
    expect([spring.length, autumn.length]).toEqual([5, 7]);
    for (const slots of [spring, autumn]) {
      for (const [index, { start, end }] of slots.entries()) {
        expect(end.since(start).total("minutes")).toBe(60);
        expect(slots[index + 1]?.start.toString() ?? end.toString()).toBe(end.toString());
      }
    }
  });

  it.each([
    ["2027-03-22", "skipped"],
    ["2027-10-25", "shown twice"],
  ])("refuses a time on the Sunday of the week of %s that is %s by the clocks", (monday) => {
    const parsed = week(monday, { sunday: [{ from: "02:30", to: "04:30", slotMinutes: 30 }] });
    expect(() => slotsOfWeek(parsed)).toThrow(/02:30 on sunday.*does not exist or comes twice in Europe\/Berlin/);
  });

  it("follows the time zone of the file", () => {
    expect(startsOf(week("2027-03-22", { monday: nineToTen }, "Asia/Kathmandu"))[0]).toBe("2027-03-22T03:15:00Z");
  });

  it("cuts each range into slots in the order of time, with its capacity", () => {
    const parsed = week("2027-03-22", {
      monday: [{ from: "14:00", to: "15:00", slotMinutes: 60, capacity: 4 }, ...nineToTen],
    });
    expect(slotsOfWeek(parsed).map(({ capacity }) => capacity)).toEqual([1, 1, 4]);
  });
});

describe("a week that is not valid", () => {
  it.each([
    ["a date that is not a Monday", { monday: "2027-03-23" }, /must be a Monday\s+→ at monday/],
    ["an unknown time zone", { timeZone: "Europe/Atlantis" }, /must be an IANA time zone\s+→ at timeZone/],
    ["a day that does not exist", { days: { someday: [] } }, /days/],
    ["an unknown field", { dentist: true }, /dentist/],
    [
      "a range that ends before it begins",
      { days: { monday: [{ from: "10:00", to: "09:00", slotMinutes: 30 }] } },
      /must end after it begins/,
    ],
    [
      "a range that is not a whole number of slots",
      { days: { monday: [{ from: "09:00", to: "10:00", slotMinutes: 25 }] } },
      /whole number of slots/,
    ],
    [
      "a time without its leading zero",
      { days: { monday: [{ from: "9:00", to: "10:00", slotMinutes: 30 }] } },
      /must be a time like 08:00.*\s+→ at days.monday\[0\].from/,
    ],
  ])("is refused with the place and the reason: %s", async (_what, change, message) => {
    const valid: object = JSON.parse(await readFile(new URL("./demo/week.json", import.meta.url), "utf8"));
    expect(() => parseWeek({ ...valid, ...change })).toThrow(message);
    expect(() => parseWeek({ ...valid, ...change })).toThrow(WeekError);
  });

  it("is refused if the file is missing or is not JSON", async () => {
    await expect(readWeek(new URL("./nowhere.json", import.meta.url))).rejects.toThrow(/could not be read/);
    await expect(readWeek(new URL("./demo/week.ts", import.meta.url))).rejects.toThrow(WeekError);
  });
});
