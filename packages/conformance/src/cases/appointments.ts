import assert from "node:assert/strict";
import {
  askFor,
  assertSound,
  engineOn,
  minutes,
  patient,
  provider,
  publish,
  publishOne,
  refusal,
} from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

export const appointmentCases: readonly ConformanceCase[] = [
  {
    key: "booking.accept",
    title: "a provider accepts a requested appointment into a slot, under the same checks as a direct booking",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const asked = await askFor(engine, minutes(5), minutes(25));
      const [slot, later] = await publish(engine, 2);
      assert.ok(slot && later);
      const accept = { actor: provider, appointmentId: asked.id };
      await refusal(engine.accept({ ...accept, slotId: later.id }), "time_mismatch");
      const foreign = await engine.createSlots({
        actor: provider,
        providerId: "dr-jones",
        facilityId: "north",
        slots: [{ start: minutes(0), end: minutes(30) }],
      });
      await refusal(engine.accept({ ...accept, slotId: foreign.slots[0]?.id ?? "" }), "schedule_mismatch");
      await engine.block({ actor: provider, slotId: slot.id });
      await refusal(engine.accept({ ...accept, slotId: slot.id }), "slot_blocked");
      await engine.unblock({ actor: provider, slotId: slot.id });
      const { appointment, slots } = await engineOn(second).accept({ ...accept, slotId: slot.id });
      assert.deepEqual([appointment.status, appointment.slotIds], ["confirmed", [slot.id]]);
      assert.equal(slots[0]?.appointmentId, asked.id);
      await refusal(engine.accept({ ...accept, slotId: slot.id }), "invalid_transition");
      await assertSound(storage);
    },
  },
  {
    key: "booking.accept-finds-slot",
    title: "accept without a slot finds a free one that contains the time",
    async run({ storage }) {
      const engine = engineOn(storage);
      const asked = await askFor(engine, minutes(5), minutes(25));
      const accept = { actor: provider, appointmentId: asked.id };
      const none = await refusal(engine.accept(accept), "no_slot_available");
      // A field that only book() accepts must not appear in this advice.
      assert.doesNotMatch(none.message, /ifNoSlot/);
      assert.equal(none.details.appointmentId, accept.appointmentId);
      const slot = await publishOne(engine);
      // A slot that is named as a further slot is not found again as the first one.
      await refusal(engine.accept({ ...accept, alsoSlotIds: [slot.id] }), "no_slot_available");
      assert.deepEqual((await engine.accept(accept)).appointment.slotIds, [slot.id]);
      await assertSound(storage);
    },
  },
  {
    key: "booking.cancel-frees",
    title: "a cancellation frees the slot in the same commit, and the next caller gets it",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const slot = await publishOne(engine);
      const want = { actor: patient, slotId: slot.id, subjectId: "p-1" };
      const { appointment } = await engine.book(want);
      await refusal(engineOn(second).book(want), "slot_booked");
      const cancelled = await engine.cancel({ actor: provider, appointmentId: appointment.id, reason: "ill" });
      assert.deepEqual([cancelled.appointment.status, cancelled.appointment.slotIds], ["cancelled", []]);
      assert.equal(cancelled.slots[0]?.status, "available");
      await assertSound(second);
      assert.equal((await engineOn(second).book(want)).appointment.status, "confirmed");
      await refusal(engine.cancel({ actor: patient, appointmentId: appointment.id }), "invalid_transition");
    },
  },
  {
    key: "booking.reschedule",
    title: "a reschedule takes the new slot and frees the old one in one step",
    async run({ storage }) {
      const engine = engineOn(storage);
      const [from, to] = await publish(engine, 2);
      assert.ok(from && to);
      const { appointment } = await engine.book({ actor: patient, slotId: from.id, subjectId: "p-1" });
      const moved = await engine.reschedule({ actor: patient, appointmentId: appointment.id, slotId: to.id });
      assert.deepEqual([moved.appointment.slotIds, moved.appointment.start], [[to.id], to.start]);
      assert.deepEqual(moved.freedSlots, [await engine.getSlot(from.id)]);
      assert.equal(moved.freedSlots[0]?.status, "available");
      await assertSound(storage);
      const shortened = { actor: patient, appointmentId: appointment.id, slotId: to.id, end: minutes(50) };
      assert.deepEqual((await engine.reschedule(shortened)).appointment.end, minutes(50));
      await refusal(engine.reschedule({ ...shortened, end: minutes(61) }), "time_mismatch");
      await assertSound(storage);
    },
  },
];
