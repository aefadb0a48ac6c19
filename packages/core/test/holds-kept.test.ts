import * as fc from "fast-check";
import { expect, it } from "vitest";
import { buffer, createEngine, isBookingError, maximumHorizon, maximumPerDay } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";

const patient = { kind: "patient", id: "p-1" } as const;
const provider = { kind: "provider", id: "dr-grey" } as const;
const begin = Date.UTC(2027, 2, 22, 6);
const clock = { now: () => new Date(begin), sleep: async () => {} };

/** Two providers at two facilities each, far apart. */
const places = ["dr-grey", "dr-house"].flatMap((providerId) => [
  { providerId, facilityId: "north", timeZone: "Europe/Berlin" },
  { providerId, facilityId: "far", timeZone: "Asia/Tokyo" },
]);

/** Anywhere, or around the midnight of Tokyo. */
const hour = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(8, 9));
const time = fc.record({ at: hour, length: fc.integer({ min: 1, max: 4 }) });
const group = fc.record({
  place: fc.integer({ min: 0, max: places.length - 1 }),
  time,
  capacity: fc.integer({ min: 1, max: 2 }),
});

const scene = fc.record({
  groups: fc.array(group, { minLength: 2, maxLength: 8 }),
  minutes: fc.constantFrom(0, 30, 60),
  count: fc.integer({ min: 1, max: 3 }),
  days: fc.integer({ min: 0, max: 1 }),
  picks: fc.infiniteStream(fc.nat()),
});

const orNothing = (error: unknown) => {
  if (isBookingError(error)) return undefined;
  throw error;
};

it("what one hold takes, its token books one by one, in any order, and in one go where it runs side by side", async () => {
  let held = 0;
  let sideBySide = 0;
  await fc.assert(
    fc.asyncProperty(scene, async ({ groups, minutes, count, days, picks }) => {
      const storage = memoryAdapter();
      const policies = [
        buffer({ beforeMinutes: minutes, afterMinutes: minutes }),
        maximumPerDay({ count }),
        maximumHorizon({ days }),
      ];
      const engine = createEngine({ storage, clock, policies });
      const ids: string[] = [];
      for (const { place, time: at, capacity } of groups) {
        const start = new Date(begin + at.at * 3_600_000);
        const end = new Date(start.getTime() + at.length * 1_800_000);
        const slots = [{ start, end, capacity }];
        const where = { ...places[place], actor: provider } as (typeof places)[number] & { actor: typeof provider };
        const made = await engine.createSlots({ ...where, slots }).catch(orNothing);
        ids.push(...(made?.slots ?? []).map(({ id }) => id));
      }
      const pick = () => picks.next().value as number;
      const some = (from: readonly string[], most: number) => {
        const mixed = from.map((id) => ({ id, by: pick() })).sort((one, other) => one.by - other.by);
        return mixed.slice(0, most).map(({ id }) => id);
      };
      const [taken = ""] = some(ids, 1);
      await engine.book({ actor: patient, slotId: taken, subjectId: "p-2" }).catch(orNothing);
      const [slotId = "", ...alsoSlotIds] = some(
        ids.filter((id) => id !== taken),
        2 + (pick() % 2),
      );
      const hold = await engine.hold({ actor: patient, slotId, alsoSlotIds }).catch(orNothing);
      if (hold === undefined || alsoSlotIds.length === 0) return;
      held += 1;
      const slots = await Promise.all([slotId, ...alsoSlotIds].map((id) => engine.getSlot(id)));
      const start = new Date(Math.max(...slots.map((slot) => slot.start.getTime())));
      const end = new Date(Math.min(...slots.map((slot) => slot.end.getTime())));
      if (start < end && pick() % 2 === 0) {
        sideBySide += 1;
        const [first = "", ...others] = some([slotId, ...alsoSlotIds], 3);
        const booking = { slotId: first, alsoSlotIds: others, holdToken: hold.holdToken, start, end };
        await engine.book({ actor: patient, ...booking, subjectId: "p-1" });
        return;
      }
      for (const one of some([slotId, ...alsoSlotIds], 3)) {
        await engine.book({ actor: patient, slotId: one, holdToken: hold.holdToken, subjectId: "p-1" });
      }
    }),
    { numRuns: 1_000, seed: 1 },
  );
  // Or the property says nothing.
  expect(held).toBeGreaterThan(100);
  expect(sideBySide).toBeGreaterThan(10);
});
