import { type Slot, slotStatuses } from "@slotwright/core";
import type { SlotSearch } from "@slotwright/core/adapter";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openMemoryStore } from "../src/fixtures.ts";
import { slotsFound } from "../src/linearizability/model-search.ts";
import { initialState } from "../src/linearizability/model-state.ts";
import { sampleInstant, slotAt } from "../src/records.ts";

const providers = ["dr-grey", "dr-weber"] as const;
const facilities = ["north", "south"] as const;

/** Two providers at two facilities, with slots that overlap and some that start at the same time. */
const slots: readonly Slot[] = providers.flatMap((providerId) =>
  facilities.flatMap((facilityId) =>
    slotStatuses.flatMap((status, index) =>
      [5, 25].map((length) => {
        const id = `${length} ${status} ${providerId} ${facilityId}`;
        const place = { scheduleId: `${providerId} ${facilityId}`, providerId, facilityId };
        const range = { start: sampleInstant(index * 5), end: sampleInstant(index * 5 + length) };
        const hold =
          status === "held"
            ? { tokenHash: "0".repeat(64), expiresAt: sampleInstant(length * 2), holderId: null }
            : null;
        return slotAt(0, { id, ...place, ...range, status, hold });
      }),
    ),
  ),
);

const anyInstant = fc.integer({ min: -1, max: 9 }).map((count) => sampleInstant(count * 5));
const anySearch = fc.record(
  {
    providerIds: fc.subarray([...providers], { minLength: 1 }),
    facilityId: fc.constantFrom(...facilities),
    scheduleId: fc.constantFrom(...slots.map(({ scheduleId }) => scheduleId)),
    statuses: fc.subarray([...slotStatuses], { minLength: 1 }),
    startFrom: anyInstant,
    startBefore: anyInstant,
    endAfter: anyInstant,
  },
  { requiredKeys: [] },
);

const idsOf = (found: readonly Slot[]) => found.map(({ id }) => id);

describe("the model's search", () => {
  it("finds what a storage finds, in the same order", async () => {
    const { storage, corrupt } = await openMemoryStore();
    await corrupt({ put: slots });
    const state = initialState(JSON.parse(JSON.stringify(slots)));
    const property = fc.asyncProperty(anySearch, anyInstant, async (search: SlotSearch, now) => {
      const stored = await storage.findSlots({ ...search, asOf: now, limit: 1000 });
      expect(idsOf(slotsFound(state, search, now))).toEqual(idsOf(stored));
    });
    await fc.assert(property, { numRuns: 1000 });
  });

  it("for one slot leaves out unsuitable slots, and starts with the latest if requested", () => {
    const state = initialState(slots);
    const search = { takesOne: true, facilityId: "north", providerIds: ["dr-grey"], descending: false } as const;
    const all = idsOf(slotsFound(state, search, sampleInstant(0)));
    expect(all).toHaveLength(slotStatuses.length * 2);
    const others = slotsFound(state, { ...search, except: all.slice(0, 3), descending: true }, sampleInstant(0));
    expect(idsOf(others)).toEqual(all.slice(3).reverse());
  });
});
