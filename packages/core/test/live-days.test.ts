import { provider } from "@slotwright/conformance/fixtures";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEngine, type Engine } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { dateOf } from "../src/model/local-date.ts";
import { zoneClock } from "../src/model/zone-clock.ts";
import { caughtUpWith } from "./feed-stage.ts";

const hourMs = 3_600_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** The date in a zone, as `Intl` says it. */
function dateIn(timeZone: string, time: number): string {
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" });
  formats.set(timeZone, format);
  return format.format(time);
}

describe("the days of a zone", () => {
  it.each([
    // Clocks forward and back, by an hour and by half of one, at midnight, across the date line, and never.
    ["Europe/Berlin", "2027-03-01", "2027-11-30"],
    ["America/New_York", "2027-03-01", "2027-11-30"],
    ["Australia/Lord_Howe", "2027-03-01", "2027-11-30"],
    ["Africa/Cairo", "2027-04-01", "2027-11-30"],
    ["America/Santiago", "2027-03-01", "2027-10-30"],
    ["America/Sao_Paulo", "2018-01-01", "2018-12-30"],
    ["Pacific/Apia", "2011-12-20", "2012-01-10"],
    ["America/St_Johns", "2006-03-01", "2006-11-30"],
    ["Asia/Kathmandu", "2027-01-01", "2027-02-01"],
    ["Africa/Monrovia", "1971-12-20", "1972-02-01"],
  ])("are those of Intl at every quarter of an hour: %s", (timeZone, from, to) => {
    const [begin, end] = [Date.parse(`${from}T00:00:00Z`), Date.parse(`${to}T00:00:00Z`)];
    const { dayAt } = zoneClock(timeZone);
    const step = (end - begin) / hourMs > 2_000 ? hourMs : hourMs / 4;
    const wrong: string[] = [];
    for (let time = begin; time < end; time += step) {
      const date = dateOf(dayAt(time));
      if (date !== dateIn(timeZone, time)) wrong.push(`${new Date(time).toISOString()}: ${date}`);
    }
    expect(wrong).toEqual([]);
  });

  it("are right in any order of questions", () => {
    const { dayAt } = zoneClock("Europe/Berlin");
    const anyTime = fc.integer({ min: Date.UTC(2027, 0, 1), max: Date.UTC(2028, 0, 1) });
    const property = fc.property(anyTime, (time) => {
      expect(dateOf(dayAt(time))).toBe(dateIn("Europe/Berlin", time));
    });
    fc.assert(property, { numRuns: 500 });
  });
});

/** Slots of an hour, all day long. */
async function publish(engine: Engine, place: object, from: string, hours: number, capacity = 1) {
  const slots = Array.from({ length: hours }, (_, index) => {
    const start = Date.parse(from) + index * hourMs;
    return { start: new Date(start), end: new Date(start + hourMs), capacity };
  });
  return (
    await engine.createSlots({ actor: provider, ...(place as { providerId: string; facilityId: string }), slots })
  ).slots;
}

const window = { from: "2027-03-01T00:00:00Z", to: "2027-05-01T00:00:00Z" };
const berlin = { providerId: "dr-a", facilityId: "north", timeZone: "Europe/Berlin" };

