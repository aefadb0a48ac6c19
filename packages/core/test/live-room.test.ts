import { expect, it } from "vitest";
import { createEngine, type StorageAdapter, type Warning } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { actor, caughtUpWith, minutes, passed, place, slotAt, until } from "./feed-stage.ts";

const ada = { actor, ...place, subjectId: "ada" };
const hours = {
  openings: "computed",
  offer: { minutes: 30 },
  weekly: [{ days: ["monday"], from: "08:00", to: "12:00" }],
};
const window = {
  from: minutes(0),
  to: minutes(24 * 60),
  facilityId: place.facilityId,
  providerIds: [place.providerId],
};

async function stage(storage: StorageAdapter, now: () => number = () => minutes(-60).getTime()) {
  const warnings: Warning[] = [];
  const clock = { now: () => new Date(now()), sleep: passed };
  const engine = createEngine({ storage, clock, onWarning: (warning) => warnings.push(warning) });
  await engine.setAvailability({ actor, ...place, timeZone: "UTC", hours: hours as never });
  const book = async (at: number) => (await engine.book({ ...ada, ...slotAt(at) })).appointment.id;
  return { engine, book, codes: () => warnings.map(({ code }) => code) };
}

it("live slots that stay too many while slots come and go are read anew now and then, and warn once", async () => {
  const storage = memoryAdapter();
  let readings = 0;
  const slow: StorageAdapter = {
    ...storage,
    async findSlots(query, call) {
      if (!query.displayOnly) return storage.findSlots(query, call);
      readings += 1;
      await passed(20);
      return storage.findSlots(query, call);
    },
  };
  const { engine, book, codes } = await stage(slow);
  const booked = [await book(0)];
  const live = await engine.follow({ ...window, maxSlots: 1, pollMs: 10 });
  booked.push(await book(30), await book(60));
  readings = 0;
  const began = performance.now();
  for (let at = 90; readings < 2 && performance.now() - began < 20_000; at = (at + 30) % 240) {
    await engine.cancel({ actor, appointmentId: booked.shift() ?? "" });
    await passed(10);
    booked.push(await book(at));
  }
  expect(readings).toBe(2);
  // Each takes 20 ms, and rests for twenty times as long.
  expect(readings).toBeLessThanOrEqual(1 + (performance.now() - began) / 400);
  expect(codes()).toEqual(["live_slots_full"]);
  // At rest, all is there as soon as there is room for it.
  for (const appointmentId of booked.slice(1)) await engine.cancel({ actor, appointmentId });
  await until(() => !live.freshness().isStale);
  expect(live.freshness().slots).toBe(1);
  live.close();
});

it("slots that were left out are looked for when a hold of a computed opening ends, without news", async () => {
  let ahead = minutes(-60).getTime() - performance.now();
  const { engine, book, codes } = await stage(memoryAdapter(), () => ahead + performance.now());
  await engine.hold({ actor, ...place, ...slotAt(0), seconds: 60 });
  ahead += 59_000;
  const live = await engine.follow({ ...window, maxSlots: 1, openings: true });
  await book(30);
  await caughtUpWith(engine, live);
  expect([live.freshness().isStale, codes()]).toEqual([true, ["live_slots_full"]]);
  await until(() => !live.freshness().isStale);
  const { items } = live.findTimes({ providerIds: window.providerIds, facilityId: place.facilityId, minutes: 30 });
  expect(items.map(({ start }) => start)).toEqual([0, 60, 90, 120, 150, 180, 210].map(minutes));
  live.close();
});

it("what was made for a hold that has ended takes no room from what a window that moves comes to", async () => {
  let now = minutes(-60).getTime();
  const { engine, codes } = await stage(memoryAdapter(), () => now);
  await engine.hold({ actor, ...place, ...slotAt(180), seconds: 60 });
  // With what openings look at around the window, 74 hours are held.
  await engine.createSlots({ actor, ...place, slots: [slotAt(75 * 60 - 60)] });
  now += 61_000;
  const { from: _from, to: _to, ...followed } = window;
  const live = await engine.follow({ ...followed, forDays: 1, maxSlots: 1, openings: true });
  expect(live.freshness()).toMatchObject({ slots: 0, isStale: false });
  now += 150 * 60_000;
  live.freshness();
  await until(() => live.freshness().slots === 1);
  expect([live.freshness().isStale, codes()]).toEqual([false, []]);
  live.close();
});

it("live slots are whole again when the one slot that was left out is withdrawn, or its hold ends", async () => {
  let now = minutes(-60).getTime();
  const { engine, book, codes } = await stage(memoryAdapter(), () => now);
  await book(0);
  const live = await engine.follow({ ...window, maxSlots: 1 });
  const isLeftOut = async (leave: () => Promise<unknown>) => {
    await caughtUpWith(engine, live);
    expect(live.freshness()).toMatchObject({ slots: 1, isStale: true });
    await leave();
    await until(() => !live.freshness().isStale);
  };
  const appointmentId = await book(30);
  await isLeftOut(() => engine.cancel({ actor, appointmentId }));
  await engine.hold({ actor, ...place, ...slotAt(60), seconds: 60 });
  await isLeftOut(async () => {
    now += 61_000;
    // By this clock nothing passes unless it is moved, so it takes news, of whatever.
    await engine.createSlots({ actor, ...place, providerId: "q", slots: [slotAt(0)] });
  });
  expect(codes()).toEqual(["live_slots_full", "live_slots_full"]);
  live.close();
});

it("live slots of a window that moves are whole again when the one slot that was left out has begun", async () => {
  let now = minutes(-60).getTime();
  const { engine } = await stage(memoryAdapter(), () => now);
  await engine.createSlots({ actor, ...place, slots: [slotAt(120)] });
  const live = await engine.follow({ forDays: 1, maxSlots: 1 });
  await engine.createSlots({ actor, ...place, slots: [slotAt(0)] });
  await caughtUpWith(engine, live);
  expect(live.freshness()).toMatchObject({ slots: 1, isStale: true });
  now += 61 * 60_000;
  await engine.createSlots({ actor, ...place, slots: [slotAt(-60)] });
  await until(() => !live.freshness().isStale);
  expect(live.findOpen().items.map(({ start }) => start)).toEqual([minutes(120)]);
  live.close();
});
