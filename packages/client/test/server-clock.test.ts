import { expect, test } from "vitest";
import { createServerClock } from "../src/server-clock.ts";

const noon = Date.UTC(2027, 2, 22, 12);
const dateAt = (ms: number) => new Date(ms).toUTCString();

test("leaves a clock that agrees with the server alone", () => {
  const clock = createServerClock(() => noon);
  clock.note(dateAt(noon), noon, noon + 40);
  clock.note(null, noon, noon);
  clock.note("yesterday", noon, noon);
  expect(clock.now()).toBe(noon);
});

test("corrects a clock that is wrong to within the second that a header has", () => {
  const wrongBy = 3_600_000;
  const clock = createServerClock(() => noon + wrongBy);
  for (const ms of [0, 300, 700, 950]) {
    clock.note(dateAt(noon + ms), noon + ms + wrongBy - 20, noon + ms + wrongBy + 20);
  }
  expect(Math.abs(clock.now() - noon)).toBeLessThanOrEqual(1_020);
});

test("follows a clock that is set while the page is open", () => {
  let now = noon;
  const clock = createServerClock(() => now);
  clock.note(dateAt(noon), now, now + 10);
  now = noon - 7_200_000;
  clock.note(dateAt(noon), now, now + 10);
  expect(Math.abs(clock.now() - noon)).toBeLessThanOrEqual(1_010);
});
