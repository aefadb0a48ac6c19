import assert from "node:assert/strict";
import { engineOn, manualClock, minutes, place, provider, publish, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { type Broken, breakable, caughtUp, liveWindow, withLive } from "../live-slots.ts";
import { until } from "../until.ts";
import { bookAt, computed, found, search, shownTimes, stage } from "./computed.ts";
import { holdAt } from "./computed-holds.ts";

const by = { actor: provider, ...place };
const range = { from: minutes(-60), to: minutes(2 * 24 * 60) };
const followed = { ...range, providerIds: [place.providerId], facilityId: place.facilityId, openings: true };
const hours = computed("09:00", "13:00");
const wanted = { ...search, ...range };

export const liveRoomCases: readonly ConformanceCase[] = [
  {
    key: "computed.live-full",
    title:
      "live slots that leave slots out offer no computed openings, because what is in their way may be missing, until there is room for all again",
    async run({ storage, second }) {
      const warnings: string[] = [];
      const engine = stage(storage, { onWarning: ({ code }: { code: string }) => warnings.push(code) });
      const other = stage(second);
      await engine.setAvailability({ ...by, hours });
      const { appointment } = await bookAt(engine, 0);
      await withLive(engine, { ...followed, maxSlots: 1 }, async (live) => {
        assert.equal(live.findTimes(wanted).items.length, 15);
        const later = await bookAt(other, 30);
        await caughtUp(live, engine, true);
        const { items, isStale } = live.findTimes(wanted);
        assert.deepEqual([items, isStale], [[], true]);
        assert.deepEqual(live.countTimes(wanted).days, []);
        // What is withdrawn makes room for what was left out.
        await other.cancel({ actor: provider, appointmentId: appointment.id });
        await until(() => !live.freshness().isStale, "there is room again");
        assert.equal(live.freshness().slots, 1);
        assert.deepEqual(live.findTimes(wanted).items, await found(other, range));
        await other.cancel({ actor: provider, appointmentId: later.appointment.id });
        await caughtUp(live, engine);
        assert.deepEqual(live.findTimes(wanted).items, await found(other, range));
        for (const from of [0, 60]) await bookAt(other, from);
        await caughtUp(live, engine, true);
        assert.deepEqual([live.freshness().isStale, warnings], [true, ["live_slots_full", "live_slots_full"]]);
      });
    },
  },
  {
    key: "computed.live-lapsed",
    title: "what was made for a hold that has ended takes no room among live slots, as it counts as withdrawn",
    async run({ storage, second }) {
      const clock = manualClock();
      const [engine, other] = [stage(storage, { clock }), stage(second, { clock })];
      await engine.setAvailability({ ...by, hours });
      for (const from of [0, 30, 60]) await holdAt(other, from);
      const input = { ...followed, maxSlots: 2 };
      await refusal(engine.follow(input), "invalid_input");
      clock.advance(61_000);
      await withLive(engine, input, async (live) => {
        assert.equal(live.freshness().slots, 0);
        assert.equal(live.findTimes(wanted).items.length, 16);
        for (const from of [90, 120]) await holdAt(other, from);
        await caughtUp(live, engine);
        assert.equal(live.freshness().slots, 2);
        await bookAt(other, 150);
        await caughtUp(live, engine, true);
        assert.deepEqual(live.findTimes(wanted).items, []);
        clock.advance(61_000);
        // By this clock, nothing passes unless it is moved, so it takes news for live slots to look at it.
        await bookAt(other, 180);
        await until(() => !live.freshness().isStale, "the ends of holds make room");
        await caughtUp(live, engine);
        assert.equal(live.freshness().slots, 2);
        assert.deepEqual(shownTimes(live.findTimes(wanted).items), shownTimes(await found(other, range)));
      });
    },
  },
  {
    key: "live.full-anew",
    title:
      "live slots that turn out to be too many when they are read anew warn, as they do when one comes that is too many",
    async run({ storage, second }) {
      const broken: Broken = { isDown: false, isReset: false };
      const warnings: string[] = [];
      const engine = engineOn(breakable(storage, broken), { onWarning: ({ code }) => warnings.push(code) });
      const other = engineOn(second);
      await publish(other);
      await withLive(engine, { ...liveWindow, maxSlots: 2 }, async (live) => {
        broken.isReset = true;
        const slots = [200, 300].map((start) => ({ start: minutes(start), end: minutes(start + 30) }));
        await other.createSlots({ ...by, slots });
        await until(() => !broken.isReset, "they are read anew");
        await caughtUp(live, other, true);
        assert.deepEqual([live.freshness().slots, live.freshness().isStale], [2, true]);
        assert.deepEqual(warnings, ["live_slots_full"]);
      });
    },
  },
];
