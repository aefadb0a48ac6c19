import type { ShownAppointment, ShownSlot } from "@slotwright/client";
import type { Finding, MovedSlot } from "@slotwright/core";
import { describe, expect, test } from "vitest";
import { namesOf } from "../../page/src/directory/names.ts";
import { casesOf } from "../../page/src/sync/cases.ts";
import { faultWords } from "../../page/src/sync/fault-words.ts";
import type { Run } from "../../page/src/sync/run.ts";
import {
  checkedOf,
  isWell,
  repairedOf,
  repairOf,
  titleOf,
  unlistedOf,
  wordsOfCase,
  wordsOfMoved,
} from "../../page/src/sync/sync-words.ts";
import { facilities, patients, providers } from "../../people.ts";

const me = { id: "dr-osei", name: "Dr Amara Osei", kind: "provider" } as const;
const names = namesOf({ me, facilities, providers, patients, searchableDays: 60, warning: "" });
const berlin = "Europe/Berlin";

const at = (start: string, end: string) => ({ start: new Date(start), end: new Date(end) });

const slotOf = (id: string, given: object = {}) =>
  ({
    id,
    status: "booked",
    providerId: "dr-osei",
    facilityId: "harbour",
    seat: 0,
    ...at("2026-11-30T09:20:00Z", "2026-11-30T09:40:00Z"),
    ...given,
  }) as ShownSlot;

const appointment = {
  id: "a",
  status: "cancelled",
  subjectId: "liam-byrne",
  providerId: "dr-osei",
  facilityId: "harbour",
  ...at("2026-11-30T09:20:00Z", "2026-11-30T09:50:00Z"),
} as ShownAppointment;

const find = (kind: Finding["kind"], outcome: Finding["outcome"], ...records: string[]): Finding => ({
  kind,
  outcome,
  invariant: 1,
  problem: "",
  repair: outcome === "manual" ? null : "",
  records: records.map((id) => ({ kind: id.startsWith("a") ? "appointment" : "slot", id })),
});

const knownOf = (slots: readonly ShownSlot[], appointments: readonly ShownAppointment[]) => ({
  slots: new Map(slots.map((slot) => [slot.id, slot])),
  appointments: new Map(appointments.map((one) => [one.id, one])),
});

const known = knownOf([slotOf("s"), slotOf("t", at("2026-11-30T09:30:00Z", "2026-11-30T10:00:00Z"))], [appointment]);

const wordsOf = (...findings: Finding[]) =>
  casesOf({ findings, known }).map((found) => wordsOfCase(found, names, berlin));

const runOf = (given: Partial<Run>): Run => ({
  startedAt: new Date("2026-11-29T13:03:00Z"),
  scanned: { slots: 652, appointments: 1 },
  repaired: 0,
  repairable: 0,
  manual: 0,
  findings: [],
  moved: [],
  movedCount: 0,
  known,
  ...given,
});

describe("a finding", () => {
  test("says when, whose, what is wrong, and what the repair does", () => {
    expect(wordsOf(find("appointment_ended", "repairable", "s", "a"))).toEqual([
      {
        when: "Monday 30 November, 10:20–10:40",
        zone: null,
        where: "Dr Amara Osei · Harbour Clinic",
        who: "Liam Byrne",
        findings: [
          {
            problem: "The slot is still booked for Liam Byrne, whose appointment was cancelled.",
            remedy: "The slot becomes free.",
            label: "Repair",
          },
        ],
      },
    ]);
  });

  test("is told by the clock of its facility, and says so where the reader's shows another time", () => {
    const lisbon = knownOf([slotOf("s", { facilityId: "hillside", providerId: "j-lindqvist", seat: 1 })], []);
    const [found] = casesOf({ findings: [find("booked_without_appointment", "repairable", "s")], known: lisbon });
    expect(wordsOfCase(found as never, names, berlin)).toMatchObject({
      when: "Monday 30 November, 09:20–09:40",
      zone: "Lisbon time",
      where: "Jonas Lindqvist · Hillside Practice · seat 2",
      who: null,
    });
  });

  test("of what a person must decide asks the question", () => {
    expect(wordsOf(find("time_mismatch", "manual", "s", "a"))[0]?.findings).toEqual([
      {
        problem: "The appointment of Liam Byrne (Mon 30 Nov, 10:20–10:50) does not lie within the slot.",
        remedy: "Which of the two times is right?",
        label: "A person must decide",
      },
    ]);
  });

  test("whose repair the database refuses is for a person too", () => {
    const [words] = wordsOf({ ...find("appointment_ended", "manual", "s", "a"), repair: "the slot is freed from it" });
    expect(words?.findings[0]).toMatchObject({ label: "A person must decide" });
    expect(words?.findings[0]?.remedy).toContain("the database refuses the repair");
  });

  test("of an overlap names the other slot", () => {
    expect(wordsOf(find("slot_overlap", "manual", "s", "t"))[0]?.findings[0]?.problem).toBe(
      "The slot overlaps another one of the same provider: Mon 30 Nov, 10:30–11:00.",
    );
  });

  test("about a slot that somebody has blocked does not promise that it becomes free", () => {
    const blocked = knownOf([slotOf("s", { status: "blocked" })], [appointment]);
    const [found] = casesOf({ findings: [find("appointment_ended", "repairable", "s", "a")], known: blocked });
    expect(wordsOfCase(found as never, names, berlin).findings[0]?.remedy).toBe(
      "The slot no longer names the appointment.",
    );
  });

  test("about records that are gone is told without them", () => {
    const [words] = wordsOf(find("appointment_missing", "repairable", "gone", "a-gone"));
    expect(words).toMatchObject({ when: "At an unknown time", who: null });
  });

  test.each(Object.keys(faultWords) as Finding["kind"][])("%s has either a repair or a question", (kind) => {
    const { repair, done, decide } = faultWords[kind];
    expect([repair === undefined, done === undefined]).toEqual([decide !== undefined, decide !== undefined]);
    for (const records of [["s", "a"], ["a"], ["s", "t"], ["gone", "a-gone"]]) {
      for (const { findings } of wordsOf(find(kind, decide === undefined ? "repairable" : "manual", ...records))) {
        expect(`${findings[0]?.problem} ${findings[0]?.remedy}`).toMatch(/^[A-Z][^_]*[.] [A-Z][^_]*[.?]$/);
        expect(`${findings[0]?.problem} ${findings[0]?.remedy}`).not.toMatch(/undefined|null/);
      }
    }
  });
});

