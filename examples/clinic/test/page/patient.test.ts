import type { OpenSlot } from "@slotwright/core";
import { describe, expect, test } from "vitest";
import { canMoveTo, endOf } from "../../page/src/patient/appointments/moves.ts";
import { holdSeconds } from "../../page/src/patient/book/hold-seconds.ts";
import { clockOf, spoken } from "../../page/src/patient/book/hold-words.ts";
import { lastDay, problemIn, timesOf } from "../../page/src/patient/book/request.ts";
import { metadataOf } from "../../page/src/patient/book/visit.ts";
import { grouped, staying, windowOf, zonesOf } from "../../page/src/patient/find/search.ts";
import { facilities, providers } from "../../people.ts";

const offer = (slotId: string, start: string, more: Partial<OpenSlot> = {}): OpenSlot => ({
  slotId,
  providerId: "dr-osei",
  facilityId: "harbour",
  start: new Date(start),
  end: new Date(new Date(start).getTime() + 1_800_000),
  version: 1,
  seats: 1,
  ...more,
});

const [nine, ten] = [offer("a", "2026-11-30T09:00:00Z"), offer("b", "2026-11-30T10:00:00Z")];

describe("times on offer", () => {
  test("a time that goes keeps its place, as gone", () => {
    const before = staying([], [nine, ten]);
    expect(staying(before, [ten])).toEqual([
      { offer: nine, isGone: true },
      { offer: ten, isGone: false },
    ]);
  });

  test("a time that comes back is on offer again, in its place", () => {
    const gone = staying(staying([], [nine, ten]), [ten]);
    expect(staying(gone, [nine, ten]).map(({ isGone }) => isGone)).toEqual([false, false]);
  });

  test("a group whose first seat went is the same time with the next seat", () => {
    const group = offer("seat-1", "2026-11-30T09:00:00Z", { seats: 2 });
    const next = offer("seat-2", "2026-11-30T09:00:00Z");
    expect(staying(staying([], [group]), [next])).toEqual([{ offer: next, isGone: false }]);
  });

  test("groups stand in the order of the directory, whatever is free", () => {
    const [first, second] = [providers[0], providers[1]].map((provider) => provider?.id ?? "");
    const other = offer("c", "2026-11-30T07:00:00Z", { providerId: second as string });
    const shown = staying([], [nine, { ...other, facilityId: "harbour" }]);
    expect(grouped(shown, providers).map(({ providerId }) => providerId)).toEqual([first, second]);
  });

  test("a day of two zones lasts from where it begins first to where it ends last", () => {
    expect(windowOf("2026-11-30", "2026-11-30", ["Europe/Berlin", "Europe/Lisbon"])).toEqual({
      from: new Date("2026-11-29T23:00:00Z"),
      to: new Date("2026-12-01T00:00:00Z"),
    });
  });

  test("the zones of a wish are those of its facilities", () => {
    const zones = (facilityId: string | null) => zonesOf({ providerId: null, facilityId }, facilities, providers);
    expect(zones("hillside")).toEqual(["Europe/Lisbon"]);
    expect(zones(null)).toEqual(["Europe/Berlin", "Europe/Lisbon"]);
  });
});

describe("a move", () => {
  const hours = (start: string, minutes: number) => {
    const from = new Date(start);
    return { start: from, end: new Date(from.getTime() + minutes * 60_000) };
  };
  const own = hours("2026-11-30T09:00:00Z", 30);

  test("is to another time: a further place of its own time is none", () => {
    expect(canMoveTo(own, hours("2026-11-30T09:00:00Z", 30))).toBe(false);
    expect(canMoveTo(own, hours("2026-11-30T09:00:00Z", 60))).toBe(false);
    expect(canMoveTo(own, hours("2026-11-30T10:00:00Z", 30))).toBe(true);
  });

  test("is into what is long enough, and keeps its length", () => {
    expect(canMoveTo(own, hours("2026-11-30T10:00:00Z", 20))).toBe(false);
    const longer = hours("2026-11-30T10:00:00Z", 60);
    expect([canMoveTo(own, longer), endOf(own, longer.start)]).toEqual([true, new Date("2026-11-30T10:30:00Z")]);
  });
});

describe("a hold", () => {
  test.each([
    ["?as=ada", 120],
    ["?hold=5", 5],
    ["?hold=0", 3],
    ["?hold=86400", 600],
    ["?hold=soon", 120],
  ])("of the address %s lasts %i seconds", (search, seconds) => expect(holdSeconds(search)).toBe(seconds));

  test("is spoken of at 60, 30 and 10 seconds, and not in between", () => {
    const words = Array.from({ length: 121 }, (_, index) => spoken(120 - index, 120));
    const said = words.filter((text, index) => text !== words[index - 1] && text !== "");
    expect(said).toEqual([60, 30, 10].map((left) => `${left} seconds left to book this time.`));
  });

  test("shorter than a mark is not announced at once", () => expect(spoken(5, 5)).toBe(""));

  test("is shown as minutes and seconds", () => expect([clockOf(114), clockOf(5)]).toEqual(["1:54", "0:05"]));
});

test("what is left empty in the form is not kept", () => {
  expect(metadataOf({ purpose: "  Check-up ", note: " " })).toEqual({ purpose: "Check-up" });
});

test("a time that is asked for is by the clock of the facility, in summer and in winter", () => {
  const asked = { providerId: "dr-osei", facilityId: "harbour", time: "09:00", minutes: 30 };
  const startOf = (date: string, zone: string) => timesOf({ ...asked, date }, zone).start.toISOString();
  expect(startOf("2027-03-27", "Europe/Berlin")).toBe("2027-03-27T08:00:00.000Z");
  expect(startOf("2027-03-28", "Europe/Berlin")).toBe("2027-03-28T07:00:00.000Z");
  expect(startOf("2027-03-28", "Europe/Lisbon")).toBe("2027-03-28T08:00:00.000Z");
});

test("a time that is over, or beyond what the practice's waiting list shows, cannot be asked for", () => {
  const asked = { providerId: "dr-osei", facilityId: "harbour", time: "09:00", minutes: 30 };
  // In Berlin, it is the next day already.
  const now = new Date("2026-11-30T23:30:00Z");
  const problemOn = (date: string, time = "09:00") => problemIn({ ...asked, date, time }, "Europe/Berlin", 60, now);
  expect(lastDay("Europe/Berlin", 60, now)).toBe("2027-01-30");
  expect(["2026-12-01", "2027-01-30", ""].map((date) => problemOn(date))).toEqual([null, null, null]);
  expect(problemOn("2026-12-01", "00:30")).toContain("This time is over");
  expect(problemOn("2027-01-31")).toContain("more than 60 days ahead");
});
