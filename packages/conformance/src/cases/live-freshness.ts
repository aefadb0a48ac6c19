import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { StorageAdapter } from "@slotwright/core";
import { engineOn, manualClock, minutes, patient, place, provider, publish, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { intercepted } from "../intercepted.ts";
import { type Broken, bookSlot, breakable, caughtUp, idsOf, liveWindow, withLive } from "../live-slots.ts";
import { until } from "../until.ts";

export const liveFreshnessCases: readonly ConformanceCase[] = [
  {
    key: "live.stale",
    title: "while the feed cannot be read, answers say how far behind they are, and that they are stale",
    async run({ storage, second }) {
      const broken: Broken = { isDown: false, isReset: false };
      const [engine, other] = [engineOn(breakable(storage, broken)), engineOn(second)];
      const [slot, left] = await publish(other, 2);
      assert.ok(slot && left);
      await withLive(engine, { ...liveWindow, staleAfterMs: 200 }, async (live) => {
        await caughtUp(live, other);
        broken.isDown = true;
        // A read that was on its way must not bring the booking.
        await pause(100);
        await bookSlot(other, slot);
        await until(() => live.findOpen().isStale, "it is stale");
        const { behindMs, items } = live.findOpen();
        assert.ok(behindMs > 200, `behind by ${behindMs} ms`);
        assert.equal(items.length, 2);
        for (const answer of [live.countByDay(), live.next(), live.freshness()]) assert.equal(answer.isStale, true);
        broken.isDown = false;
        await until(() => !live.findOpen().isStale, "it is fresh again");
        await caughtUp(live, other);
        assert.deepEqual(idsOf(live.findOpen().items), [left.id]);
      });
    },
  },
  {
    key: "live.reset",
    title: "after a feed_reset, live slots are read anew, also where rows were changed and deleted without the feed",
    async run({ storage, second, corrupt }) {
      const broken: Broken = { isDown: false, isReset: false };
      const [engine, other] = [engineOn(breakable(storage, broken)), engineOn(second)];
      const [slot, left] = await publish(other, 2);
      assert.ok(slot && left);
      await withLive(engine, liveWindow, async (live) => {
        await corrupt({ remove: [{ kind: "slot", id: slot.id }] });
        broken.isReset = true;
        await bookSlot(other, left);
        await until(() => !broken.isReset && !live.freshness().isStale, "it is read anew");
        await caughtUp(live, other);
        assert.deepEqual(live.findOpen().items, []);
        assert.equal(live.freshness().slots, 1);
      });
    },
  },
  {
    key: "live.gaps",
    title: "a slot that was changed by hand is read when its next entry shows that one is missing",
    async run({ storage, second, corrupt }) {
      const [engine, other] = [engineOn(storage), engineOn(second)];
      const [slot, left] = await publish(other, 2);
      assert.ok(slot && left);
      await withLive(engine, liveWindow, async (live) => {
        await corrupt({ put: [{ ...slot, version: 5 }] });
        await other.block({ actor: provider, slotId: slot.id });
        await caughtUp(live, other);
        assert.deepEqual(idsOf(live.findOpen().items), [left.id]);
        await other.unblock({ actor: provider, slotId: slot.id });
        await caughtUp(live, other);
        assert.deepEqual(live.findOpen().items[0]?.version, 7);
      });
    },
  },
  {
    key: "live.window",
    title: "a window that moves with time leaves behind what has begun, and reads what comes within it",
    async run({ storage, second }) {
      const clock = manualClock();
      const [engine, other] = [engineOn(storage, { clock }), engineOn(second)];
      const hour = 3_600_000;
      const now = clock.now().getTime();
      const times = [1, 10, 30, 70].map((hours) => new Date(now + hours * hour));
      const slots = times.map((start) => ({ start, end: new Date(start.getTime() + hour) }));
      const created = (await other.createSlots({ actor: provider, ...place, slots })).slots;
      const [one, ten, thirty, seventy] = created.map(({ id }) => id);
      await withLive(engine, { forDays: 1 }, async (live) => {
        const offered = () => idsOf(live.findOpen().items);
        assert.deepEqual(offered(), [one, ten]);
        assert.equal(live.freshness().slots, 2);
        clock.advance(9 * hour);
        // Until the end of the window has been read, it says that something is missing.
        assert.equal(live.findOpen().isStale, true);
        assert.deepEqual(offered(), [ten]);
        await until(() => !live.findOpen().isStale, "the window has moved on");
        assert.deepEqual(offered(), [ten, thirty]);
        assert.equal(live.freshness().slots, 2);
        clock.advance(40 * hour);
        live.freshness();
        await until(() => !live.findOpen().isStale, "the window has moved on again");
        assert.deepEqual(offered(), [seventy]);
        assert.deepEqual(idsOf(live.findOpen({ from: new Date(now) }).items), [seventy]);
      });
    },
  },
  {
    key: "live.bounds",
    title: "what would hold too much is refused, and what comes later is left out and said",
    async run({ storage, beginHostTransaction }) {
      const warnings: string[] = [];
      const engine = engineOn(storage, { onWarning: ({ code }) => warnings.push(code) });
      await publish(engine, 3);
      const tooMuch = [
        {},
        { from: minutes(0) },
        { ...liveWindow, forDays: 3 },
        { forDays: 401 },
        { from: minutes(0), to: minutes(400 * 24 * 60 + 1) },
        { forDays: 1, providerIds: Array.from({ length: 1_001 }, (_, number) => `dr-${number}`) },
        { forDays: 1, providerIds: [] },
        { forDays: 1, maxSlots: 5_000_001 },
        { ...liveWindow, maxSlots: 2 },
      ];
      for (const input of tooMuch) await refusal(engine.follow(input), "invalid_input");
      await refusal(engine.follow({ from: minutes(1), to: minutes(0) }), "invalid_time_range");
      await refusal(engine.follow({ ...liveWindow, signal: AbortSignal.abort() }), "aborted");
      const host = await beginHostTransaction();
      await refusal(engine.within(host.transaction).follow(liveWindow), "storage_misused");
      await host.rollback();
      assert.equal("follow" in engine.as(patient), false);
      await withLive(engine, { ...liveWindow, maxSlots: 3 }, async (live) => {
        assert.equal(live.findOpen().isStale, false);
        const slots = [{ start: minutes(200), end: minutes(230) }];
        await engine.createSlots({ actor: provider, ...place, slots });
        await caughtUp(live, engine, true);
        const { items, isStale } = live.findOpen();
        assert.deepEqual([items.length, isStale, warnings], [3, true, ["live_slots_full"]]);
      });
    },
  },
  {
    key: "live.ends",
    title: "live slots end with their signal or close(), stop the reading, and refuse to answer from then on",
    async run({ storage }) {
      let reads = 0;
      const counted: StorageAdapter = intercepted(storage, (target) => ({
        readFeed: (query, call) => {
          reads += 1;
          return target.readFeed(query, call);
        },
      })) as StorageAdapter;
      const engine = engineOn(counted);
      const leaving = new AbortController();
      const one = await engine.follow({ ...liveWindow, pollMs: 10, signal: leaving.signal });
      const other = await engine.follow({ ...liveWindow, pollMs: 10 });
      leaving.abort();
      assert.throws(() => one.findOpen(), { code: "storage_misused" });
      assert.deepEqual(other.findOpen().items, []);
      other.close();
      other.close();
      for (const call of ["findOpen", "countByDay", "next", "freshness"] as const) {
        assert.throws(() => other[call](), { code: "storage_misused" });
      }
      await pause(50);
      const before = reads;
      await pause(100);
      assert.equal(reads, before);
    },
  },
];
