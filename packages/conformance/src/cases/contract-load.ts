import assert from "node:assert/strict";
import type { Slot } from "@slotwright/core";
import type { ConformanceCase } from "../harness.ts";
import { creation, sampleInstant, sampleSchedule, scheduleKey, slotAt, slotKey } from "../records.ts";

const written = new Date("2026-03-01T12:00:00.123Z");
const first = slotAt(0, { metadata: { room: "3 ✓" }, createdAt: written, updatedAt: written });
const created = creation(first, slotAt(30));

export const contractLoadCases: readonly ConformanceCase[] = [
  {
    key: "contract.load",
    title: "load returns records in the order of the keys, and undefined for those that do not exist",
    async run({ storage, second }) {
      await storage.commit([created]);
      const keys = [slotKey("slot-30"), slotKey("none"), scheduleKey, slotKey("slot-0")];
      const expected = [slotAt(30), undefined, sampleSchedule, first];
      assert.deepEqual(await storage.load(keys), expected);
      assert.deepEqual(await second.load(keys), expected);
      assert.deepEqual(await storage.load([]), []);
    },
  },
  {
    key: "contract.load-many",
    title: "load accepts thousands of keys, including repeated ones",
    async run({ storage }) {
      await storage.commit([created]);
      const keys = Array.from({ length: 5_000 }, (_, index) => slotKey(index % 2 === 0 ? "slot-0" : `none-${index}`));
      const loaded = await storage.load(keys);
      assert.equal(loaded.length, 5_000);
      assert.equal(loaded.filter((record) => record !== undefined).length, 2_500);
    },
  },
  {
    key: "contract.isolation-of-objects",
    title: "changing an object that was passed in or returned does not change what is stored",
    async run({ storage }) {
      const metadata = { tags: ["a"] };
      await storage.commit([creation(slotAt(0, { metadata }))]);
      metadata.tags.push("b");
      const [loaded] = (await storage.load([slotKey("slot-0")])) as [Slot];
      (loaded.metadata.tags as string[]).push("c");
      loaded.start.setTime(0);
      const [again] = (await storage.load([slotKey("slot-0")])) as [Slot];
      assert.deepEqual([again.metadata, again.start], [{ tags: ["a"] }, sampleInstant(0)]);
    },
  },
  {
    key: "contract.migrate-again",
    title: "migrate on a migrated store changes nothing",
    async run({ storage, second }) {
      await storage.commit([created]);
      const [one, two] = await Promise.all([storage.migrate(), second.migrate()]);
      assert.deepEqual([one.applied, two.applied], [[], []]);
      assert.equal(one.from, one.to);
      assert.deepEqual(await storage.load([slotKey("slot-0")]), [first]);
    },
  },
];
