import { describe, expect, it } from "vitest";
import { createEngine, type Hours, openingsOf, weekdays } from "../../src/index.ts";
import { memoryAdapter } from "../../src/memory/index.ts";

const offer = { minutes: 30 };
const always = (from: string, to: string, more: Partial<Hours> = {}): Hours => ({
  offer,
  weekly: [{ days: weekdays, from, to }],
  ...more,
});

/** What the clocks of a zone show at the openings between two of its local times. */
function shown(hours: Hours, timeZone: string, from: string, to: string): readonly string[] {
  const clock = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
  const range = { from: { local: from, timeZone }, to: { local: to, timeZone } };
  return [...openingsOf({ hours, timeZone, ...range })].map(({ start }) => clock.format(start));
}

describe("what has gone wrong in other systems", () => {
  it("a window after midnight ends where the next day's exception begins", () => {
    const hours: Hours = {
      offer: { minutes: 60 },
      weekly: [{ days: ["saturday"], from: "22:00", to: "26:00" }],
      exceptions: [{ first: "2027-03-21", last: "2027-03-21", hours: [] }],
    };
    const berlin = (from: string, to: string) => shown(hours, "Europe/Berlin", `${from}T12:00`, `${to}T12:00`);
    expect(berlin("2027-03-20", "2027-03-21")).toEqual(["2027-03-20 22:00", "2027-03-20 23:00"]);
    expect(berlin("2027-03-13", "2027-03-14")).toHaveLength(4);
  });

  it("a search that begins within a window keeps to its grid on the day of the change, whatever the notice is", () => {
    for (const day of ["2027-03-27", "2027-03-28", "2027-10-31"]) {
      const all = shown(always("09:00", "12:00"), "Europe/Berlin", `${day}T00:00`, `${day}T23:00`);
      expect(all).toEqual(["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"].map((time) => `${day} ${time}`));
      for (const notice of ["09:01", "09:30", "09:59"]) {
        const later = shown(always("09:00", "12:00"), "Europe/Berlin", `${day}T${notice}`, `${day}T23:00`);
        expect(later).toEqual(all.filter((time) => time >= `${day} ${notice}`));
      }
    }
  });

  it("weeks after a change of the clocks, nine o'clock is nine o'clock", () => {
    for (const timeZone of ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"]) {
      const times = shown(always("09:00", "09:30"), timeZone, "2027-01-01T00:00", "2028-01-01T00:00");
      expect(times).toHaveLength(365);
      expect(new Set(times.map((time) => time.slice(11)))).toEqual(new Set(["09:00"]));
    }
  });

  it("nothing is found that begins outside of the range, also where a window reaches across its ends", () => {
    const times = shown(always("09:00", "33:00"), "Europe/Berlin", "2027-03-27T10:15", "2027-03-29T10:15");
    expect([times[0], times.at(-1)]).toEqual(["2027-03-27 10:30", "2027-03-29 10:00"]);
  });

  it("clocks that change at midnight, by half an hour or by a whole day leave out what they skip, and no more", () => {
    const night = always("00:00", "02:00");
    expect(shown(night, "America/Santiago", "2027-09-05T01:00", "2027-09-05T12:00")).toEqual([
      "2027-09-05 01:00",
      "2027-09-05 01:30",
    ]);
    const lordHowe = shown(always("01:00", "04:00"), "Australia/Lord_Howe", "2027-10-03T00:00", "2027-10-03T12:00");
    expect(lordHowe.map((time) => time.slice(11))).toEqual(["01:00", "01:30", "02:30", "03:00", "03:30"]);
    const apia = shown(always("09:00", "09:30"), "Pacific/Apia", "2011-12-28T00:00", "2012-01-02T00:00");
    expect(apia.map((time) => time.slice(0, 10))).toEqual(["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01"]);
  });

  it("providers of two zones are found in one search, each by its own clocks", async () => {
    const engine = createEngine({
      storage: memoryAdapter(),
      clock: { now: () => new Date("2027-03-27T00:00:00Z"), sleep: async () => {} },
    });
    const actor = { kind: "provider", id: "p" };
    for (const [providerId, timeZone] of [
      ["weber", "Europe/Berlin"],
      ["diaz", "America/Lima"],
    ] as const) {
      const place = { actor, providerId, facilityId: providerId };
      await engine.setAvailability({ ...place, timeZone, hours: always("09:00", "09:30") });
      await engine.publishSlots({ ...place, until: "2027-03-30T00:00:00Z" });
    }
    const window = { from: "2027-03-27T00:00:00Z", to: "2027-03-29T00:00:00Z" };
    const { items } = await engine.findOpen({ ...window, providerIds: ["weber", "diaz"] });
    expect(items.map(({ providerId, start }) => `${providerId} ${start.toISOString().slice(8, 16)}`)).toEqual([
      "weber 27T08:00",
      "diaz 27T14:00",
      // In that night, the clocks of Berlin were changed.
      "weber 28T07:00",
      "diaz 28T14:00",
    ]);
  });
});
