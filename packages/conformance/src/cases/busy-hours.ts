import assert from "node:assert/strict";
import { type Engine, type Hours, type Slot, weekdays } from "@slotwright/core";
import { assertSound, minutes, patient, place, provider } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { interrupted } from "../intercepted.ts";
import { busy, busyStage, countsOf, day, importing, listed, statusesOf } from "./busy-stage.ts";

const by = { actor: provider, ...place };
const until = minutes(day - 60);

/** From nine to eleven on the day of all cases. */
const open = { offer: { minutes: 60, capacity: 2 }, weekly: [{ days: weekdays, from: "09:00", to: "11:00" }] } as const;
const closed: Hours = { ...open, exceptions: [{ first: "2026-03-02", last: "2026-03-02", hours: [] }] };

const publishing = (engine: Engine) => engine.publishSlots({ ...by, until });

/** The slots of that day. */
async function published(engine: Engine): Promise<readonly Slot[]> {
  await engine.setAvailability({ ...by, hours: open });
  await publishing(engine);
  return (await listed(engine)).filter(({ start }) => start >= minutes(0));
}

const onOffer = async (engine: Engine): Promise<readonly string[]> => {
  const { items } = await engine.findOpen({ from: minutes(-60), to: minutes(day) });
  return items.map(({ slotId }) => slotId);
};

/** Hours that do not offer the first hour any more as it was, or only one seat of it. */
const changes: readonly (readonly [what: string, hours: Hours, left: number])[] = [
  ["closed", closed, 0],
  ["later", { ...open, weekly: [{ days: weekdays, from: "09:30", to: "11:30" }] }, 0],
  ["fewer seats", { ...open, offer: { minutes: 60 } }, 1],
  ["computed", { ...open, openings: "computed" }, 0],
  ["the same", open, 2],
];

export const busyHoursCases: readonly ConformanceCase[] = [
  {
    key: "busy.hours",
    title: "what a calendar has blocked is withdrawn when that is over, if the hours do not offer it any more",
    async run({ open: fresh }) {
      for (const isPublished of [true, false]) {
        for (const [what, hours, left] of changes) {
          const { storage } = await fresh();
          const engine = busyStage(storage);
          const slots = (await published(engine)).filter(({ start }) => start.getTime() === minutes(0).getTime());
          assert.equal((await importing(engine, [busy(0, 30)])).blocked, 2);
          await engine.setAvailability({ ...by, hours });
          if (isPublished) await publishing(engine);
          const dry = await importing(engine, [], { dryRun: true });
          assert.deepEqual(countsOf(dry), [0, 0, 1, 0, left, 0], what);
          assert.deepEqual(await importing(engine, []), { ...dry, dryRun: false }, what);
          const expected = ["available", "available", "withdrawn", "withdrawn"].slice(2 - left, 4 - left);
          assert.deepEqual((await statusesOf(engine, slots)).split(" ").sort(), expected, what);
          const { withdrawn } = await publishing(engine);
          if (isPublished) assert.equal(withdrawn, 0, what);
          // It comes back with the hours.
          await engine.setAvailability({ ...by, hours: open });
          await publishing(engine);
          assert.equal((await onOffer(engine)).length, 2, what);
          await assertSound(storage);
        }
      }
    },
  },
  {
    key: "busy.hours-meanwhile",
    title: "what a calendar has blocked does not come on offer if the day is closed before the import commits",
    async run({ storage, second }) {
      const other = busyStage(second);
      const slots = await published(other);
      await importing(other, [busy(0, 30)]);
      const { next, stopping } = interrupted(storage);
      next.do = async () => {
        await other.setAvailability({ ...by, hours: closed });
        await publishing(other);
      };
      assert.deepEqual(countsOf(await importing(busyStage(stopping), [])), [0, 0, 1, 0, 0, 0]);
      assert.equal(next.do, undefined);
      assert.equal(await statusesOf(other, slots), "withdrawn withdrawn withdrawn withdrawn");
      assert.deepEqual(await onOffer(other), []);
      await assertSound(storage);
    },
  },
  {
    key: "busy.hours-in-the-way",
    title: "what the hours do not offer any more is withdrawn whatever lies across it, and keeps nothing else blocked",
    async run({ open: fresh }) {
      for (const isBooked of [false, true]) {
        const { storage } = await fresh();
        const engine = busyStage(storage);
        const [gone] = await published(engine);
        await importing(engine, [busy(0, 60)]);
        await engine.setAvailability({ ...by, hours: closed });
        await publishing(engine);
        const { slots } = await engine.createSlots({ ...by, slots: [busy(30, 90)] });
        const across = slots[0] ?? assert.fail();
        if (isBooked) await engine.book({ actor: patient, slotId: across.id, subjectId: "s" });
        else await importing(engine, [busy(0, 60)]);
        await importing(engine, []);
        assert.equal(
          await statusesOf(engine, [gone ?? assert.fail(), across]),
          `withdrawn ${isBooked ? "booked" : "available"}`,
        );
        await assertSound(storage);
      }
    },
  },
  {
    key: "busy.hours-by-hand",
    title: "a slot that was created by hand comes back when the calendar is free, whatever the hours are",
    async run({ storage }) {
      const engine = busyStage(storage);
      await engine.setAvailability({ ...by, hours: closed });
      const { slots } = await engine.createSlots({ ...by, slots: [busy(0, 60)] });
      await importing(engine, [busy(0, 30)]);
      assert.equal((await importing(engine, [])).freed, 1);
      assert.equal(await statusesOf(engine, slots), "available");
      await assertSound(storage);
    },
  },
];
