import assert from "node:assert/strict";
import { weekdays } from "@slotwright/core";
import { limits } from "@slotwright/core/adapter";
import { assertSound, manualClock, minutes, patient, place, provider } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { interrupted } from "../intercepted.ts";
import { computed, stage } from "./computed.ts";

const by = { actor: provider, ...place };
const until = minutes(24 * 60);
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
      const day = 24 * 60 * 60_000;
      const inDays = (days: number) => new Date(clock.now().getTime() + days * day);
      // Rules are kept for a year more than slots are published ahead.
      const last = inDays(370 + limits.publishedDays - 1)
        .toISOString()
        .slice(0, 10);
      const weekly = [{ days: weekdays, from: "09:00", to: "09:30", validFrom: last, validUntil: last }];
      const { availability } = await engine.setAvailability({ ...by, hours: { offer: { minutes: 30 }, weekly } });
      clock.advance(370 * day);
      assert.equal((await engine.publishSlots({ ...by, until: inDays(limits.publishedDays) })).created, 1);
      const { version, zoneRules } = await engine.getAvailability(place);
      assert.equal(version, availability.version + 1);
      assert.equal(zoneRules.length, 1);
      assert.ok((zoneRules[0]?.until ?? "") > (availability.zoneRules[0]?.until ?? ""));
    },
  },
];
