import assert from "node:assert/strict";
import type { Engine, FreeTime, Hours, LiveSlots } from "@slotwright/core";
import fc from "fast-check";
import { checkProperty } from "../check-property.ts";
import { assertSound, manualClock, minutes, patient, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { caughtUp, withLive } from "../live-slots.ts";
import { bookAt, computed, found, search, stage } from "./computed.ts";
import { holdAt } from "./computed-holds.ts";

const dayMinutes = 24 * 60;
const by = { actor: provider, ...place };
const window = { from: minutes(0), to: minutes(2 * dayMinutes) };
const followed = {
  ...window,
  providerIds: [place.providerId, "dr-yang"],
  facilityId: place.facilityId,
  openings: true,
};

/** What somebody does meanwhile. A refusal changes nothing, and is as good. */
type Deed = (engine: Engine) => Promise<unknown>;

const anyHours: fc.Arbitrary<Hours> = fc
  .record({
    from: fc.constantFrom("08:00", "09:00", "09:15"),
    offer: fc.record({
      minutes: fc.constantFrom(15, 30),
      step: fc.constantFrom(15, 30),
      capacity: fc.constantFrom(1, 2),
    }),
    openings: fc.constantFrom("computed", "computed", "both", "published"),
  })
  .map(({ from, offer, openings }) => ({ ...computed(from, "11:00", offer), openings }) as Hours);

const anyTime = fc.record({
  from: fc.integer({ min: -6, max: 10 }).map((n) => n * 15),
  length: fc.constantFrom(15, 30, 45),
});

const anyDeed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 4,
    arbitrary: anyTime.map(
      ({ from, length }): Deed =>
        (engine) =>
          bookAt(engine, from, length),
    ),
  },
  {
    weight: 2,
    arbitrary: anyTime.map(
      ({ from, length }): Deed =>
        (engine) =>
          holdAt(engine, from, length),
    ),
  },
  {
    weight: 1,
    arbitrary: anyHours.map(
      (hours): Deed =>
        (engine) =>
          engine.setAvailability({ ...by, hours }),
    ),
  },
  {
    weight: 1,
    arbitrary: anyTime.map(
      ({ from, length }): Deed =>
        (engine) =>
          engine.createSlots({ ...by, slots: [{ start: minutes(from), end: minutes(from + length) }] }),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Deed>((engine) => engine.publishSlots({ ...by, until: minutes(dayMinutes) })) },
  {
    weight: 2,
    arbitrary: fc.nat(20).map(
      (nth): Deed =>
        (engine) =>
          cancelOne(engine, nth),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.nat(20).map(
      (nth): Deed =>
        (engine) =>
          changeOne(engine, nth),
    ),
  },
);

async function cancelOne(engine: Engine, nth: number): Promise<void> {
  const { items } = await engine.listAppointments({ subjectId: "p-1", statuses: ["confirmed"] });
  const one = items[nth % Math.max(items.length, 1)];
  if (one !== undefined) await engine.cancel({ actor: patient, appointmentId: one.id });
}

/** Holds a free slot, or blocks it. */
async function changeOne(engine: Engine, nth: number): Promise<void> {
  const { items } = await engine.listSlots({ providerIds: [place.providerId], statuses: ["available"] });
  const one = items[nth % Math.max(items.length, 1)];
  if (one === undefined) return;
  await (nth % 2 === 0
    ? engine.hold({ actor: patient, slotId: one.id, seconds: 60 })
    : engine.block({ actor: provider, slotId: one.id }));
}

const isComputed = ({ slotId }: FreeTime): boolean => slotId === null;

function allTimes(live: LiveSlots, input: Partial<Parameters<LiveSlots["findTimes"]>[0]>): readonly FreeTime[] {
  const times: FreeTime[] = [];
  let cursor: string | null = null;
  do {
    const page: ReturnType<LiveSlots["findTimes"]> = live.findTimes({ ...search, ...window, ...input, cursor });
    times.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return times;
}

async function assertAlike(live: LiveSlots, engine: Engine): Promise<void> {
  const providerIds = followed.providerIds;
  const searches = [15, 30, 45].flatMap((length) =>
    (["earliest", "latest"] as const).map((order) => {
      return { providerIds, minutes: length, order, limit: order === "latest" ? 500 : 7 };
    }),
  );
  const expected = await Promise.all(searches.map((wanted) => found(engine, { ...window, ...wanted })));
  assert.deepEqual(
    searches.map((wanted) => allTimes(live, wanted)),
    expected,
  );
}

export const computedLiveCases: readonly ConformanceCase[] = [
  {
    key: "computed.live",
    title: "live slots that know the openings find the same times as the database, whatever is set, booked and freed",
    async run({ open, propertyRuns }) {
      const deeds = fc.array(fc.array(anyDeed, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 8 });
      const property = fc.asyncProperty(anyHours, deeds, async (hours, all) => {
        const store = await open();
        const clock = manualClock();
        const [engine, other] = [stage(store.storage, { clock }), stage(store.second, { clock })];
        // It begins before the window, and reaches into it.
        await other.createSlots({ ...by, slots: [{ start: minutes(-30), end: minutes(20) }] });
        await other.setAvailability({ ...by, hours });
        await withLive(engine, followed, async (live) => {
          await other.setAvailability({ ...by, providerId: "dr-yang", hours });
          for (const some of all) {
            await Promise.allSettled(some.map((deed, index) => deed(index % 2 === 0 ? engine : other)));
            await caughtUp(live, engine);
            await assertAlike(live, other);
          }
          const [opening] = (await found(other, { ...window, providerIds: followed.providerIds })).filter(isComputed);
          if (opening !== undefined) {
            const { start, end, providerId } = opening;
            await holdAt(other, 0, 0, { start, end, providerId });
            await caughtUp(live, engine);
          }
          // What is held is over, without news.
          clock.advance(61_000);
          await assertAlike(live, other);
        });
        await assertSound(store.storage);
        await store.close();
      });
      await checkProperty(property, Math.max(3, Math.ceil(propertyRuns / 8)));
    },
  },
  {
    key: "computed.live-input",
    title: "live slots refuse times of what they do not follow, and hours that they were not told to know",
    async run({ storage }) {
      const engine = stage(storage);
      const withoutPlace = { ...window, openings: true, providerIds: [place.providerId] };
      const { details } = await refusal(engine.follow(withoutPlace), "invalid_input");
      assert.deepEqual(details.issues[0]?.path, "openings");
      await withLive(engine, { ...followed, openings: false }, async (live) => {
        await refusal((async () => live.findTimes({ ...search, ...window }))(), "invalid_input");
      });
      await withLive(engine, followed, async (live) => {
        for (const more of [{ providerIds: ["nobody"] }, { facilityId: "south" }, { to: minutes(9 * dayMinutes) }]) {
          await refusal((async () => live.findTimes({ ...search, ...window, ...more }))(), "invalid_input");
        }
        assert.deepEqual(live.findTimes({ ...search, ...window }).items, []);
      });
    },
  },
];
