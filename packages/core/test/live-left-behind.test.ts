import { expect, it } from "vitest";
import { buffer, createEngine, type Engine, type LiveSlots, noOverlapOfSubject, type Policy } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import {
  actor,
  caughtUpWith,
  failWith,
  hindered,
  minutes,
  movableClock,
  passed,
  place,
  slotAt,
  until,
} from "./feed-stage.ts";

const day = 24 * 60;
const everyDay = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const followed = { facilityId: place.facilityId, providerIds: [place.providerId] };

/** An engine whose clock stands at minute 0 until it is moved. */
function stage(policies: readonly Policy[] = []) {
  const clock = movableClock();
  const { storage, hindrances } = hindered(memoryAdapter());
  const engine = createEngine({ storage, clock, policies, retry: { budgetMs: 0 } });
  const publish = (...at: readonly number[]) =>
    engine.createSlots({ actor, ...place, slots: at.map((minute) => slotAt(minute)) });
  const computed = (offer: object) => {
    const hours = { openings: "computed", offer, weekly: [{ days: everyDay, from: "07:00", to: "12:00" }] };
    return engine.setAvailability({ actor, ...place, timeZone: "UTC", hours: hours as never });
  };
  return { engine, clock, hindrances, publish, computed };
}

/** Waits until the slots are whole for the time that it is. */
async function settled(engine: Engine, live: LiveSlots): Promise<void> {
  await until(() => !live.freshness().isStale);
  await caughtUpWith(engine, live);
}

const startsOf = ({ items }: { readonly items: readonly { readonly start: Date }[] }) =>
  items.map(({ start }) => start);

it("live slots whose clock was far ahead for a moment, when nothing had ended yet, lack nothing of the days in between", async () => {
  const { engine, clock, publish } = stage();
  await publish(...[1, 2, 3, 4, 12].map((days) => days * day + 300));
  const live = await engine.follow({ forDays: 1, pollMs: 10 });
  clock.advance(10 * day);
  await settled(engine, live);
  clock.advance(-10 * day);
  expect(live.freshness().isStale).toBe(true);
  await settled(engine, live);
  for (const days of [1, 2, 3]) {
    clock.advance(day);
    await settled(engine, live);
    expect(startsOf(live.findOpen())).toEqual([minutes(days * day + 300)]);
  }
  live.close();
});

it("computed openings are not offered on top of what was booked in the days that a clock had skipped", async () => {
  const { engine, clock, computed } = stage();
  await computed({ minutes: 60 });
  for (const days of [5, 6, 7]) {
    const at = days * day + 60;
    await engine.book({ actor, ...place, subjectId: "ada", start: minutes(at), end: minutes(at + 60) });
  }
  const live = await engine.follow({ ...followed, forDays: 1, openings: true, pollMs: 10 });
  clock.advance(10 * day);
  await settled(engine, live);
  clock.advance(-10 * day);
  await settled(engine, live);
  for (let days = 0; days < 10; days++) {
    await settled(engine, live);
    const asked = { ...followed, minutes: 60, from: minutes(days * day), to: minutes(days * day + day) };
    expect(startsOf(live.findTimes(asked))).toEqual(startsOf(await engine.findTimes(asked)));
    clock.advance(day);
  }
  live.close();
});

it.each(["the computer slept", "the database was away"] as const)(
  "a search for a subject does not offer what a policy refuses for a booking that is under way when a window was left behind: %s",
  async (cause) => {
    const { engine, clock, hindrances, publish } = stage([buffer({ beforeMinutes: 30, afterMinutes: 30 })]);
    const now = 3 * day;
    const slots = [{ start: minutes(now - 60), end: minutes(now + 60) }];
    const { slots: under } = await engine.createSlots({ actor, ...place, slots });
    await engine.book({ actor, slotId: under[0]?.id ?? "", subjectId: "bob" });
    await publish(now + 60, now + 300);
    const live = await engine.follow({ forDays: 1, pollMs: 10, staleAfterMs: 200 });
    const ofAda = await live.forSubject({ actor, subjectId: "ada" });
    if (cause === "the database was away") {
      hindrances.findSlots = () => failWith("unavailable");
      hindrances.readFeed = () => failWith("unavailable");
      for (let hours = 0; hours < 72; hours++) {
        clock.advance(60);
        live.freshness();
        await passed(5);
      }
      Object.assign(hindrances, { findSlots: undefined, readFeed: undefined });
    } else clock.advance(now);
    await settled(engine, live);
    const { items, source } = await ofAda.findOpen();
    expect([source, startsOf({ items })]).toEqual(["live", [minutes(now + 300)]]);
    live.close();
  },
);

it("computed openings are not offered on top of a booking that is under way when a window was left behind", async () => {
  const { engine, clock, computed } = stage();
  const now = 6 * day;
  await computed({ minutes: 120, step: 30 });
  const booked = { start: minutes(now - 60), end: minutes(now + 60) };
  await engine.book({ actor, ...place, subjectId: "bob", ...booked });
  const live = await engine.follow({ ...followed, forDays: 1, openings: true, pollMs: 10 });
  clock.advance(now);
  await settled(engine, live);
  const asked = { ...followed, minutes: 120, from: minutes(now), to: minutes(now + 240) };
  expect(startsOf(live.findTimes(asked))).toEqual([60, 90, 120].map((at) => minutes(now + at)));
  live.close();
});

it.each(["before live slots were followed", "for a moment that the slots do not notice"] as const)(
  "a search for a subject that began while the clock was ahead, %s, knows the subject's appointments once it is right",
  async (since) => {
    const { engine, clock, publish } = stage([noOverlapOfSubject()]);
    const { slots } = await publish(300);
    await engine.book({ actor, slotId: slots[0]?.id ?? "", subjectId: "ada" });
    await engine.createSlots({ actor, ...place, providerId: "q", slots: [slotAt(300)] });
    const follow = () => engine.follow({ forDays: 7, pollMs: 10 });
    const early = since === "before live slots were followed" ? undefined : await follow();
    clock.advance(60 * day);
    const live = early ?? (await follow());
    const ofAda = await live.forSubject({ actor, subjectId: "ada" });
    clock.advance(-60 * day);
    live.freshness();
    await settled(engine, live);
    const { items, source } = await ofAda.findOpen();
    expect([source, startsOf({ items })]).toEqual(["live", []]);
    live.close();
  },
);

it.each(["left behind", "set back"] as const)("a search for a subject alone has all read anew, %s", async (how) => {
  const { engine, clock, publish } = stage([noOverlapOfSubject()]);
  await publish(300, 3 * day + 300);
  const live = await engine.follow({ forDays: 1, pollMs: 10 });
  if (how === "set back") {
    clock.advance(3 * day);
    await settled(engine, live);
  }
  const ofAda = await live.forSubject({ actor, subjectId: "ada" });
  clock.advance(how === "set back" ? -3 * day : 3 * day);
  expect(await ofAda.findOpen()).toMatchObject({ source: "database" });
  await expect.poll(() => ofAda.findOpen(), { interval: 20 }).toMatchObject({ source: "live" });
  live.close();
});
