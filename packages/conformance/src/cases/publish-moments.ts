import assert from "node:assert/strict";
import { type Hours, weekdays } from "@slotwright/core";
import { limits } from "@slotwright/core/adapter";
import { assertSound, manualClock, minutes, patient, place, provider } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { interrupted } from "../intercepted.ts";
import { computed, stage } from "./computed.ts";

const by = { actor: provider, ...place };
const until = minutes(24 * 60);
const dayMs = 24 * 60 * 60_000;

/** Hours before and after a change, across ten past ten, at which the commits of a publisher end. */
const acrossCommits: readonly (readonly [before: Window, after: Window])[] = [
  // A new opening is in the way of slots on both sides.
  [
    ["09:15", "12:15", 30],
    ["09:30", "12:30", 60],
  ],
  // An old slot is in the way of new openings on both sides.
  [
    ["09:30", "12:30", 60],
    ["09:15", "12:15", 30],
  ],
  [
    ["10:00", "12:00", 60],
    ["10:30", "12:30", 60],
  ],
];

type Window = readonly [from: string, to: string, minutes: number];

const hours = (to: string) => ({ ...computed("09:00", to), openings: "published" }) as const;

export const publishMomentCases: readonly ConformanceCase[] = [
  {
    key: "publish.one-moment",
    title:
      "a publisher with nothing to do reports by the hours and the slots of one moment: nobody is outside of hours that are over",
    async run({ storage, second }) {
      const { next, stopping } = interrupted(storage, "findSlots");
      const [engine, other] = [stage(stopping), stage(second)];
      await other.setAvailability({ ...by, hours: hours("10:00") });
      await other.publishSlots({ ...by, until });
      next.do = async () => {
        await other.setAvailability({ ...by, hours: hours("11:00") });
        await other.publishSlots({ ...by, until });
        const { items } = await other.listSlots({ providerIds: [place.providerId], from: minutes(60) });
        for (const { id } of items) await other.book({ actor: patient, slotId: id, subjectId: "p-1" });
        assert.equal(items.length, 2);
      };
      const { outside, outsideCount, ...counts } = await engine.publishSlots({ ...by, until });
      assert.equal(next.do, undefined);
      assert.deepEqual({ outside, outsideCount }, { outside: [], outsideCount: 0 });
      assert.deepEqual(counts, { dryRun: false, created: 0, kept: 4, withdrawn: 0, obstructed: 0 });
      await assertSound(storage);
    },
  },
  {
    key: "publish.written",
    title: "all who set hours, publish, create, block or free time write the schedule, on which they meet",
    async run({ storage }) {
      const engine = stage(storage);
      const { slots } = await engine.createSlots({ ...by, slots: [{ start: minutes(0), end: minutes(30) }] });
      const slotId = slots[0]?.id ?? "";
      const busy = { source: "elsewhere", from: minutes(-60), until };
      const intervals = [{ start: minutes(200), end: minutes(230) }];
      const works: readonly (() => Promise<unknown>)[] = [
        () => engine.createSlots({ ...by, slots: [{ start: minutes(300), end: minutes(330) }] }),
        () => engine.block({ actor: provider, slotId }),
        () => engine.unblock({ actor: provider, slotId }),
        () => engine.setAvailability({ ...by, hours: hours("11:00") }),
        () => engine.publishSlots({ ...by, until }),
        () => engine.importBusy({ ...by, ...busy, intervals }),
        () => engine.importBusy({ ...by, ...busy, intervals: [] }),
      ];
      const versions: number[] = [];
      for (const work of works) {
        await work();
        versions.push((await engine.getSchedule(place)).version);
      }
      assert.deepEqual(versions, [2, 3, 4, 5, 6, 7, 8]);
      // Nothing is to be done, so nothing is written.
      await engine.publishSlots({ ...by, until });
      assert.equal((await engine.getSchedule(place)).version, 8);
    },
  },
  {
    key: "publish.created-meanwhile",
    title: "nothing is published over slots that were created before the publisher commits",
    async run({ storage, second }) {
      const { next, stopping } = interrupted(storage);
      const [engine, other] = [stage(stopping), stage(second)];
      await other.setAvailability({ ...by, hours: hours("11:00") });
      next.do = () => other.createSlots({ ...by, slots: [{ start: minutes(15), end: minutes(45) }] });
      const { created, obstructed } = await engine.publishSlots({ ...by, until });
      assert.equal(next.do, undefined);
      assert.deepEqual([created, obstructed], [2, 2]);
      await assertSound(storage);
    },
  },
  {
    key: "publish.zone-rules",
    title: "a publisher who goes beyond the time for which the rules of the zone are kept writes them anew",
    async run({ storage }) {
      const clock = manualClock();
      const engine = stage(storage, { clock });
      const inDays = (days: number) => new Date(clock.now().getTime() + days * dayMs);
      // Rules are kept for a year more than slots are published ahead.
      const last = inDays(370 + limits.publishedDays - 1)
        .toISOString()
        .slice(0, 10);
      const weekly = [{ days: weekdays, from: "09:00", to: "09:30", validFrom: last, validUntil: last }];
      const { availability } = await engine.setAvailability({ ...by, hours: { offer: { minutes: 30 }, weekly } });
      clock.advance(370 * dayMs);
      assert.equal((await engine.publishSlots({ ...by, until: inDays(limits.publishedDays) })).created, 1);
      const { version, zoneRules } = await engine.getAvailability(place);
      assert.equal(version, availability.version + 1);
      assert.equal(zoneRules.length, 1);
      assert.ok((zoneRules[0]?.until ?? "") > (availability.zoneRules[0]?.until ?? ""));
    },
  },
  {
    key: "publish.dry-commits",
    title: "a dry run counts over several commits what publishing then does, and nothing twice where one commit ends",
    async run({ storage }) {
      const clock = manualClock();
      const engine = stage(storage, { clock });
      clock.advance((10 * 60 + 10) * 60_000);
      const until = new Date(clock.now().getTime() + 70 * dayMs);
      for (const [index, windows] of acrossCommits.entries()) {
        const there = { ...by, providerId: `dr-${index}` };
        const [before, after] = windows.map(
          ([from, to, minutes]): Hours => ({ offer: { minutes }, weekly: [{ days: weekdays, from, to }] }),
        ) as [Hours, Hours];
        await engine.setAvailability({ ...there, hours: before });
        await engine.publishSlots({ ...there, until });
        const { effect } = await engine.setAvailability({ ...there, hours: after, dryRun: true, until });
        await engine.setAvailability({ ...there, hours: after });
        assert.deepEqual(await engine.publishSlots({ ...there, until, dryRun: true }), effect);
        const done = await engine.publishSlots({ ...there, until });
        assert.deepEqual({ ...done, dryRun: true }, effect, `the change ${index}`);
        const again = await engine.publishSlots({ ...there, until });
        assert.deepEqual([again.created, again.withdrawn], [0, 0]);
      }
    },
  },
];
