import { expect, it } from "vitest";
import { createIdSource } from "../src/engine/ids.ts";
import { computedIdPattern, isComputedId } from "../src/model/computed-id.ts";
import { computedSlotId, publishedSlotId } from "../src/model/schedule.ts";

it("an id is a UUIDv7 of the moment, and its random digits vary", () => {
  const newId = createIdSource();
  const before = Date.now();
  const ids = Array.from({ length: 2_000 }, newId);
  const times = ids.map((id) => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(before);
  expect(Math.max(...times)).toBeLessThanOrEqual(Date.now());
  expect(new Set(ids).size).toBe(ids.length);
  for (const place of [16, 17, 20, 21, 22, ...Array.from({ length: 12 }, (_, index) => 24 + index)]) {
    expect(new Set(ids.map((id) => id[place])).size, `digit ${place}`).toBe(16);
  }
});

it("the ids of slots of computed openings have the form that storages tell them by, and no others", () => {
  const form = new RegExp(`^${computedIdPattern.replaceAll("_", ".")}$`, "su");
  const ids = [0, 1, 0xfff_ffff_ffff].map((count) => computedSlotId("hours", new Date(0), 0, count));
  const others = [createIdSource()(), publishedSlotId("hours", new Date(0), 0, 0), "8", `x${ids[0]}`, `${ids[0]}x`];
  const odd = ["🏖🏖🏖🏖🏖🏖🏖🏖-1234-8123-1234-123456789012", "aaaaaaa\u2028-bbbb-8ccc-dddd-eeeeeeeeeeee"];
  for (const id of [...ids, ...odd]) {
    expect([isComputedId(id), form.test(id)]).toEqual([true, true]);
  }
  for (const id of others) expect([isComputedId(id), form.test(id)]).toEqual([false, false]);
});
