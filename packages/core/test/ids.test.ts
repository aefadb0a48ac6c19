import { expect, it } from "vitest";
import { createIdSource } from "../src/engine/ids.ts";

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
