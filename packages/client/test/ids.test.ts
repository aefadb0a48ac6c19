import { expect, test } from "vitest";
import { createIdSource, newId } from "../src/calls/ids.ts";

test("ids are UUIDv7s with the time in them", () => {
  const id = createIdSource(() => Date.UTC(2027, 2, 22))();
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16)).toBe(Date.UTC(2027, 2, 22));
});

test("ids sort by when they were made, within a millisecond and when the clock is set back", () => {
  let now = 2_000;
  const next = createIdSource(() => now);
  const ids = Array.from({ length: 10_000 }, next);
  now = 1_000;
  ids.push(next(), newId());
  expect(ids).toEqual([...ids].sort());
  expect(new Set(ids).size).toBe(ids.length);
});
