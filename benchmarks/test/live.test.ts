import { expect, it } from "vitest";
import { followMany } from "../live/many-slots.ts";
import { computeOpenings, searchOpenings } from "../live/openings.ts";
import { parseLiveOptions } from "../live/options.ts";

it("measures live slots", async () => {
  const { slots, bytes, searches, callersPerSecond } = await followMany(50_000, 400);
  expect(slots).toBe(50_000);
  expect(bytes).toBeLessThan(200 * slots);
  expect(searches.map(({ name }) => name)).toContain("the first 100 of 50 providers in a week");
  expect(callersPerSecond).toBeGreaterThan(0);
});

it("measures computed openings", async () => {
  expect(computeOpenings(2).map(({ p50 }) => p50 > 0)).toEqual([true, true]);
  const { booked, searches } = await searchOpenings(4, 4);
  expect(booked).toBeGreaterThan(100);
  expect(searches.map(({ name }) => name)).toContain("by day, all of them");
});

it("follows a million slots beside PostgreSQL unless told otherwise", () => {
  expect(parseLiveOptions([])).toEqual({ slots: 1_000_000, withDatabase: true });
  expect(parseLiveOptions(["--slots", "10000", "--no-database"])).toEqual({ slots: 10_000, withDatabase: false });
  expect(() => parseLiveOptions(["--slots", "few"])).toThrow("--slots");
});
