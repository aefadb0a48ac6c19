import assert from "node:assert/strict";
import { assertSound, minutes, patient, place, provider } from "../fixtures.ts";
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
];
