import assert from "node:assert/strict";
import type { Slot } from "@slotwright/core";
import { assertSound, minutes, provider, publish, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { interrupted } from "../intercepted.ts";
import { busy, busyStage, countsOf, importing, statusesOf } from "./busy-stage.ts";

const other = { source: "private" };

export const busyByHandCases: readonly ConformanceCase[] = [
  {
    key: "busy.taken-over",
    title: "what a calendar has blocked can be blocked by hand as well, and then stays so when the busy time is over",
    async run({ storage, second }) {
      const engine = busyStage(storage);
      const slots = await publish(engine, 3);
      const [first, next] = slots as readonly [Slot, Slot, ...Slot[]];
      await importing(engine, [busy(0, 90)]);
      await importing(engine, [busy(0, 30)], other);
      const blocked = await busyStage(second).block({ actor: provider, slotId: first.id, reason: "day off" });
      assert.deepEqual([blocked.slot.status, blocked.slot.version], ["blocked", 3]);
      const { items } = await engine.history({ slotId: first.id });
      assert.deepEqual([items.at(-1)?.command, items.at(-1)?.reason], ["block", "day off"]);
      const { details } = await refusal(engine.block({ actor: provider, slotId: first.id }), "slot_blocked");
      assert.equal(details.version, 3);
      assert.deepEqual((await engine.as(provider).explain({ slotId: first.id })).busy, []);
      assert.deepEqual(countsOf(await importing(engine, [busy(0, 90)])), [0, 1, 0, 0, 0, 0]);
      assert.deepEqual(countsOf(await importing(engine, [])), [0, 0, 1, 0, 2, 0]);
      assert.deepEqual(countsOf(await importing(engine, [], other)), [0, 0, 1, 0, 0, 0]);
      assert.equal(await statusesOf(engine, slots), "blocked available available");
      // Who unblocks it decides, and the calendar leaves it alone.
      await importing(engine, [busy(30, 60)]);
      await engine.block({ actor: provider, slotId: next.id });
      await engine.unblock({ actor: provider, slotId: next.id });
      assert.deepEqual(countsOf(await importing(engine, [busy(30, 60)])), [0, 1, 0, 0, 0, 0]);
      assert.equal(await statusesOf(engine, slots), "blocked available available");
      await assertSound(storage);
    },
  },
  {
    key: "busy.taken-over-meanwhile",
    title:
      "a slot that is blocked by hand before an import frees it stays blocked, and one that is freed before is blocked",
    async run({ open }) {
      const freeing = await open();
      const { next, stopping } = interrupted(freeing.storage);
      const away = busyStage(freeing.second);
      const [slot] = (await publish(away)) as readonly [Slot, ...Slot[]];
      await importing(away, [busy(0, 30)]);
      next.do = () => away.block({ actor: provider, slotId: slot.id });
      assert.deepEqual(countsOf(await importing(busyStage(stopping), [])), [0, 0, 1, 0, 0, 0]);
      assert.equal((await away.getSlot(slot.id)).status, "blocked");

      await away.unblock({ actor: provider, slotId: slot.id });
      await importing(away, [busy(0, 30)]);
      next.do = () => importing(away, []);
      const { slot: blocked } = await busyStage(stopping).block({ actor: provider, slotId: slot.id });
      assert.equal(next.do, undefined);
      assert.equal(blocked.status, "blocked");
      assert.equal((await away.findOpen({ from: minutes(-60), to: minutes(60) })).items.length, 0);
      await assertSound(freeing.storage);
    },
  },
];
