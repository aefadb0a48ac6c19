import assert from "node:assert/strict";
import { type Engine, type FreeTime, minimumNotice, type OpenDay, type StorageAdapter } from "@slotwright/core";
import { assertSound, engineOn, manualClock, patient, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { withLive } from "../live-slots.ts";
import { type ClockScene, clockScenes, hoursOf, twoZones } from "./clock-scenes.ts";
import { found } from "./computed.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const facilityId = "north";
const shown = (at: Date) => at.toISOString().replace(":00.000Z", "Z");
const startsOf = (times: readonly Pick<FreeTime, "start">[]) => times.map(({ start }) => shown(start));
const openOf = (days: readonly OpenDay[]) => Object.fromEntries(days.map(({ date, open }) => [date, open]));

/** From noon in Greenwich two days before the window to three days after it. */
function rangeOf({ dates: [first, last] }: Pick<ClockScene, "dates">) {
  const [from, to] = [Date.parse(first) - 1.5 * dayMs, Date.parse(last) + 3.5 * dayMs];
  return { from: new Date(from), to: new Date(to) };
}

/** An engine by whose clock the range has begun. */
function stageAt(storage: StorageAdapter, { from }: { readonly from: Date }, options: object = {}): Engine {
  const clock = manualClock();
  clock.advance(from.getTime() - clock.now().getTime());
  return engineOn(storage, { clock, ...options });
}

const bookAt = (engine: Engine, providerId: string, start: string, length: number) => {
  const at = new Date(start);
  const end = new Date(at.getTime() + length * minuteMs);
  return engine.book({ actor: patient, subjectId: "p-1", providerId, facilityId, start: at, end });
};

/** Books the first and the last of what is on offer. */
async function assertBooks(engine: Engine, providerId: string, { starts, minutes, what }: ClockScene): Promise<void> {
  for (const start of new Set([starts.slice(0, 1), starts.slice(-1)].flat())) {
    const { slots } = await bookAt(engine, providerId, start, minutes);
    assert.deepEqual(startsOf(slots), [start], what);
  }
}

async function assertComputed(engine: Engine, other: Engine, providerId: string, scene: ClockScene): Promise<void> {
  const { what, starts, days, timeZone, minutes } = scene;
  const [range, providerIds] = [rangeOf(scene), [providerId]];
  const by = { actor: provider, providerId, facilityId };
  await engine.setAvailability({ ...by, timeZone, hours: hoursOf(scene, "computed") });
  const search = { ...range, providerIds, facilityId, minutes };
  assert.deepEqual(startsOf(await found(other, search)), starts, what);
  assert.deepEqual(openOf((await other.countTimes(search)).days), days, what);
  await withLive(other, { ...range, providerIds, facilityId, openings: true }, async (live) => {
    assert.deepEqual(startsOf(live.findTimes(search).items), starts, what);
    assert.deepEqual(openOf(live.countTimes(search).days), days, what);
  });
  for (const start of scene.never) await refusal(bookAt(other, providerId, start, minutes), "no_slot_available");
  await assertBooks(other, providerId, scene);
  assert.deepEqual(startsOf(await found(engine, search)), starts.slice(1, -1), what);
}

async function assertPublished(engine: Engine, other: Engine, providerId: string, scene: ClockScene): Promise<void> {
  const { what, starts, timeZone, minutes } = scene;
  const { from, to } = rangeOf(scene);
  const by = { actor: provider, providerId, facilityId };
  await engine.setAvailability({ ...by, timeZone, hours: hoursOf(scene, "published") });
  assert.equal((await engine.publishSlots({ ...by, until: to })).created, starts.length, what);
  const { items } = await other.listSlots({ providerIds: [providerId], from, to });
  assert.deepEqual(startsOf(items), starts, what);
  for (const { start, end } of items) assert.equal(end.getTime() - start.getTime(), minutes * minuteMs);
  const again = await other.publishSlots({ ...by, until: to });
  assert.deepEqual([again.created, again.kept, again.withdrawn], [0, starts.length, 0], what);
  await assertBooks(other, providerId, scene);
}

async function inEachScene(
  { storage, second }: { readonly storage: StorageAdapter; readonly second: StorageAdapter },
  check: typeof assertComputed,
): Promise<void> {
  const checks = clockScenes.map((scene, index) => {
    const range = rangeOf(scene);
    return check(stageAt(storage, range), stageAt(second, range), `dr-${index}`, scene);
  });
  await Promise.all(checks);
  await assertSound(storage);
}

export const clockChangeCases: readonly ConformanceCase[] = [
  {
    key: "clock-changes.computed",
    title:
      "where clocks are changed at midnight, by half an hour or by a day, what is computed, counted, live and booked are the times worked out by hand",
    run: (stores) => inEachScene(stores, assertComputed),
  },
  {
    key: "clock-changes.published",
    title:
      "where clocks are changed at midnight, by half an hour or by a day, what is published and booked are the times worked out by hand",
    run: (stores) => inEachScene(stores, assertPublished),
  },
  {
    key: "clock-changes.two-zones",
    title:
      "one search in two zones whose clocks are changed in the same night finds, counts and books the times of both",
    async run({ storage, second }) {
      const [range, { offices, minutes, days }] = [rangeOf(twoZones), twoZones];
      const [engine, other] = [stageAt(storage, range), stageAt(second, range)];
      const providerIds = Object.keys(offices);
      for (const [providerId, timeZone] of Object.entries(offices)) {
        const hours = hoursOf(twoZones, "computed");
        await engine.setAvailability({ actor: provider, providerId, facilityId, timeZone, hours });
      }
      const wanted = { providerIds, facilityId, minutes };
      const search = { ...range, ...wanted };
      const named = (times: readonly FreeTime[]) =>
        times.map(({ start, providerId }) => `${shown(start)} ${providerId}`).sort();
      const times = await found(other, { ...search, limit: 3 });
      assert.deepEqual(named(times), twoZones.found);
      assert.deepEqual(startsOf(times), startsOf(times).toSorted());
      const next = await other.nextTimes({ ...wanted, from: range.from, count: 9 });
      assert.deepEqual(next.items, times);
      const zones = [undefined, "Europe/Berlin", "Asia/Tokyo"] as const;
      await withLive(other, { ...range, providerIds, facilityId, openings: true }, async (live) => {
        assert.deepEqual(named(live.findTimes(search).items), twoZones.found);
        for (const timeZone of zones) {
          const expected = days[timeZone ?? "own"];
          assert.deepEqual(openOf((await other.countTimes({ ...search, timeZone })).days), expected);
          assert.deepEqual(openOf(live.countTimes({ ...search, timeZone }).days), expected);
        }
      });
      for (const one of twoZones.found) {
        const [start, providerId] = one.split(" ") as [string, string];
        await bookAt(other, providerId, start, minutes);
      }
      assert.deepEqual(await found(engine, search), []);
      await assertSound(storage);
    },
  },
  {
    key: "clock-changes.notice",
    title:
      "on the day of a change, a minimum notice leaves out what is too soon, and the others stay on their grid from the start of the window",
    async run({ storage, second }) {
      // Lord Howe, from 01:00 (+10:30) to 04:00 (+11:00), every half hour an hour: 14:30Z to 17:00Z.
      const scene = { dates: ["2024-10-06", "2024-10-06"], window: ["01:00", "04:00"], minutes: 60 } as const;
      const hours = { ...hoursOf(scene, "computed"), offer: { minutes: 60, step: 30 } };
      const [providerId, timeZone, range] = ["dr-0", "Australia/Lord_Howe", rangeOf(scene)];
      const bare = stageAt(storage, range);
      await bare.setAvailability({ actor: provider, providerId, facilityId, timeZone, hours });
      // At 14:07Z, so nothing before 15:07Z.
      const options = { policies: [minimumNotice({ minutes: 60 })] };
      const engine = stageAt(second, { from: new Date("2024-10-05T14:07Z") }, options);
      const wanted = { providerIds: [providerId], facilityId, minutes: 60 };
      const search = { ...range, ...wanted };
      const all = ["2024-10-05T14:30Z", "2024-10-05T15:00Z", "2024-10-05T15:30Z", "2024-10-05T16:00Z"];
      assert.deepEqual(startsOf(await found(bare, search)), all);
      const own = engine.as(patient);
      const subject = { ...search, subjectId: "p-1" };
      const offered = all.slice(2);
      assert.deepEqual(startsOf(await found(own, subject)), offered);
      const next = await own.nextTimes({ ...wanted, subjectId: "p-1", count: 9 });
      assert.deepEqual(startsOf(next.items), offered);
      assert.deepEqual(openOf((await own.countTimes(subject)).days), { "2024-10-06": 2 });
      await withLive(engine, { ...range, providerIds: [providerId], facilityId, openings: true }, async (live) => {
        const mine = await live.forSubject({ actor: patient, subjectId: "p-1" });
        assert.deepEqual(startsOf((await mine.findTimes(search)).items), offered);
        mine.close();
      });
      await refusal(bookAt(engine, providerId, "2024-10-05T15:00Z", 60), "policy_violation");
      await refusal(bookAt(engine, providerId, "2024-10-05T15:07Z", 60), "no_slot_available");
      await bookAt(engine, providerId, "2024-10-05T15:30Z", 60);
      await assertSound(storage);
    },
  },
];
