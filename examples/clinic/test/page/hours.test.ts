import type { Hours } from "@slotwright/core";
import { describe, expect, it } from "vitest";
import { namesOf } from "../../page/src/directory/names.ts";
import { draftOf, hoursOf, newException, newWindow, noHours } from "../../page/src/hours/draft.ts";
import { problemInWords } from "../../page/src/hours/problem-words.ts";
import { holderOf } from "../../page/src/hours/taken-words.ts";
import { directoryOf } from "../../server/directory.ts";

const offer = { minutes: 30, step: 30, capacity: 1 };

describe("hours that are edited", () => {
  it("are what they were where nothing was changed, with what is not shown", () => {
    const hours: Hours = {
      offer: { minutes: 20, step: 10, capacity: 2 },
      weekly: [
        { days: ["monday", "friday"], from: 480, to: 720, validFrom: "2027-04-01", offer: { ...offer, step: 45 } },
        { days: ["saturday"], from: 1320, to: 1560 },
        { days: ["sunday"], from: 0, to: 1440 },
        { days: ["tuesday"], from: 1320, to: 2880 },
      ],
      exceptions: [
        { first: "2027-03-25", last: "2027-03-26", hours: [] },
        {
          first: "2027-03-29",
          last: "2027-03-29",
          hours: [
            { from: 600, to: 660, offer: { minutes: 15, capacity: 4 } },
            { from: 700, to: 760, offer },
          ],
        },
        { first: "2027-03-30", last: "2027-03-30", hours: [{ from: 1380, to: 1500 }], extra: true },
        { first: "2027-03-31", last: "2027-03-31", hours: [], extra: true },
      ],
    };
    expect(hoursOf(draftOf(hours))).toEqual(hours);
  });

  it("say that a time is of the next day, and do not guess it", () => {
    const window = { ...newWindow(), from: "22:00", to: "02:00" };
    const toOf = (endsNextDay: boolean) => hoursOf({ ...noHours, windows: [{ ...window, endsNextDay }] }).weekly[0]?.to;
    expect([toOf(true), toOf(false)]).toEqual([1560, 120]);
  });

  it("have days in the order of the week, and a length of their own only if one is typed", () => {
    const window = { ...newWindow(), days: ["friday", "monday"] as const };
    const [usual, own] = hoursOf({ ...noHours, windows: [window, { ...window, minutes: "45" }] }).weekly;
    expect(usual).toEqual({ days: ["monday", "friday"], from: 540, to: 720 });
    expect(own?.offer).toEqual({ minutes: 45 });
  });

  it("lose the step of a length that was changed, and keep its seats", () => {
    const weekly = [{ days: ["monday"] as const, from: 540, to: 720, offer: { minutes: 60, step: 30, capacity: 6 } }];
    const draft = draftOf({ offer: { minutes: 20 }, weekly });
    const changed = draft.windows.map((window) => ({ ...window, minutes: "50" }));
    expect(hoursOf({ ...draft, windows: changed }).weekly[0]?.offer).toEqual({ minutes: 50, capacity: 6 });
  });

  it("have a closed day without hours, whatever was typed before", () => {
    const day = newException("2027-03-25");
    const exceptions = [day, { ...day, kind: "extra" as const }];
    expect(hoursOf({ ...noHours, exceptions }).exceptions).toEqual([
      { first: "2027-03-25", last: "2027-03-25", hours: [] },
      { first: "2027-03-25", last: "2027-03-25", hours: [{ from: 540, to: 720 }], extra: true },
    ]);
  });

  it("are said to be wrong in words of the field, or of the whole window", () => {
    const wordsOf = (path: string) => problemInWords({ path, message: "?" });
    expect(wordsOf("hours.weekly.0.days")).toBe("Choose a day.");
    expect(wordsOf("hours.weekly.1.offer.minutes")).toBe("An appointment has from 1 to 2880 minutes.");
    expect(wordsOf("hours.exceptions.0.hours.1")).toBe("It overlaps other hours.");
    expect(wordsOf("hours.weekly.0.other")).toBe("?");
  });
});

it("a slot outside of the hours is held only if nobody has booked it, also while it is not known who has", () => {
  const names = namesOf(directoryOf({ kind: "provider", id: "dr-osei" }, 60));
  const [adas, held] = [{ appointmentId: "a" }, { appointmentId: null }];
  const known = [{ id: "a", subjectId: "ada-brandt" }];
  expect([holderOf(held, known, names), holderOf(adas, known, names)]).toEqual(["Held", "Ada Brandt"]);
  expect(holderOf(adas, [], names)).toBe("Booked");
});
