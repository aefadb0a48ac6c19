import assert from "node:assert/strict";
import { limits } from "@slotwright/core";
import { assertSound, engineOn, minutes, place, provider, publish, publishOne, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

export const createSlotsCases: readonly ConformanceCase[] = [
  {
    key: "booking.create-overlap",
    title:
      "createSlots refuses overlaps within the call and with the schedule, all or nothing, and allows adjacent slots",
    async run({ storage }) {
      const engine = engineOn(storage);
      const create = (...ranges: [number, number][]) =>
        engine.createSlots({
          actor: provider,
          ...place,
          slots: ranges.map(([from, to]) => ({ start: minutes(from), end: minutes(to) })),
        });
      const within = await refusal(create([0, 30], [60, 90], [29, 45]), "slot_overlap");
      assert.deepEqual([within.details.conflictingSlotId, within.details.index], [null, 2]);
      assert.deepEqual((await engine.listSlots({})).items, []);
      await create([30, 60]);
      for (const range of [
        [0, 31],
        [59, 90],
        [35, 40],
        [0, 90],
        [30, 60],
      ] as const) {
        assert.equal((await refusal(create([120, 150], [...range]), "slot_overlap")).details.index, 1);
      }
      const { schedule, slots } = await create([0, 30], [60, 90]);
      assert.deepEqual([slots.length, schedule.version, schedule.updatedAt], [2, 2, slots[0]?.createdAt]);
      assert.equal((await engine.listSlots({})).items.length, 3);
      await assertSound(storage);
    },
  },
  {
    key: "booking.unblock-checks-overlap",
    title: "unblock refuses if another slot has taken the place in the meantime",
    async run({ storage }) {
      const engine = engineOn(storage);
      const slot = await publishOne(engine);
      await engine.block({ actor: provider, slotId: slot.id, reason: "meeting" });
      const slots = [{ start: minutes(15), end: minutes(45) }];
      const inTheWay = (await engine.createSlots({ actor: provider, ...place, slots })).slots[0];
      const { details } = await refusal(engine.unblock({ actor: provider, slotId: slot.id }), "slot_overlap");
      const { conflictingSlotId, command } = details;
      assert.deepEqual([conflictingSlotId, command, "index" in details], [inTheWay?.id, "unblock", false]);
      await assertSound(storage);
    },
  },
  {
    key: "booking.overlap-scope",
    title: "overlapScope provider prevents overlaps of one provider's slots across all facilities",
    async run({ storage, open }) {
      const slots = [{ start: minutes(0), end: minutes(30) }];
      const north = { actor: provider, ...place, slots };
      const atFacility = engineOn(storage);
      await atFacility.createSlots(north);
      await atFacility.createSlots({ ...north, facilityId: "south" });
      const everywhere = engineOn((await open()).storage, { overlapScope: "provider" });
      await everywhere.createSlots(north);
      await refusal(everywhere.createSlots({ ...north, facilityId: "south" }), "slot_overlap");
    },
  },
  {
    key: "booking.bulk",
    title: "one call publishes thousands of slots",
    async run({ storage }) {
      const engine = engineOn(storage);
      const slots = await publish(engine, 3_000);
      assert.equal(slots.length, 3_000);
      assert.equal(new Set(slots.map(({ id }) => id)).size, 3_000);
      const last = slots.at(-1);
      assert.ok(last);
      assert.deepEqual(await engine.getSlot(last.id), last);
      await refusal(publish(engine, 1), "slot_overlap");
      const around = { start: minutes(-60), end: minutes(-30) };
      const { details } = await refusal(
        engine.createSlots({ actor: provider, ...place, slots: [around, { start: last.start, end: last.end }] }),
        "slot_overlap",
      );
      assert.equal(details.conflictingSlotId, last.id);
    },
  },
  {
    key: "booking.bulk-size",
    title: "slots with more metadata than one call may store are refused as invalid_input, and fewer slots are created",
    async run({ storage }) {
      const engine = engineOn(storage);
      const note = "x".repeat(limits.metadataLength - 30);
      const create = (capacity: number) => {
        const slots = [{ start: minutes(0), end: minutes(30), capacity, metadata: { note } }];
        return engine.createSlots({ actor: provider, ...place, slots });
      };
      const tooMany = Math.ceil(limits.createdBytes / limits.metadataLength);
      const { details } = await refusal(create(tooMany), "invalid_input");
      assert.equal(details.issues[0]?.path, "slots");
      assert.deepEqual((await engine.listSlots({})).items, []);
      assert.equal((await create(20)).slots.length, 20);
    },
  },
];