describe("counting by day", () => {
  it("has 23 hours on the day on which the clocks go forward, in the zone of the schedule", async () => {
    const engine = createEngine({ storage: memoryAdapter() });
    await publish(engine, berlin, "2027-03-26T23:00:00Z", 72);
    const live = await engine.follow(window);
    expect(live.countByDay().days).toEqual([
      { date: "2027-03-27", open: 24, seats: 24 },
      { date: "2027-03-28", open: 23, seats: 23 },
      { date: "2027-03-29", open: 24, seats: 24 },
      { date: "2027-03-30", open: 1, seats: 1 },
    ]);
    const inNepal = live.countByDay({ timeZone: "Asia/Kathmandu" }).days;
    expect(inNepal.map(({ open }) => open)).toEqual([20, 24, 24, 4]);
    live.close();
  });

  it("takes each schedule's own days, also for a provider in two zones", async () => {
    const engine = createEngine({ storage: memoryAdapter() });
    await publish(engine, berlin, "2027-03-10T20:00:00Z", 4);
    const lima = { providerId: "dr-a", facilityId: "south", timeZone: "America/Lima" };
    await publish(engine, lima, "2027-03-11T03:00:00Z", 4);
    const live = await engine.follow(window);
    expect(live.countByDay().days.map(({ date, open }) => [date, open])).toEqual([
      ["2027-03-10", 3 + 2],
      ["2027-03-11", 1 + 2],
    ]);
    expect(live.countByDay({ facilityId: "south" }).days.map(({ open }) => open)).toEqual([2, 2]);
    live.close();
  });

  it("counts the cut days at the ends of a range by what is in it, and seats of groups", async () => {
    const engine = createEngine({ storage: memoryAdapter() });
    await publish(engine, { ...berlin, timeZone: "UTC" }, "2027-03-10T00:00:00Z", 24 * 5, 3);
    const live = await engine.follow(window);
    const cut = { from: "2027-03-10T22:00:00Z", to: "2027-03-14T01:00:00Z" };
    expect(live.countByDay(cut).days).toEqual([
      { date: "2027-03-10", open: 2, seats: 6 },
      { date: "2027-03-11", open: 24, seats: 72 },
      { date: "2027-03-12", open: 24, seats: 72 },
      { date: "2027-03-13", open: 24, seats: 72 },
      { date: "2027-03-14", open: 1, seats: 3 },
    ]);
    const within = { from: "2027-03-10T22:00:00Z", to: "2027-03-10T23:30:00Z" };
    expect(live.countByDay(within).days).toEqual([{ date: "2027-03-10", open: 2, seats: 6 }]);
    live.close();
  });

  it("follows each booking, whether or not the days were counted before", async () => {
    const engine = createEngine({ storage: memoryAdapter() });
    const slots = await publish(engine, berlin, "2027-03-10T00:00:00Z", 24 * 4);
    const live = await engine.follow(window);
    const openOn = (index: number) => live.countByDay().days[index]?.open;
    expect([openOn(0), openOn(1), openOn(2)]).toEqual([23, 24, 24]);
    await engine.book({ actor: provider, slotId: slots[30]?.id ?? "", subjectId: "p" });
    await caughtUpWith(engine, live);
    expect([openOn(0), openOn(1), openOn(2)]).toEqual([23, 23, 24]);
    live.close();
  });

  it("equals a count of the pages, whatever the range and the zone", async () => {
    const engine = createEngine({ storage: memoryAdapter() });
    await publish(engine, berlin, "2027-03-20T00:00:00Z", 24 * 20, 2);
    await publish(engine, { ...berlin, providerId: "dr-b" }, "2027-03-22T00:30:00Z", 24 * 12);
    const live = await engine.follow(window);
    const begin = Date.parse("2027-03-19T00:00:00Z");
    const anyHour = fc
      .integer({ min: 0, max: 24 * 23 * 4 })
      .map((quarters) => new Date(begin + (quarters * hourMs) / 4));
    const zones = fc.constantFrom("Europe/Berlin", "UTC", "Pacific/Auckland", "America/St_Johns");
    const property = fc.property(anyHour, anyHour, zones, (one, other, timeZone) => {
      const [from, to] = one < other ? [one, other] : [other, one];
      const counts = new Map<string, number>();
      let cursor: string | null = null;
      do {
        const page = live.findOpen({ from, to, limit: 500, cursor });
        for (const { start } of page.items) {
          const date = dateIn(timeZone, start.getTime());
          counts.set(date, (counts.get(date) ?? 0) + 1);
        }
        cursor = page.nextCursor;
      } while (cursor !== null);
      const { days } = live.countByDay({ from, to, timeZone });
      expect(days.map(({ date, open }) => [date, open])).toEqual([...counts]);
    });
    fc.assert(property, { numRuns: 60 });
    live.close();
  });
});
