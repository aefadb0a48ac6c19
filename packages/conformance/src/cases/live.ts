import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { Engine, LiveSlots, OpenSlot, Slot, StorageAdapter } from "@slotwright/core";
import {
  assertSound,
  engineOn,
  manualClock,
  minutes,
  patient,
  place,
  provider,
  publish,
  refusal,
} from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { intercepted } from "../intercepted.ts";
import { assertEqualToDatabase, type Broken, breakable, caughtUp } from "../live-slots.ts";

const window = { from: minutes(-60), to: minutes(24 * 60) };

const idsOf = (items: readonly OpenSlot[]) => items.map(({ slotId }) => slotId);

/** Waits until something is so. */
async function until(isSo: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !isSo(); waited += 5) {
    assert.ok(waited < 20_000, `it has not come about that ${what}`);
    await pause(5);
  }
}

async function withLive(
  engine: Engine,
  input: Parameters<Engine["follow"]>[0],
  work: (live: LiveSlots) => Promise<void>,
): Promise<void> {
  const live = await engine.follow({ pollMs: 20, ...input });
  try {
    await work(live);
  } finally {
    live.close();
  }
}

const book = (engine: Engine, { id }: Slot) => engine.book({ actor: patient, slotId: id, subjectId: "p-1" });

export const liveCases: readonly ConformanceCase[] = [
  {
    key: "live.follows",
    title: "live slots show what every engine and transaction commits, and nothing that is rolled back",
    async run({ storage, second, beginHostTransaction }) {
      const [engine, other] = [engineOn(storage), engineOn(second)];
      const [first, next, third] = await publish(engine, 3);
      assert.ok(first && next && third);
      await withLive(engine, window, async (live) => {
        assert.deepEqual(idsOf(live.findOpen().items), [first.id, next.id, third.id]);
        const { appointment } = await book(other, first);
        const host = await beginHostTransaction();
        await book(other.within(host.transaction), next);
        await caughtUp(live, other);
        assert.deepEqual(idsOf(live.findOpen().items), [next.id, third.id]);
        await host.rollback();
        await other.block({ actor: provider, slotId: third.id });
        await other.cancel({ actor: patient, appointmentId: appointment.id });
        await caughtUp(live, other);
        assert.deepEqual(
          live.findOpen().items.map(({ slotId, version }) => [slotId, version]),
          [
            [first.id, 3],
            [next.id, 1],
          ],
        );
        await assertEqualToDatabase(live, other, window);
      });
      await assertSound(storage);
    },
  },
  {
    key: "live.groups",
    title: "a group slot is offered once, with its first free seat and how many there are, until none is left",
    async run({ storage, second }) {
      const [engine, other] = [engineOn(storage), engineOn(second)];
      const [zero, one, two] = await publish(engine, 1, 3);
      assert.ok(zero && one && two);
      await withLive(engine, window, async (live) => {
        const offered = () => live.findOpen().items.map(({ slotId, seats }) => [slotId, seats]);
        assert.deepEqual(offered(), [[zero.id, 3]]);
        await book(other, zero);
        await caughtUp(live, other);
        assert.deepEqual(offered(), [[one.id, 2]]);
        await book(other, two);
        await book(other, one);
        await caughtUp(live, other);
        assert.deepEqual(offered(), []);
      });
    },
  },
  {
    key: "live.holds",
    title: "a hold ends in live slots by the clock, and counts by day follow",
    async run({ storage }) {
      const clock = manualClock();
      const engine = engineOn(storage, { clock });
      const [slot] = await publish(engine, 2);
      assert.ok(slot);
      await withLive(engine, window, async (live) => {
        await engine.hold({ actor: patient, slotId: slot.id, seconds: 60 });
        await caughtUp(live, engine);
        const open = () => [live.findOpen().items.length, live.countByDay().days[0]?.open];
        assert.deepEqual(open(), [1, 1]);
        clock.advance(59_999);
        assert.deepEqual(open(), [1, 1]);
        clock.advance(1);
        assert.deepEqual(open(), [2, 2]);
        assert.equal(live.next().items[0]?.slotId, slot.id);
        await assertEqualToDatabase(live, engine, window);
      });
    },
  },
  {
    key: "live.pages",
    title: "live slots are given page by page, each once, the earliest or the latest first",
    async run({ storage }) {
      const engine = engineOn(storage);
      for (const providerId of ["dr-a", "dr-b", "dr-c"]) {
        const slots = [0, 30, 60].map((start) => ({ start: minutes(start), end: minutes(start + 30), capacity: 2 }));
        await engine.createSlots({ actor: provider, providerId, facilityId: "north", slots });
      }
      await withLive(engine, window, async (live) => {
        for (const order of ["earliest", "latest"] as const) {
          const all = live.findOpen({ order });
          assert.equal(all.items.length, 9);
          assert.equal(all.nextCursor, null);
          for (const limit of [1, 2, 4, 9]) {
            const items: OpenSlot[] = [];
            let cursor: string | null = null;
            do {
              const page = live.findOpen({ order, limit, cursor });
              items.push(...page.items);
              cursor = page.nextCursor;
            } while (cursor !== null);
            assert.deepEqual(items, all.items);
          }
        }
        const { nextCursor } = live.findOpen({ limit: 1 });
        assert.throws(() => live.findOpen({ cursor: nextCursor, order: "latest" }), { code: "invalid_input" });
      });
    },
  },
  {
    key: "live.stale",
    title: "while the feed cannot be read, answers say how far behind they are, and that they are stale",
    async run({ storage, second }) {
      const broken: Broken = { isDown: false, isReset: false };
      const [engine, other] = [engineOn(breakable(storage, broken)), engineOn(second)];
      const [slot, left] = await publish(other, 2);
      assert.ok(slot && left);
      await withLive(engine, { ...window, staleAfterMs: 200 }, async (live) => {
        await caughtUp(live, other);
        broken.isDown = true;
        // A read that was on its way must not bring the booking.
        await pause(100);
        await book(other, slot);
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
      await withLive(engine, window, async (live) => {
        await corrupt({ remove: [{ kind: "slot", id: slot.id }] });
        broken.isReset = true;
        await book(other, left);
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
      await withLive(engine, window, async (live) => {
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
    key: "live.filters",
    title: "live slots of some providers and a facility hold these alone, and refuse to answer about others",
    async run({ storage, second }) {
      const [engine, other] = [engineOn(storage), engineOn(second)];
      const create = async (providerId: string, facilityId: string, start: number) => {
        const slots = [{ start: minutes(start), end: minutes(start + 30) }];
        await other.createSlots({ actor: provider, providerId, facilityId, slots });
      };
      await create("dr-a", "north", 0);
      await create("dr-b", "south", 0);
      await withLive(engine, { ...window, providerIds: ["dr-a", "dr-c"], facilityId: "north" }, async (live) => {
        await create("dr-a", "south", 30);
        await create("dr-b", "north", 30);
        await create("dr-c", "north", 30);
        await create("dr-c", "north", 48 * 60);
        await caughtUp(live, other);
        const found = live.findOpen({ providerIds: ["dr-a", "dr-c", "dr-a"], facilityId: "north" });
        assert.deepEqual(
          found.items.map(({ providerId, facilityId }) => [providerId, facilityId]),
          [
            ["dr-a", "north"],
            ["dr-c", "north"],
          ],
        );
        assert.equal(live.freshness().slots, 2);
        for (const input of [
          { providerIds: ["dr-b"] },
          { facilityId: "south" },
          { from: minutes(-61) },
          { to: minutes(24 * 60 + 1) },
          { limit: 0 },
          { providerIds: [] },
          { cursor: "x" },
          { misspelt: 1 },
        ] as const) {
          assert.throws(() => live.findOpen(input as never), { code: "invalid_input" }, JSON.stringify(input));
        }
        assert.throws(() => live.findOpen({ from: minutes(2), to: minutes(1) }), { code: "invalid_time_range" });
        assert.throws(() => live.countByDay({ timeZone: "Mars" }), { code: "invalid_input" });
        assert.throws(() => live.next({ minutes: 0 }), { code: "invalid_input" });
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
        { ...window, forDays: 3 },
        { forDays: 401 },
        { from: minutes(0), to: minutes(400 * 24 * 60 + 1) },
        { forDays: 1, providerIds: Array.from({ length: 1_001 }, (_, number) => `dr-${number}`) },
        { forDays: 1, providerIds: [] },
        { forDays: 1, maxSlots: 5_000_001 },
        { ...window, maxSlots: 2 },
      ];
      for (const input of tooMuch) await refusal(engine.follow(input), "invalid_input");
      await refusal(engine.follow({ from: minutes(1), to: minutes(0) }), "invalid_time_range");
      await refusal(engine.follow({ ...window, signal: AbortSignal.abort() }), "aborted");
      const host = await beginHostTransaction();
      await refusal(engine.within(host.transaction).follow(window), "storage_misused");
      await host.rollback();
      assert.equal("follow" in engine.as(patient), false);
      await withLive(engine, { ...window, maxSlots: 3 }, async (live) => {
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
      const one = await engine.follow({ ...window, pollMs: 10, signal: leaving.signal });
      const other = await engine.follow({ ...window, pollMs: 10 });
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
