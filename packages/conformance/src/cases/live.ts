import assert from "node:assert/strict";
import type { OpenSlot } from "@slotwright/core";
import { compareIds } from "@slotwright/core/adapter";
import { assertSound, engineOn, manualClock, minutes, patient, place, provider, publish } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { assertEqualToDatabase, bookSlot, caughtUp, idsOf, liveWindow, withLive } from "../live-slots.ts";

export const liveCases: readonly ConformanceCase[] = [
  {
    key: "live.follows",
    title: "live slots show what every engine and transaction commits, and nothing that is rolled back",
    async run({ storage, second, beginHostTransaction }) {
      const [engine, other] = [engineOn(storage), engineOn(second)];
      const [first, next, third] = await publish(engine, 3);
      assert.ok(first && next && third);
      await withLive(engine, liveWindow, async (live) => {
        assert.deepEqual(idsOf(live.findOpen().items), [first.id, next.id, third.id]);
        const { appointment } = await bookSlot(other, first);
        const host = await beginHostTransaction();
        await bookSlot(other.within(host.transaction), next);
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
        await assertEqualToDatabase(live, other, liveWindow);
      });
      await assertSound(storage);
    },
  },
  {
    key: "live.groups",
    title: "a group slot is offered once, with a free seat and how many there are, until none is left",
    async run({ storage, second }) {
      const [engine, other] = [engineOn(storage), engineOn(second)];
      const seats = await publish(engine, 1, 3);
      const [zero, one, two] = seats.toSorted((a, b) => compareIds(a.id, b.id));
      assert.ok(zero && one && two);
      await withLive(engine, liveWindow, async (live) => {
        const offered = () => live.findOpen().items.map(({ slotId, seats }) => [slotId, seats]);
        assert.deepEqual(offered(), [[zero.id, 3]]);
        await bookSlot(other, zero);
        await caughtUp(live, other);
        assert.deepEqual(offered(), [[one.id, 2]]);
        await bookSlot(other, two);
        await bookSlot(other, one);
        await caughtUp(live, other);
        assert.deepEqual(offered(), []);
      });
    },
  },
  {
    key: "live.groups-by-id",
    title: "of a group whose ids are not in the order of its seats, live slots offer the same seat as findOpen",
    async run({ storage }) {
      const ids = ["c", "a", "d", "b"];
      let made = 0;
      const engine = engineOn(storage, { newId: () => `${ids[made++ % ids.length]}-${made}` });
      const slots = await publish(engine, 1, 4);
      await withLive(engine, liveWindow, async (live) => {
        for (let left = slots.length; left > 0; left--) {
          const { items } = await engine.findOpen({ providerIds: [place.providerId] });
          assert.deepEqual(live.findOpen().items, items);
          assert.deepEqual(live.findOpen({ order: "latest" }).items, items);
          assert.deepEqual(items[0]?.seats, left);
          const taken = slots.find(({ id }) => id === items[0]?.slotId);
          assert.ok(taken);
          await bookSlot(engine, taken);
          await caughtUp(live, engine);
        }
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
      await withLive(engine, liveWindow, async (live) => {
        await engine.hold({ actor: patient, slotId: slot.id, seconds: 60 });
        await caughtUp(live, engine);
        const open = () => [live.findOpen().items.length, live.countByDay().days[0]?.open];
        assert.deepEqual(open(), [1, 1]);
        clock.advance(59_999);
        assert.deepEqual(open(), [1, 1]);
        clock.advance(1);
        assert.deepEqual(open(), [2, 2]);
        assert.equal(live.next().items[0]?.slotId, slot.id);
        await assertEqualToDatabase(live, engine, liveWindow);
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
      await withLive(engine, liveWindow, async (live) => {
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
      await withLive(engine, { ...liveWindow, providerIds: ["dr-a", "dr-c"], facilityId: "north" }, async (live) => {
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
];
