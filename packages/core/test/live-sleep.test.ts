import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { elapsedMs } from "../src/engine/elapsed.ts";
import { createEngine } from "../src/index.ts";
import { failWith, hindered, minutes, passed, until } from "./feed-stage.ts";

const hourMs = 60 * 60 * 1000;

// While a computer sleeps, only the wall clock goes on.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
});
afterEach(() => {
  vi.useRealTimers();
});

/** It is not looked at all the time. */
async function setWallClock(byMs: number): Promise<void> {
  vi.setSystemTime(Date.now() + byMs);
  await passed(20);
}

async function stage() {
  const { storage, hindrances } = hindered();
  const engine = createEngine({ storage, retry: { budgetMs: 0 } });
  const live = await engine.follow({ from: minutes(-60), to: minutes(24 * 60), pollMs: 20, staleAfterMs: 5_000 });
  // The wall clock of the test before was another one.
  await passed(50);
  await until(() => live.freshness().behindMs < 10);
  return { live, hindrances };
}

it("answers are as old as the time that a computer slept, until the feed was read again", async () => {
  const { live, hindrances } = await stage();
  hindrances.readFeed = () => failWith("unavailable");
  await passed(50);
  await setWallClock(8 * hourMs);
  expect(live.freshness()).toMatchObject({ isStale: true });
  expect(live.findOpen().behindMs).toBeGreaterThan(8 * hourMs);
  await passed(600);
  expect(live.freshness().isStale).toBe(true);
  hindrances.readFeed = undefined;
  await until(() => !live.freshness().isStale);
  expect(live.freshness().behindMs).toBeLessThan(5_000);
  live.close();
});

it("what was being read when a computer fell asleep is as old as that", async () => {
  const { live, hindrances } = await stage();
  let goOn = () => {};
  hindrances.readFeed = () => new Promise((resolve) => (goOn = resolve));
  await passed(100);
  await setWallClock(hourMs);
  hindrances.readFeed = () => failWith("unavailable");
  goOn();
  await passed(50);
  expect(live.freshness().behindMs).toBeGreaterThan(hourMs);
  live.close();
});

it("a clock that is set back makes no answer fresher, and one that is set ahead makes them stale until the feed was read", async () => {
  const { live, hindrances } = await stage();
  hindrances.readFeed = () => failWith("unavailable");
  await passed(50);
  const { behindMs } = live.freshness();
  await setWallClock(-hourMs);
  expect(live.freshness().behindMs).toBeGreaterThanOrEqual(behindMs);
  await setWallClock(hourMs);
  expect(live.freshness().isStale).toBe(true);
  await setWallClock(-hourMs);
  expect(live.freshness().isStale).toBe(true);
  hindrances.readFeed = undefined;
  await until(() => !live.freshness().isStale);
  await passed(50);
  expect(live.freshness().behindMs).toBeLessThan(1_000);
  live.close();
});

it("a clock that is slewed, or a little uneven, adds nothing to the age of answers", async () => {
  const { live, hindrances } = await stage();
  const began = performance.now();
  hindrances.readFeed = () => failWith("unavailable");
  for (let step = 0; step < 20; step++) {
    live.freshness();
    await setWallClock(step % 2 === 0 ? 600 : -500);
  }
  expect(live.freshness().behindMs).toBeLessThan(performance.now() - began + 500);
  live.close();
});

it("a clock that begins anew, as where a test replaces it, is no sleep", () => {
  const upMs = 1_000_000;
  const wall = Date.now();
  const clock = vi.spyOn(performance, "now");
  const elapsedAt = (ms: number) => {
    clock.mockReturnValue(ms);
    vi.setSystemTime(wall + ms);
    return elapsedMs();
  };
  try {
    vi.setSystemTime(wall);
    clock.mockReturnValue(upMs);
    elapsedMs();
    const begun = elapsedAt(0);
    expect(elapsedAt(upMs + 100) - begun).toBe(upMs + 100);
  } finally {
    clock.mockRestore();
  }
});
