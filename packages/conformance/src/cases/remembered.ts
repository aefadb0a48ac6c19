import assert from "node:assert/strict";
import type { Slot } from "@slotwright/core";
import { keyOf } from "@slotwright/core/adapter";
import { engineOn, manualClock, patient, provider, publish, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { appointmentOn } from "../records.ts";

/** Held, at the same version, until so long after the clock's first instant. */
function heldFor(slot: Slot, ms: number): Slot {
  const expiresAt = new Date(manualClock().now().getTime() + ms);
  return { ...slot, status: "held", hold: { tokenHash: "of somebody else", expiresAt, holderId: null } };
}

/**
 * A failover that takes commits back lets a version come again with another state. Here it is written by hand, to slots
 * that an engine has seen free.
 */
export const rememberedCases: readonly ConformanceCase[] = [
  {
    key: "booking.remembered-version-again",
    title:
      "a slot that was seen free, and whose version now has a hold or a block, is refused as that, and stays as it is",
    async run({ storage, second, corrupt }) {
      const engine = engineOn(storage, { clock: manualClock() });
      const [free, ...slots] = await publish(engine, 4);
      const [held, blocked, withdrawn] = slots as [Slot, Slot, Slot];
      const now: readonly Slot[] = [
        heldFor(held, 60_000),
        { ...blocked, status: "blocked" },
        { ...withdrawn, status: "withdrawn" },
      ];
      await corrupt({ put: now });
      const book = ({ id }: Slot, ...alsoSlotIds: readonly string[]) =>
        engine.book({ actor: patient, slotId: id, subjectId: "p-1", alsoSlotIds });
      await refusal(book(held), "slot_held");
      await refusal(book(blocked), "slot_blocked");
      await refusal(book(withdrawn), "slot_withdrawn");
      await engine.listSlots({});
      assert.ok(free);
      await refusal(book(free, held.id), "slot_held");
      assert.deepEqual(await second.load([free, ...now]), [free, ...now]);
      assert.equal((await book(free)).slots[0]?.status, "booked");
    },
  },
  {
    key: "booking.remembered-booked-by-hand",
    title: "an engine that saw slots free does not take them if they were given away by hand at the same versions",
    async run({ storage, second, corrupt }) {
      const engine = engineOn(storage);
      const slots = (await publish(engine, 3)) as [Slot, Slot, Slot];
      const byHand = slots.map((slot): Slot => ({ ...slot, status: "booked", appointmentId: appointmentOn(slot).id }));
      await corrupt({ put: [...slots.map((slot) => appointmentOn(slot)), ...byHand] });
      const [{ id: slotId }, held, blocked] = slots;
      await refusal(engine.book({ actor: patient, slotId, subjectId: "p-1" }), "slot_booked");
      await refusal(engine.hold({ actor: patient, slotId: held.id }), "slot_booked");
      await refusal(engine.block({ actor: provider, slotId: blocked.id }), "slot_booked");
      assert.deepEqual(await second.load(slots.map(keyOf)), byHand);
    },
  },
  {
    key: "booking.remembered-hold-that-ended",
    title: "a slot that was seen free, and whose version now has a hold that has ended, is booked",
    async run({ storage, second, corrupt }) {
      const engine = engineOn(storage, { clock: manualClock() });
      const [slot] = await publish(engine);
      assert.ok(slot);
      await corrupt({ put: [heldFor(slot, -1)] });
      const { slots } = await engine.book({ actor: patient, slotId: slot.id, subjectId: "p-1" });
      assert.deepEqual(await second.load([slot]), slots);
      assert.deepEqual([slots[0]?.status, slots[0]?.version, slots[0]?.hold], ["booked", 2, null]);
    },
  },
];
