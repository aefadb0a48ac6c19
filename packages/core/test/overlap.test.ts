import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { overlaps } from "../src/model/time-range.ts";
import { type Occupied, refuseOverlap } from "../src/rules/time.ts";

const anyRange = fc
  .record({ seat: fc.nat(1), start: fc.nat(40), length: fc.integer({ min: 1, max: 12 }) })
  .map(({ seat, start, length }) => ({ seat, start: new Date(start), end: new Date(start + length) }));
const fresh = anyRange.map((range): Occupied => ({ ...range, slotId: null }));
const stored = anyRange.map((range): Occupied => ({ ...range, slotId: "stored" }));

const collide = (a: Occupied, b: Occupied) => a !== b && a.seat === b.seat && overlaps(a, b);

describe("refuseOverlap", () => {
  it("says what comparing everything with everything says, even where stored slots overlap each other", () => {
    const property = fc.property(
      fc.array(fresh, { maxLength: 6 }),
      fc.array(stored, { maxLength: 6 }),
      (wanted, existing) => {
        const isRefused = refuseOverlap(wanted, existing) !== undefined;
        expect(isRefused).toBe(wanted.some((one) => [...wanted, ...existing].some((other) => collide(one, other))));
      },
    );
    fc.assert(property, { numRuns: 2_000 });
  });
});