describe("cases", () => {
  test("take together what is about the same slot or appointment", () => {
    const shared = [find("appointment_ended", "repairable", "s", "a"), find("slot_overlap", "manual", "t", "u")];
    const later = find("ended_appointment_lists_slots", "repairable", "a");
    const cases = casesOf({ findings: [...shared, later], known });
    expect(cases.map(({ findings }) => findings.length)).toEqual([2, 1]);
  });

  test("are one case when a third finding connects them", () => {
    const apart = [find("booked_without_appointment", "repairable", "s"), find("held_without_hold", "repairable", "t")];
    expect(casesOf({ findings: apart, known })).toHaveLength(2);
    expect(casesOf({ findings: [...apart, find("slot_overlap", "manual", "s", "t")], known })).toHaveLength(1);
  });
});

describe("the result", () => {
  const checked = "Checked 29 November 2026, 14:03: 652 slots and 1 appointment, as they were then.";

  test.each([
    [{}, "Slots and appointments agree", ""],
    [{ repairable: 1 }, "1 fault found", "It can be repaired. "],
    [{ repairable: 2 }, "2 faults found", "Both can be repaired. "],
    [{ repairable: 3 }, "3 faults found", "All can be repaired. "],
    [{ manual: 1 }, "1 fault found", "A person must decide. "],
    [{ repairable: 3, manual: 1 }, "4 faults found", "3 can be repaired, and a person must decide about 1. "],
  ])("of %o is: %s. %s And it says when it was checked", (given, title, remedies) => {
    expect(titleOf(runOf(given))).toBe(title);
    expect(checkedOf(runOf(given), berlin)).toBe(`${remedies}${checked}`);
  });

  test("says how many faults are not listed", () => {
    expect([unlistedOf(50, 50), unlistedOf(51, 50), unlistedOf(90, 50)]).toEqual([
      null,
      "1 more fault counted, but not listed.",
      "40 more faults counted, but not listed.",
    ]);
  });
});

describe("a slot that the clocks show at another time", () => {
  const { start, end } = slotOf("s");
  const movedTo = at("2026-11-30T08:20:00Z", "2026-11-30T08:40:00Z");
  const movedAs = (outcome: MovedSlot["outcome"]): MovedSlot => {
    const then = { newStart: movedTo.start, newEnd: movedTo.end };
    return { slotId: "s", status: "available", appointmentId: null, start, end, ...then, outcome };
  };
  const runWith = (...outcomes: MovedSlot["outcome"][]) =>
    runOf({ moved: outcomes.map(movedAs), movedCount: outcomes.length });

  test("is told with both times, by the clock of its facility", () => {
    expect(wordsOfMoved(movedAs("repairable"), slotOf("s"), names, "Europe/Lisbon")).toEqual({
      time: "Monday 30 November, 10:20–10:40",
      other: "instead of 09:20–09:40",
      where: "Dr Amara Osei · Harbour Clinic",
      remedy: "It is free: the repair moves it.",
    });
  });

  test("is told with its new time first once it has moved, and with the day where that differs", () => {
    const nextDay = at("2026-12-01T08:20:00Z", "2026-12-01T08:40:00Z");
    const moved = { ...movedAs("repaired"), newStart: nextDay.start, newEnd: nextDay.end };
    expect(wordsOfMoved(moved, undefined, names, berlin)).toMatchObject({
      time: "Tuesday 1 December, 09:20–09:40",
      other: "before Monday 30 November, 10:20–10:40",
      where: null,
    });
  });

  test("is something that is wrong, and that a repair moves if it is free", () => {
    const run = runWith("repairable", "manual");
    expect([isWell(run), titleOf(run)]).toEqual([false, "The clocks show another time for 2 slots"]);
    expect(repairOf(run)).toBe("Move the slots that are free");
    expect(repairOf({ ...run, repairable: 2 })).toBe("Repair 2 faults and move the slots that are free");
    expect(repairOf(runWith("manual"))).toBe("");
    expect(repairOf({ ...runWith("manual"), movedCount: 60 })).toBe("Move the slots that are free");
    expect(repairedOf({ ...runWith("repaired"), movedCount: 60 })).toBe("slots moved");
    expect(repairedOf(runWith("repaired", "manual"))).toBe("1 slot moved");
    expect(repairedOf(runOf({}))).toBe("Nothing was left to repair");
  });
});
