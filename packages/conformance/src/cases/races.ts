import assert from "node:assert/strict";
import {
  askFor,
  assertOneAndReplays,
  assertSound,
  engineOn,
  minutes,
  patient,
  place,
  provider,
  publish,
  publishOne,
  tally,
} from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

export const raceCases: readonly ConformanceCase[] = [
  {
    key: "races.one-slot",
    title: "50 callers for one slot give one booking and 49 refusals with slot_booked",
    async run({ storage, second }) {
      const engines = [engineOn(storage), engineOn(second)] as const;
      const slot = await publishOne(engines[0]);
      const callers = Array.from({ length: 50 }, (_, index) =>
        engines[index % 2 === 0 ? 0 : 1].book({ actor: patient, slotId: slot.id, subjectId: `p-${index}` }),
      );
      assert.deepEqual(await tally(callers), { ok: 1, slot_booked: 49 });
      await assertSound(storage);
    },
  },
  {
    key: "races.seats",
    title: "50 callers for 49 seats leave exactly one without a seat",
    async run({ storage, second }) {
      const engines = [engineOn(storage), engineOn(second)] as const;
      await publish(engines[0], 1, 49);
      const want = { actor: patient, ...place, start: minutes(0), end: minutes(30) };
      const callers = Array.from({ length: 50 }, (_, index) =>
        engines[index % 2 === 0 ? 0 : 1].book({ ...want, subjectId: `p-${index}` }),
      );
      assert.deepEqual(await tally(callers), { ok: 49, no_slot_available: 1 });
      await assertSound(storage);
    },
  },
  {
    key: "races.accept-and-book",
    title: "accepting into a slot and booking it directly have one winner",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const asked = await Promise.all(
        Array.from({ length: 5 }, (_, i) => askFor(engine, minutes(0), minutes(30), `a-${i}`)),
      );
      const slot = await publishOne(engine);
      const callers = asked.flatMap(({ id }, index) => [
        engineOn(second).accept({ actor: provider, appointmentId: id, slotId: slot.id }),
        engine.book({ actor: patient, slotId: slot.id, subjectId: `p-${index}` }),
      ]);
      assert.deepEqual(await tally(callers), { ok: 1, slot_booked: 9 });
      await assertSound(storage);
    },
  },
  {
    key: "races.creators",
    title: "of two creators with overlapping slots one wins, on a schedule that does not exist yet",
    async run({ storage, second }) {
      const engines = [engineOn(storage), engineOn(second)] as const;
      const creators = Array.from({ length: 10 }, (_, index) => {
        const slots = [{ start: minutes(index), end: minutes(index + 30) }];
        return engines[index % 2 === 0 ? 0 : 1].createSlots({ actor: provider, ...place, slots });
      });
      assert.deepEqual(await tally(creators), { ok: 1, slot_overlap: 9 });
      await assertSound(storage);
    },
  },
  {
    key: "races.same-key",
    title: "one command sent many times at once takes effect once, and every call gets the same answer",
    async run({ storage, second }) {
      const engines = [engineOn(storage), engineOn(second)] as const;
      const slot = await publishOne(engines[0]);
      const want = { actor: patient, slotId: slot.id, subjectId: "p-1", idempotencyKey: "k" };
      const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => engines[i % 2 === 0 ? 0 : 1].book(want)));
      assertOneAndReplays(answers);
      assert.equal((await engines[0].listAppointments({})).items.length, 1);
      await assertSound(storage);
    },
  },
  {
    key: "races.opposite-order",
    title: "bookings of the same two slots in opposite order do not deadlock, and one of them wins both",
    async run({ storage, second }) {
      const [a, b] = await publish(engineOn(storage), 2);
      assert.ok(a && b);
      const at = { start: minutes(0), end: minutes(30) };
      const other = await engineOn(storage).createSlots({
        actor: provider,
        providerId: "room",
        facilityId: "north",
        slots: [at],
      });
      const room = other.slots[0];
      assert.ok(room);
      const callers = Array.from({ length: 10 }, (_, index) => {
        const [slotId, also] = index % 2 === 0 ? [a.id, room.id] : [room.id, a.id];
        const want = { actor: patient, subjectId: `p-${index}`, slotId, alsoSlotIds: [also] };
        return engineOn(index % 2 === 0 ? storage : second).book(want);
      });
      assert.deepEqual(await tally(callers), { ok: 1, slot_booked: 9 });
      await assertSound(storage);
    },
  },
  {
    key: "races.cancel-and-book",
    title: "cancelling and booking over and over keeps slot and appointments consistent",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const slot = await publishOne(engine);
      const takeAndLeave = async (subjectId: string, on: typeof engine) => {
        for (let round = 0; round < 5; round++) {
          const booked = await on.book({ actor: patient, slotId: slot.id, subjectId }).catch(() => undefined);
          if (booked) await on.cancel({ actor: patient, appointmentId: booked.appointment.id });
        }
      };
      await Promise.all(
        ["a", "b", "c", "d"].map((id, index) => takeAndLeave(id, index % 2 === 0 ? engine : engineOn(second))),
      );
      assert.equal((await engine.getSlot(slot.id)).status, "available");
      await assertSound(storage);
    },
  },
];
