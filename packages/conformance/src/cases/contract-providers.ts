import assert from "node:assert/strict";
import type { Slot } from "@slotwright/core";
import type { Position } from "@slotwright/core/adapter";
import { computedSlotId } from "@slotwright/core/checking";
import { engineOn } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { sampleInstant, sampleNow, sampleSchedule, slotAt, transitionOf } from "../records.ts";

const providerAt = (number: number): string => `provider-${number % 25}`;
const idsOf = (slots: readonly Slot[]): readonly string[] => slots.map(({ id }) => id);

export const contractProviderCases: readonly ConformanceCase[] = [
  {
    key: "contract.slots-of-providers",
    title: "slots of any number of providers come in one order, page by page, once even if a provider is named twice",
    async run({ storage }) {
      const slots = Array.from({ length: 100 }, (_, index) => slotAt(index * 30, { providerId: providerAt(index) }));
      assert.deepEqual(await storage.commit([transitionOf("fill", sampleSchedule, ...slots)]), [
        { status: "committed" },
      ]);
      for (const count of [1, 2, 3, 7, 8, 9, 12, 13, 25, 100]) {
        const providerIds = Array.from({ length: count }, (_, index) => providerAt(index * 3));
        const expected = idsOf(slots.filter(({ providerId }) => providerIds.includes(providerId)));
        const found: Slot[] = [];
        for (let after: Position | undefined; ; ) {
          const query = { providerIds, asOf: sampleNow, limit: 7, ...(after && { after }) };
          const page = await storage.findSlots(query);
          found.push(...page);
          after = page.at(-1);
          if (page.length < 7) break;
        }
        assert.deepEqual(idsOf(found), expected, `${count} providers`);
        const last = await storage.findSlots({ providerIds, asOf: sampleNow, limit: 5, descending: true });
        assert.deepEqual(idsOf(last), expected.slice(-5).reverse(), `${count} providers, backwards`);
      }
    },
  },
  {
    key: "contract.week-of-providers",
    title: "a week of nine providers is listed and on offer, without the slot of an opening whose hold has ended",
    async run({ storage, second }) {
      const id = computedSlotId("hours", sampleInstant(0), 0, 0);
      const held = { tokenHash: "0".repeat(64), expiresAt: sampleInstant(5), holderId: null };
      const slots = Array.from({ length: 9 }, (_, index) => slotAt(index * 30, { providerId: providerAt(index) }));
      const ended = slots.map((slot, index) => (index < 2 ? ({ ...slot, status: "held", hold: held } as const) : slot));
      const [computed, ...others] = ended.map((slot, index) => (index === 0 ? { ...slot, id } : slot));
      assert.ok(computed);
      await storage.commit([transitionOf("fill", sampleSchedule, computed, ...others)]);
      const week = { from: sampleInstant(0), to: sampleInstant(7 * 24 * 60) };
      const providerIds = slots.map(({ providerId }) => providerId);
      for (const [minutesLater, expected] of [
        [4, others.slice(1)],
        [5, others],
      ] as const) {
        const clock = { now: () => sampleInstant(minutesLater), sleep: async () => {} };
        const reader = engineOn(second, { clock });
        const list = await reader.listSlots({ ...week, providerIds, statuses: ["available"] });
        assert.deepEqual(idsOf(list.items), idsOf(expected));
        const open = await reader.findOpen({ ...week, providerIds });
        assert.deepEqual(
          open.items.map(({ slotId }) => slotId),
          idsOf(expected),
        );
      }
    },
  },
];
