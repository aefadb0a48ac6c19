import assert from "node:assert/strict";
import type { Engine, Slot } from "@slotwright/core";
import { assertSound, minutes, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { interrupted } from "../intercepted.ts";
import { bookAt, computed, stage } from "./computed.ts";

const by = { actor: provider, ...place };
const until = minutes(24 * 60);

/** How the time of a free slot is blocked. */
const ways: readonly { readonly how: string; readonly block: (engine: Engine, slot: Slot) => Promise<unknown> }[] = [
  { how: "by hand", block: (engine, { id }) => engine.block({ actor: provider, slotId: id }) },
  {
    how: "with its hold broken",
    async block(engine, { id }) {
      await engine.hold({ actor: provider, slotId: id });
      await engine.breakHold({ actor: provider, slotId: id, reason: "Closed", block: true });
    },
  },
  {
    how: "for another calendar",
    block: (engine, { start, end }) =>
      engine.importBusy({ ...by, source: "elsewhere", from: start, until: end, intervals: [{ start, end }] }),
  },
];

/** An engine whose next commit comes after something else, and one that works freely. */
function staged({
  storage,
  second,
}: {
  readonly storage: Parameters<typeof interrupted>[0];
  readonly second: Parameters<typeof stage>[0];
}) {
  const { next, stopping } = interrupted(storage);
  return { next, engine: stage(stopping), other: stage(second) };
}

export const blockedMeanwhileCases: readonly ConformanceCase[] = [
  {
    key: "publish.blocked-meanwhile",
    title: "nothing is published in time that is blocked before the publisher commits, whatever the seat",
    async run({ open }) {
      for (const { how, block } of ways) {
        const store = await open();
        const { next, engine, other } = staged(store);
        const hours = { ...computed("09:00", "09:30"), openings: "published" } as const;
        await other.setAvailability({ ...by, hours });
        await other.publishSlots({ ...by, until });
        const { items } = await other.listSlots({ providerIds: [place.providerId] });
        await other.setAvailability({ ...by, hours: { ...hours, offer: { minutes: 30, capacity: 2 } } });
        next.do = () => block(other, items[0] ?? assert.fail());
        assert.equal((await engine.publishSlots({ ...by, until })).obstructed, 1, how);
        assert.equal(next.do, undefined);
        const after = await other.listSlots({ providerIds: [place.providerId], statuses: ["available"] });
        assert.deepEqual(after.items, [], how);
        await assertSound(store.storage);
      }
    },
  },
  {
    key: "computed.blocked-meanwhile",
    title: "an opening is not booked in time that is blocked before the booking commits, whatever the seat",
    async run({ open }) {
      for (const { how, block } of ways) {
        const store = await open();
        const { next, engine, other } = staged(store);
        await other.setAvailability({ ...by, hours: computed("09:00", "11:00", { capacity: 2 }) });
        const { slots } = await other.createSlots({ ...by, slots: [{ start: minutes(15), end: minutes(45) }] });
        next.do = () => block(other, slots[0] ?? assert.fail());
        await refusal(bookAt(engine, 0), "no_slot_available");
        assert.equal(next.do, undefined, how);
        await assertSound(store.storage);
      }
    },
  },
];
