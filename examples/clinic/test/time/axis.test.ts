import { describe, expect, test } from "vitest";
import { type Axis, createAxis } from "../../page/src/time/axis.ts";
import { dayOf, daysOf, type LocalDay } from "../../page/src/time/days.ts";

const labels = ({ marks }: Axis, from: number, to: number) =>
  marks.slice(from, to).map(({ label, offset }) => (offset === null ? label : `${label} ${offset}`));

/** In hours from the top. */
function hours(axis: Axis, day: LocalDay, start: string, end: string) {
  const span = axis.spanOf(new Date(start), new Date(end), day);
  return span === null ? null : [span.top / 4, span.height / 4];
}

describe("one day", () => {
  test("has 24 rows, and a slot lies where its clock says", () => {
    const day = dayOf("2026-11-30", "Europe/Berlin");
    const axis = createAxis([day]);
    expect(axis.marks).toHaveLength(24);
    expect(hours(axis, day, "2026-11-30T09:00:00+01:00", "2026-11-30T09:30:00+01:00")).toEqual([9, 0.5]);
    expect(hours(axis, day, "2026-11-30T09:05:00+01:00", "2026-11-30T09:25:00+01:00")?.map((one) => one * 60)).toEqual([
      545,
      expect.closeTo(20),
    ]);
  });

  test.each([
    ["Europe/Berlin", "2026-10-25", ["02:00 UTC+2", "02:00 UTC+1", "03:00"]],
    ["Europe/Lisbon", "2026-10-25", ["01:00 UTC+1", "01:00 UTC", "02:00"]],
    ["America/New_York", "2026-11-01", ["01:00 UTC−4", "01:00 UTC−5", "02:00"]],
  ])("of 25 hours in %s has 25 rows, and names the repeated hour with its offsets", (zone, date, repeated) => {
    const axis = createAxis([dayOf(date, zone)]);
    const first = axis.marks.findIndex(({ offset }) => offset !== null);
    expect(axis.marks).toHaveLength(25);
    expect(axis.cells).toHaveLength(100);
    expect(labels(axis, first, first + 3)).toEqual(repeated);
  });

  test.each([
    ["Europe/Berlin", "2027-03-28", ["01:00", "03:00"]],
    ["Europe/Lisbon", "2027-03-28", ["00:00", "02:00"]],
    ["America/New_York", "2027-03-14", ["01:00", "03:00"]],
  ])("of 23 hours in %s has 23 rows", (zone, date, around) => {
    const axis = createAxis([dayOf(date, zone)]);
    expect(axis.marks).toHaveLength(23);
    const first = axis.marks.findIndex(({ label }) => label === around[0]);
    expect(labels(axis, first, first + 2)).toEqual(around);
  });

  test("draws both passes through the repeated hour one below the other", () => {
    const day = dayOf("2026-10-25", "Europe/Berlin");
    const axis = createAxis([day]);
    expect(hours(axis, day, "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00")).toEqual([2.5, 1]);
    expect(hours(axis, day, "2026-10-25T09:00:00+01:00", "2026-10-25T10:00:00+01:00")).toEqual([10, 1]);
  });

  test("of Lord Howe repeats half an hour, and says so", () => {
    const axis = createAxis([dayOf("2027-04-04", "Australia/Lord_Howe")]);
    expect(axis.cells).toHaveLength(98);
    expect(labels(axis, 1, 5)).toEqual(["01:00", "01:30 UTC+10:30", "02:00", "03:00"]);
  });

  test("of Lord Howe in spring lacks half an hour", () => {
    const day = dayOf("2026-10-04", "Australia/Lord_Howe");
    const axis = createAxis([day]);
    expect(axis.cells).toHaveLength(94);
    expect(hours(axis, day, "2026-10-04T01:30:00+10:30", "2026-10-04T03:00:00+11:00")).toEqual([1.5, 1]);
  });

  test("draws of a night only what lies in it, and nothing of other days", () => {
    const [monday, tuesday] = ["2026-11-30", "2026-12-01"].map((date) => dayOf(date, "Europe/Berlin"));
    const axis = createAxis([monday as LocalDay, tuesday as LocalDay]);
    const night = ["2026-11-30T22:00:00+01:00", "2026-12-01T06:00:00+01:00"] as const;
    expect(hours(axis, monday as LocalDay, ...night)).toEqual([22, 2]);
    expect(hours(axis, tuesday as LocalDay, ...night)).toEqual([0, 6]);
    expect(hours(axis, tuesday as LocalDay, "2026-11-30T22:00:00+01:00", "2026-12-01T00:00:00+01:00")).toBeNull();
  });
});

describe("a week", () => {
  test("with a day of 25 hours has one hour more, which its other days leave out", () => {
    const week = daysOf("2026-10-25", "Europe/Berlin");
    const axis = createAxis(week);
    expect(labels(axis, 1, 5)).toEqual(["01:00", "02:00 UTC+2", "02:00 UTC+1", "03:00"]);
    expect(week.map((day) => axis.gapsOf(day))).toEqual([...Array(6).fill([{ top: 12, height: 4 }]), []]);
    const [saturday, sunday] = week.slice(-2) as [LocalDay, LocalDay];
    expect(hours(axis, saturday, "2026-10-24T09:00:00+02:00", "2026-10-24T10:00:00+02:00")).toEqual([10, 1]);
    expect(hours(axis, sunday, "2026-10-25T09:00:00+01:00", "2026-10-25T10:00:00+01:00")).toEqual([10, 1]);
    // It ends when the hour begins that only the next day has twice.
    expect(hours(axis, saturday, "2026-10-24T02:00:00+02:00", "2026-10-24T03:00:00+02:00")).toEqual([2, 1]);
  });

  test("with a day of 23 hours has 24 rows, and a gap in that day", () => {
    const week = daysOf("2027-03-28", "Europe/Berlin");
    const axis = createAxis(week);
    expect(axis.marks).toHaveLength(24);
    expect(week.map((day) => axis.gapsOf(day))).toEqual([...Array(6).fill([]), [{ top: 8, height: 4 }]]);
    expect(hours(axis, week[6] as LocalDay, "2027-03-28T09:00:00+02:00", "2027-03-28T10:00:00+02:00")).toEqual([9, 1]);
  });

  test("of six days in Samoa has no gaps", () => {
    const week = daysOf("2011-12-28", "Pacific/Apia");
    const axis = createAxis(week);
    expect(axis.marks).toHaveLength(24);
    expect(week.map((day) => axis.gapsOf(day))).toEqual(Array(6).fill([]));
  });
});
