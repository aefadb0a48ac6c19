import { expect, it } from "vitest";
import { zoneClock } from "../../src/model/zone-clock.ts";
import { differs, localBy, rulesOf, withRulesOf, type ZoneRules } from "../../src/model/zone-rules.ts";

const now = new Date("2027-01-15T00:00:00Z");
const soon = new Date("2027-06-01T00:00:00Z");
const days = (count: number) => new Date(now.getTime() + count * 86_400_000);

/** As if summer time had been abolished. */
const without: ZoneRules = {
  version: "2026a",
  since: "2026-12-01T00:00:00.000Z",
  until: "2029-06-01T00:00:00.000Z",
  offsets: [{ from: "2026-12-01T00:00:00.000Z", minutes: 60 }],
};

it("the rules of a zone say what its clocks show, as far as they are kept", () => {
  for (const timeZone of ["Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata", "UTC"]) {
    const rules = rulesOf(timeZone, now);
    const clock = zoneClock(timeZone);
    for (let at = now.getTime(); at < Date.parse(rules.until); at += 1_800_000) {
      if (localBy(rules, at) !== clock.localAt(at)) expect.unreachable(`${timeZone} ${new Date(at).toISOString()}`);
    }
    expect(differs(rules, clock, now)).toBe(false);
    expect(JSON.stringify(rules).length).toBeLessThan(1_000);
  }
});

it("rules are told apart by what they show, from now on", () => {
  const clock = zoneClock("Europe/Berlin");
  expect(differs(without, clock, now)).toBe(true);
  expect(differs({ ...without, until: "2027-03-01T00:00:00.000Z" }, clock, now)).toBe(false);
  expect(differs(without, zoneClock("Africa/Lagos"), now)).toBe(false);
  expect(differs(without, clock, new Date("2029-05-31T23:00:00Z"))).toBe(true);
  expect(differs(without, clock, new Date("2029-07-01T00:00:00Z"))).toBe(false);
});

it("rules that are known stay as they are, longer ones take their place, and other ones come after them", () => {
  const known = withRulesOf("Africa/Lagos", [without], now, soon);
  expect(known).toEqual([without]);
  const longer = withRulesOf("Africa/Lagos", known, days(200), days(1_000));
  expect(longer).toMatchObject([{ since: without.since, offsets: [{ minutes: 60 }] }]);
  expect(Date.parse(longer[0]?.until ?? "")).toBeGreaterThan(days(1_000).getTime());
  const other = withRulesOf("Europe/Berlin", known, now, soon);
  expect(other).toEqual([without, rulesOf("Europe/Berlin", now)]);
  expect(withRulesOf("Europe/Berlin", other, soon, soon)).toBe(other);
});

it("rules go when nothing that was published by them can be ahead, and there are never more than eight", () => {
  const later = { ...without, since: "2027-01-01T00:00:00.000Z", until: "2040-01-01T00:00:00.000Z" };
  expect(withRulesOf("Europe/Berlin", [without, later], days(780), days(790))).toHaveLength(3);
  expect(withRulesOf("Europe/Berlin", [without, later], days(800), days(801))).toHaveLength(2);
  expect(withRulesOf("Europe/Berlin", Array(20).fill(later), now, soon)).toHaveLength(8);
});

it("rules that take turns while two versions of the zone data run side by side push none out by which others were promised", () => {
  const old: ZoneRules = {
    ...without,
    offsets: [{ from: without.since, minutes: 0 }],
    since: "2026-10-01T00:00:00.000Z",
  };
  let known: readonly ZoneRules[] = [old, without];
  for (let turn = 1; turn <= 40; turn += 1) {
    const at = new Date(now.getTime() + turn * 60_000);
    known = withRulesOf("Europe/Berlin", known, at, soon);
    if (turn < 40) known = withRulesOf("Africa/Lagos", known, new Date(at.getTime() + 30_000), soon);
    expect(known.length).toBeLessThanOrEqual(8);
  }
  expect(known[0]).toEqual(old);
  expect(known[1]?.since).toBe(without.since);
  expect(known[1]?.offsets).toMatchObject([{ minutes: 60 }]);
  expect(differs(known.at(-1) as ZoneRules, zoneClock("Europe/Berlin"), now)).toBe(false);
});

it("rules are written anew once a year at most, however far ahead something is booked", () => {
  const known = withRulesOf("Europe/Berlin", [], now, days(3_000));
  expect(withRulesOf("Europe/Berlin", known, now, days(3_000))).toBe(known);
  expect(withRulesOf("Europe/Berlin", known, days(360), days(3_000))).toBe(known);
  expect(withRulesOf("Europe/Berlin", known, days(370), days(3_000))).not.toBe(known);
});
