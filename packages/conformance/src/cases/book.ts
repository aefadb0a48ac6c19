import assert from "node:assert/strict";
import { assertSound, engineOn, minutes, patient, place, provider, publish, publishOne, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

export const bookCases: readonly ConformanceCase[] = [
  {
    key: "booking.direct",
    title: "a direct booking makes the appointment and takes the slot in one step",
    async run({ storage, second }) {
      const slot = await publishOne(engineOn(storage));
      const booked = await engineOn(storage).book({
        actor: patient,
        slotId: slot.id,
        subjectId: "p-1",
        metadata: { why: "flu" },
      });
      assert.equal(booked.appointment.status, "confirmed");
      assert.deepEqual(booked.appointment.slotIds, [slot.id]);
      assert.deepEqual([booked.appointment.start, booked.appointment.end], [slot.start, slot.end]);
      const reader = engineOn(second);
      assert.deepEqual(await reader.getAppointment(booked.appointment.id), booked.appointment);
      assert.deepEqual([await reader.getSlot(slot.id)], booked.slots);
      assert.deepEqual(await reader.checkSync(slot.id), { slotId: slot.id, inSync: true, faults: [] });
      await assertSound(second);
    },
  },
  {
    key: "booking.part-of-slot",
    title: "an appointment may be shorter than its slot, but never longer",
    async run({ storage }) {
      const engine = engineOn(storage);
      const slot = await publishOne(engine);
      const want = { actor: patient, slotId: slot.id, subjectId: "p-1" };
      await refusal(engine.book({ ...want, start: minutes(-1), end: minutes(10) }), "time_mismatch");
      await refusal(engine.book({ ...want, start: minutes(10), end: minutes(31) }), "time_mismatch");
      const { appointment } = await engine.book({ ...want, start: minutes(10), end: minutes(20) });
      assert.deepEqual([appointment.start, appointment.end], [minutes(10), minutes(20)]);
      await assertSound(storage);
    },
  },
  {
    key: "booking.by-time",
    title: "a booking by time takes the shortest free slot that contains it",
    async run({ storage }) {
      const engine = engineOn(storage);
      const slots = [
        { start: minutes(0), end: minutes(120) },
        { start: minutes(120), end: minutes(150) },
      ];
      const created = await engine.createSlots({ actor: provider, ...place, slots });
      const want = { actor: patient, ...place, subjectId: "p-1" };
      const short = await engine.book({ ...want, start: minutes(125), end: minutes(140) });
      assert.deepEqual(short.appointment.slotIds, [created.slots[1]?.id]);
      const details = await refusal(
        engine.book({ ...want, start: minutes(110), end: minutes(130) }),
        "no_slot_available",
      );
      assert.equal(details.status, 409);
      await refusal(engine.book({ ...want, start: minutes(125), end: minutes(140) }), "no_slot_available");
      await refusal(
        engine.book({ ...want, facilityId: "south", start: minutes(0), end: minutes(9) }),
        "no_slot_available",
      );
    },
  },
  {
    key: "booking.group",
    title: "a group slot takes as many appointments as it has seats",
    async run({ storage }) {
      const engine = engineOn(storage);
      const seats = await publish(engine, 1, 3);
      assert.deepEqual(
        seats.map(({ seat }) => seat),
        [0, 1, 2],
      );
      const want = { actor: patient, ...place, start: minutes(0), end: minutes(30) };
      for (const subjectId of ["a", "b", "c"]) await engine.book({ ...want, subjectId });
      await refusal(engine.book({ ...want, subjectId: "d" }), "no_slot_available");
      await assertSound(storage);
    },
  },
  {
    key: "booking.several-slots",
    title: "an appointment takes its provider's slot and a room's, or neither",
    async run({ storage }) {
      const engine = engineOn(storage);
      const slot = await publishOne(engine);
      const room = { providerId: "room-1", facilityId: "north" };
      const slots = [{ start: minutes(0), end: minutes(60) }];
      const roomSlot = (await engine.createSlots({ actor: provider, ...room, slots })).slots[0];
      assert.ok(roomSlot);
      const want = { actor: patient, subjectId: "p-1", slotId: slot.id, alsoSlotIds: [roomSlot.id] };
      await engine.block({ actor: provider, slotId: roomSlot.id });
      assert.equal((await refusal(engine.book(want), "slot_blocked")).details.slotId, roomSlot.id);
      assert.equal((await engine.getSlot(slot.id)).status, "available");
      await engine.unblock({ actor: provider, slotId: roomSlot.id });
      const { appointment } = await engine.book(want);
      assert.deepEqual(appointment.slotIds, [slot.id, roomSlot.id]);
      await assertSound(storage);
      await engine.cancel({ actor: patient, appointmentId: appointment.id });
      assert.deepEqual(
        [(await engine.getSlot(slot.id)).status, (await engine.getSlot(roomSlot.id)).status],
        ["available", "available"],
      );
      await assertSound(storage);
    },
  },
  {
    key: "booking.alternatives",
    title: "a refusal for a taken slot offers free slots nearby if the caller asked for them",
    async run({ storage }) {
      const engine = engineOn(storage);
      const [first, second, third] = await publish(engine, 3);
      assert.ok(first && second && third);
      const want = { actor: patient, slotId: first.id, subjectId: "p-1", alternatives: 2 };
      await engine.book(want);
      const { details } = await refusal(engine.book(want), "slot_booked");
      assert.deepEqual(
        details.alternatives?.map(({ slotId }) => slotId),
        [second.id, third.id],
      );
      const byTime = {
        actor: patient,
        ...place,
        subjectId: "p-1",
        start: minutes(0),
        end: minutes(30),
        alternatives: 1,
      };
      const none = await refusal(engine.book(byTime), "no_slot_available");
      assert.deepEqual(
        none.details.alternatives?.map(({ slotId }) => slotId),
        [second.id],
      );
      // The requested time counts, not the taken slot's. Slots that are too short are left out, and earlier ones are
      // offered, too.
      await engine.book({ ...want, slotId: third.id });
      const long = { start: minutes(100), end: minutes(160) };
      const short = { start: minutes(90), end: minutes(95) };
      const [, later] = (await engine.createSlots({ actor: provider, ...place, slots: [short, long] })).slots;
      const last = await refusal(engine.book({ ...want, slotId: third.id, end: minutes(70) }), "slot_booked");
      assert.deepEqual(
        last.details.alternatives?.map(({ slotId }) => slotId),
        [second.id, later?.id],
      );
    },
  },
];
