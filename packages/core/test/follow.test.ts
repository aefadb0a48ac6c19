import { expect, it } from "vitest";
import { createEngine, type LiveSlots, type Warning } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import {
  actor,
  caughtUpWith,
  failWith,
  heldMemory,
  hindered,
  minutes,
  movableClock,
  passed,
  place,
  slotAt,
  until,
} from "./feed-stage.ts";

const window = { from: minutes(-60), to: minutes(24 * 60) };

function pagesOf(live: LiveSlots): readonly string[] {
  const ids: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = live.findOpen({ cursor, limit: 40 });
    ids.push(...page.items.map(({ slotId }) => slotId));
    cursor = page.nextCursor;
  }
  return ids;
}

it("slots of more providers than one read takes come in the order of their ids, each on one page", async () => {
  const engine = createEngine({ storage: memoryAdapter() });
  const providerIds = Array.from({ length: 250 }, (_, index) => `p-${index}`);
  const ids = providerIds.map((_, index) => `slot-${String(1_000 - index).padStart(4, "0")}`);
  for (const [index, providerId] of providerIds.entries()) {
    await engine.createSlots({ actor, ...place, providerId, slots: [{ ...slotAt(0), slotId: ids[index] }] });
  }
  const live = await engine.follow({ ...window, providerIds });
  expect(pagesOf(live)).toEqual(ids.toSorted());
  live.close();
});

it("live slots that are closed while their window moves on read no more", async () => {
  const { storage, hindrances, calls } = hindered();
  const time = movableClock();
  const engine = createEngine({ storage, clock: time });
  const live = await engine.follow({ forDays: 1, pollMs: 10 });
  let goOn = () => {};
  let isReading = false;
  hindrances.findSlots = () => {
    isReading = true;
    return new Promise((resolve) => (goOn = resolve));
  };
  time.advance(10 * 60);
  live.freshness();
  await until(() => isReading);
  live.close();
  goOn();
  await passed(100);
  calls.length = 0;
  await passed(100);
  expect(calls).toEqual([]);
});

it("there is no failure to see to while the database is merely away, whatever was being read", async () => {
  const database = memoryAdapter();
  const { storage, hindrances } = hindered(database);
  const live = await createEngine({ storage, retry: { budgetMs: 0 } }).follow({ ...window, pollMs: 10 });
  let tried = 0;
  // A new schedule's zone has to be read.
  hindrances.load = () => {
    tried += 1;
    return failWith(tried === 1 ? "unavailable" : "transient");
  };
  await createEngine({ storage: database }).createSlots({ actor, ...place, slots: [slotAt(0)] });
  for (const attempt of [1, 2]) {
    await until(() => tried === attempt);
    await passed(50);
    expect(live.freshness().failure).toBeNull();
  }
  live.close();
});

it("live slots name what keeps the feed from being read, until it can be read again", async () => {
  const { storage, hindrances } = hindered();
  const engine = createEngine({ storage });
  const live = await engine.follow({ ...window, pollMs: 10 });
  await until(() => live.freshness().behindMs < 10);
  hindrances.readFeed = () => failWith("schema_too_new");
  await until(() => live.freshness().failure?.code === "schema_too_new");
  hindrances.readFeed = undefined;
  await engine.createSlots({ actor, ...place, slots: [slotAt(0)] });
  await until(() => live.freshness().failure === null && live.findOpen().items.length === 1);
  live.close();
});

it("a window that moves on to more slots than it may hold warns", async () => {
  const warnings: Warning[] = [];
  const time = movableClock();
  const engine = createEngine({
    storage: memoryAdapter(),
    clock: time,
    onWarning: (warning) => warnings.push(warning),
  });
  const dayMinutes = 24 * 60;
  await engine.createSlots({ actor, ...place, slots: [slotAt(dayMinutes * 2), slotAt(dayMinutes * 2 + 30)] });
  const live = await engine.follow({ forDays: 1, maxSlots: 1 });
  expect(live.freshness().isStale).toBe(false);
  time.advance(dayMinutes + 60);
  live.freshness();
  await until(() => live.freshness().slots === 1);
  expect(live.freshness().isStale).toBe(true);
  expect(warnings.map(({ code }) => code)).toEqual(["live_slots_full"]);
  live.close();
});

it("an answer counts from what was applied, also after that has failed", async () => {
  const database = memoryAdapter();
  const { storage, hindrances } = hindered(database);
  const live = await createEngine({ storage }).follow({ ...window, pollMs: 10 });
  await until(() => live.freshness().behindMs < 10);
  let isTried = false;
  hindrances.load = async () => {
    await passed(300);
    isTried = true;
    await failWith("unavailable");
  };
  await createEngine({ storage: database }).createSlots({ actor, ...place, slots: [slotAt(0)] });
  const committed = performance.now();
  await until(() => isTried);
  await passed(20);
  expect(live.freshness().behindMs).toBeGreaterThan(performance.now() - committed);
  live.close();
});

