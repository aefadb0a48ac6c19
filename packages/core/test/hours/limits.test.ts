import { describe, expect, it } from "vitest";
import { openingsOf } from "../../src/engine/openings-of.ts";
import { dateOf, weekdays } from "../../src/model/local-date.ts";

const once = { offer: { minutes: 30 }, weekly: [] };
const asked = { timeZone: "UTC", from: "2027-01-01T00:00:00Z", to: "2027-02-01T00:00:00Z" };

describe("hours that are not valid", () => {
  const week = (...weekly: readonly object[]) => ({ ...once, weekly });
  const monday = { days: ["monday"], from: "09:00", to: "12:00" };
  const exception = (more: object) => ({
    ...once,
    exceptions: [{ first: "2027-03-22", last: "2027-03-23", hours: [], ...more }],
  });

  it.each([
    ["hours.weekly.0.to", week({ ...monday, to: "08:00" })],
    ["hours.weekly.0.to", week({ ...monday, to: "48:01" })],
    ["hours.weekly.0.to", week({ ...monday, to: "12:60" })],
    ["hours.weekly.0.from", week({ ...monday, from: "24:00", to: "25:00" })],
    ["hours.weekly.0.from", week({ ...monday, from: 540.5 })],
    ["hours.weekly.0.days", week({ ...monday, days: [] })],
    ["hours.weekly.0.days", week({ ...monday, days: ["monday", "monday"] })],
    ["hours.weekly.0.days.0", week({ ...monday, days: ["Montag"] })],
    ["hours.weekly.0.validUntil", week({ ...monday, validFrom: "2027-02-01", validUntil: "2027-01-31" })],
    ["hours.weekly.0.validFrom", week({ ...monday, validFrom: "2027-02-30" })],
    ["hours.weekly.0.validFrom", week({ ...monday, validFrom: "2210-02-03" })],
    ["hours.weekly.1", week(monday, { ...monday, from: "11:59", to: "13:00" })],
    ["hours.weekly.1", week({ ...monday, to: "26:00" }, { days: ["tuesday"], from: "01:00", to: "03:00" })],
    [
      "hours.weekly.1",
      week({ days: ["monday"], from: "01:00", to: "03:00" }, { days: ["sunday"], from: "20:00", to: "26:00" }),
    ],
    ["hours.weekly.0", week({ days: ["monday", "tuesday"], from: "09:00", to: "34:00" })],
    ["hours.exceptions.0.last", exception({ last: "2027-03-21" })],
    [
      "hours.exceptions.0.hours.1",
      exception({
        hours: [
          { from: 0, to: 60 },
          { from: 30, to: 90 },
        ],
      }),
    ],
    ["hours.exceptions.0.hours.0", exception({ hours: [{ from: 600, to: 2880 }] })],
    ["hours.offer.minutes", { ...once, offer: { minutes: 0 } }],
    ["hours.offer.step", { ...once, offer: { minutes: 10, step: 0.5 } }],
    [
      "hours.exceptions",
      { ...once, exceptions: Array(1_501).fill({ first: "2027-01-01", last: "2027-01-01", hours: [] }) },
    ],
  ])("are refused, and the path says where: %s", (path, hours) => {
    expect(() => openingsOf({ ...asked, hours: hours as never })).toThrow(
      expect.objectContaining({
        code: "invalid_input",
        details: { issues: [expect.objectContaining({ path })] },
      }),
    );
  });

  it.each([
    [
      "rules that meet on no date",
      week({ ...monday, validUntil: "2027-03-21" }, { ...monday, validFrom: "2027-03-22" }),
    ],
    [
      "a night before a date on which the next rule does not hold yet",
      week(
        { days: ["sunday"], from: "20:00", to: "26:00", validUntil: "2027-03-14" },
        { days: ["monday"], from: "01:00", to: "03:00", validFrom: "2027-03-22" },
      ),
    ],
    ["windows that touch", week(monday, { ...monday, from: "12:00", to: "13:00" })],
    [
      "an exception of one date to the end of the next",
      exception({ last: "2027-03-22", hours: [{ from: 600, to: 2880 }] }),
    ],
  ])("are not: %s", (_, hours) => {
    expect([...openingsOf({ ...asked, hours: hours as never })]).toBeInstanceOf(Array);
  });

  it("cost no more than they are long: ten times as many exceptions, over as many days, take about ten times as long", () => {
    const [few, many] = [150, 1_500].map(openingsOfExceptions) as [Openings, Openings];
    // The processor's time, in turns: whatever else the machine does meets both. The fastest of each was disturbed least.
    const [ofFew, ofMany]: [number[], number[]] = [[], []];
    for (let turn = 0; turn < 10; turn += 1) {
      ofFew.push(few(), few());
      ofMany.push(many());
    }
    // It was thirty times and more while each day looked through all exceptions.
    expect(Math.min(...ofMany) / Math.min(...ofFew)).toBeLessThan(20);
  });
});

/** Works all of them out, and returns how many microseconds of the processor it took. */
type Openings = () => number;

/** Hours with so many exceptions, one a day: every other day is closed. */
function openingsOfExceptions(days: number): Openings {
  const exceptions = Array.from({ length: days }, (_, index) => {
    const date = dateOf(20_000 + index);
    return { first: date, last: date, hours: index % 2 === 0 ? [] : [{ from: "10:00", to: "11:00" }] };
  });
  const hours = { offer: { minutes: 60 }, weekly: [{ days: weekdays, from: "09:00", to: "12:00" }], exceptions };
  const [from, to] = [`${dateOf(20_000)}T00:00:00Z`, `${dateOf(20_000 + days)}T00:00:00Z`];
  return () => {
    const began = process.cpuUsage();
    expect([...openingsOf({ hours, timeZone: "UTC", from, to })]).toHaveLength(days / 2);
    const { user, system } = process.cpuUsage(began);
    return user + system;
  };
}
