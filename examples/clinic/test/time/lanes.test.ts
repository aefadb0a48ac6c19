import { expect, test } from "vitest";
import { lanesOf } from "../../page/src/time/lanes.ts";

const at = (start: number, end: number) => ({ start: new Date(start), end: new Date(end) });
const placesOf = (items: readonly ReturnType<typeof at>[]) => {
  const lanes = lanesOf(items);
  return items.map((item) => [lanes.get(item)?.lane, lanes.get(item)?.lanes]);
};

test("what follows each other has the whole width", () => {
  expect(placesOf([at(0, 1), at(1, 2), at(5, 6)])).toEqual([
    [0, 1],
    [0, 1],
    [0, 1],
  ]);
});

test("seats of one time stand side by side", () => {
  expect(placesOf([at(0, 2), at(0, 2), at(0, 2)])).toEqual([
    [0, 3],
    [1, 3],
    [2, 3],
  ]);
});

test("a lane that is free again is used again, and all that hang together have the same width", () => {
  expect(placesOf([at(0, 10), at(1, 3), at(3, 5), at(4, 6), at(10, 12)])).toEqual([
    [0, 3],
    [1, 3],
    [1, 3],
    [2, 3],
    [0, 1],
  ]);
});