it.each(["answers", "fails"] as const)(
  "what is being applied counts from the last look at the feed that found nothing, though it takes long and then %s",
  async (outcome) => {
    const database = memoryAdapter();
    const { storage, hindrances } = hindered(database);
    const live = await createEngine({ storage }).follow({ ...window, pollMs: 10 });
    // A quiet night.
    await passed(2_000);
    hindrances.load = async () => {
      await passed(300);
      if (outcome === "fails") await failWith("unavailable");
    };
    const before = performance.now();
    await createEngine({ storage: database }).createSlots({ actor, ...place, slots: [slotAt(0)] });
    for (let sample = 0; sample < 50; sample += 1) {
      expect(live.freshness().behindMs).toBeLessThan(performance.now() - before + 1_000);
      await passed(10);
    }
    expect(live.findOpen().items.length).toBe(outcome === "fails" ? 0 : 1);
    live.close();
  },
);

it("a feed that is refused for a while counts from the last look that found nothing", async () => {
  const { storage, hindrances } = hindered(memoryAdapter());
  const live = await createEngine({ storage }).follow({ ...window, pollMs: 10 });
  // A quiet night.
  await passed(2_000);
  hindrances.readFeed = () => failWith("schema_outdated");
  const before = performance.now();
  for (let sample = 0; sample < 30; sample += 1) {
    expect(live.freshness().behindMs).toBeLessThan(performance.now() - before + 1_000);
    await passed(10);
  }
  live.close();
});

it("what comes while the window is read on counts from the last look at the feed that found nothing", async () => {
  const database = memoryAdapter();
  const { storage, hindrances } = hindered(database);
  const clock = movableClock();
  const other = createEngine({ storage: database, clock });
  const { slots } = await other.createSlots({ actor, ...place, slots: [slotAt(300)] });
  const live = await createEngine({ storage, clock }).follow({ forDays: 1, pollMs: 10 });
  await passed(2_000);
  let isReading = false;
  hindrances.findSlots = async () => {
    isReading = true;
    await passed(1_000);
  };
  clock.advance(130);
  live.freshness();
  await until(() => isReading);
  const before = performance.now();
  // Two looks at the feed that find something, of which the first one counts.
  await other.block({ actor, slotId: slots[0]?.id ?? "" });
  await passed(150);
  await other.unblock({ actor, slotId: slots[0]?.id ?? "" });
  await passed(50);
  const elapsed = performance.now() - before;
  const { behindMs } = live.freshness();
  expect(behindMs).toBeLessThan(elapsed + 1_000);
  expect(behindMs).toBeGreaterThan(elapsed - 100);
  live.close();
});

it("following that is aborted while the slots are read is refused, at whatever step", async () => {
  const { storage, hindrances } = hindered();
  const engine = createEngine({ storage });
  await engine.createSlots({ actor, ...place, slots: [slotAt(0)] });
  for (const call of ["readFeed", "findSlots", "load"] as const) {
    const leaving = new AbortController();
    hindrances[call] = async () => leaving.abort();
    await expect(engine.follow({ ...window, signal: leaving.signal })).rejects.toMatchObject({ code: "aborted" });
    hindrances[call] = undefined;
  }
});

it("live slots that are closed free the memory of their slots, also while they are still referred to", async () => {
  const engine = createEngine({ storage: memoryAdapter() });
  const count = 20_000;
  const slots = Array.from({ length: count }, (_, index) => slotAt(index * 30));
  await engine.createSlots({ actor, ...place, slots });
  const live = await engine.follow({ from: minutes(0), to: minutes(300 * 24 * 60) });
  live.countByDay();
  const before = heldMemory();
  live.close();
  await passed(100);
  expect((before - heldMemory()) / count).toBeGreaterThan(40);
  expect(() => live.findOpen()).toThrow();
});

it("live slots whose clock goes forward and back again say that they are stale, and have what had begun again", async () => {
  const time = movableClock();
  const engine = createEngine({ storage: memoryAdapter(), clock: time });
  const slots = Array.from({ length: 40 }, (_, index) => slotAt(60 + index * 360));
  await engine.createSlots({ actor, ...place, slots });
  const live = await engine.follow({ forDays: 2, pollMs: 10 });
  const offered = () => live.findOpen({ limit: 500 }).items.map(({ slotId }) => slotId);
  const before = offered();
  expect(before.length).toBeGreaterThan(5);
  time.advance(9 * 24 * 60);
  live.freshness();
  await until(() => !live.freshness().isStale);
  expect(offered()).not.toEqual(before);
  time.advance(-9 * 24 * 60);
  expect(live.freshness().isStale).toBe(true);
  await until(() => !live.freshness().isStale);
  expect(offered()).toEqual(before);
  // What is created meanwhile for a time that has gone by is there, too, once the clock is back before it.
  time.advance(30);
  const { slots: late } = await engine.createSlots({ actor, ...place, providerId: "q", slots: [slotAt(10)] });
  await caughtUpWith(engine, live);
  time.advance(-30);
  live.freshness();
  await until(() => offered().includes(late[0]?.id ?? ""));
  live.close();
});
