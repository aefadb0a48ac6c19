import assert from "node:assert/strict";
import {
  type AccessRequest,
  buffer,
  type Engine,
  maximumPerDay,
  minimumNotice,
  noOverlapOfSubject,
  type Rescheduled,
} from "@slotwright/core";
import { assertSound, minutes, patient, place, provider, refusal, tally } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { interrupted } from "../intercepted.ts";
import { bookAt, computed, found, shownTimes, stage } from "./computed.ts";

const by = { actor: provider, ...place };
const dayMinutes = 24 * 60;
const firstDay = { to: minutes(dayMinutes - 600) };
const timesOf = async (engine: Engine) => shownTimes(await found(engine, firstDay));

const moveTo = (engine: Engine, appointmentId: string, from: number, length = 30, more: object = {}) =>
  engine.reschedule({
    actor: patient,
    appointmentId,
    start: minutes(from),
    end: minutes(from + length),
    ...more,
  }) as Promise<Rescheduled>;

async function bookedAt(engine: Engine, from: number, length = 30, subjectId = "p-1"): Promise<string> {
  return (await bookAt(engine, from, length, { subjectId })).appointment.id;
}

export const computedRescheduleCases: readonly ConformanceCase[] = [
  {
    key: "computed.reschedule",
    title:
      "an appointment moves to a computed opening, whose slot is made in the same commit, and what was made for it is not in its way",
    async run({ storage, second }) {
      const [engine, reader] = [stage(storage), stage(second)];
      await engine.setAvailability({ ...by, hours: computed("09:00", "11:00", { step: 15 }) });
      const { appointment: before, slots: made } = await bookAt(engine, 0, 30);
      const appointmentId = before.id;
      await bookedAt(engine, 90, 30, "p-2");
      // Half of the new time is its own.
      const { appointment, slots, freedSlots } = await moveTo(engine, appointmentId, 15, 45);
      const [slot] = slots;
      assert.ok(slot !== undefined);
      assert.deepEqual(
        [appointment.start, appointment.end, appointment.status],
        [minutes(15), minutes(60), "confirmed"],
      );
      assert.deepEqual([appointment.slotIds, appointment.version], [[slot.id], before.version + 1]);
      assert.deepEqual([slot.status, slot.appointmentId, slot.version], ["booked", appointmentId, 1]);
      assert.deepEqual(
        freedSlots.map(({ id, status, version }) => [id, status, version]),
        [[made[0]?.id, "withdrawn", 2]],
      );
      assert.deepEqual(await reader.getSlot(slot.id), slot);
      assert.deepEqual(await reader.getAppointment(appointmentId), appointment);
      const { items } = await reader.history({ slotId: slot.id });
      assert.deepEqual(
        items.map(({ command, fromStatus, toStatus }) => [command, fromStatus, toStatus]),
        [["reschedule", null, "booked"]],
      );
      assert.deepEqual(await timesOf(reader), ["60"]);
      const refused: readonly (readonly [from: number, length: number])[] = [
        [75, 30], // half of it is taken by another
        [10, 30], // between two openings
        [0, 20], // no length of the offer
        [105, 30], // beyond the hours
      ];
      for (const [from, length] of refused) {
        const { details } = await refusal(moveTo(engine, appointmentId, from, length), "no_slot_available");
        assert.deepEqual([details.appointmentId, details.providerId], [appointmentId, place.providerId]);
        const time = { start: minutes(from), end: minutes(from + length) };
        const preview = await engine.preview("reschedule", { actor: patient, appointmentId, ...time });
        assert.equal(preview.possible, false);
      }
      await refusal(moveTo(engine, appointmentId, 30, 0), "invalid_time_range");
      await refusal(moveTo(engine, "none", 30), "appointment_not_found");
      await refusal(moveTo(engine, appointmentId, 30, 30, { ifVersion: 1 }), "version_conflict");
      await refusal(moveTo(engine, appointmentId, 30, 30, { end: undefined }), "invalid_input");
      const missing = await refusal(engine.reschedule({ actor: patient, appointmentId } as never), "invalid_input");
      assert.equal(missing.details.issues[0]?.path, "slotId");
      const near = await refusal(moveTo(engine, appointmentId, 75, 30, { alternatives: 3 }), "no_slot_available");
      assert.deepEqual(near.details.alternatives?.[0], { slotId: null, start: minutes(60), end: minutes(90) });
      // What it gives up is in no alternative's way.
      const over = await refusal(moveTo(engine, appointmentId, 10, 30, { alternatives: 3 }), "no_slot_available");
      assert.deepEqual(over.details.alternatives?.[0], { slotId: null, start: minutes(15), end: minutes(45) });
      // At the same time it stays in its slot.
      const kept = await moveTo(engine, appointmentId, 15, 45);
      assert.deepEqual([kept.slots, kept.freedSlots, kept.appointment.version], [[slot], [], appointment.version + 1]);
      const key = { idempotencyKey: "once" };
      const shorter = await moveTo(engine, appointmentId, 15, 30, key);
      assert.deepEqual(await moveTo(engine, appointmentId, 15, 30, key), { ...shorter, replayed: true });
      await refusal(moveTo(engine, appointmentId, 0, 30, key), "idempotency_key_reused");
      await assertSound(storage);
    },
  },
  {
    key: "computed.reschedule-stored",
    title: "an appointment that moves to a time stays in its own slot, or takes a free one that contains the time",
    async run({ storage }) {
      const engine = stage(storage);
      const own = [0, 60, 180].map((from) => ({ start: minutes(from), end: minutes(from + 60) }));
      const { slots: created } = await engine.createSlots({ ...by, slots: own });
      const [first, next, last] = created.map(({ id }) => id);
      const appointmentId = await bookedAt(engine, 0);
      const within = await moveTo(engine, appointmentId, 20);
      assert.deepEqual([within.appointment.slotIds, within.freedSlots], [[first], []]);
      const other = await moveTo(engine, appointmentId, 70);
      assert.deepEqual([other.appointment.slotIds, other.freedSlots[0]?.status], [[next], "available"]);
      // Without hours there is nothing else.
      await refusal(moveTo(engine, appointmentId, 120), "no_slot_available");
      await engine.setAvailability({ ...by, hours: computed("09:30", "12:00") });
      // A slot that becomes free again is in the way of an opening, wherever the appointment goes.
      await refusal(moveTo(engine, appointmentId, 90, 60), "no_slot_available");
      const opened = await moveTo(engine, appointmentId, 120, 60);
      assert.deepEqual([opened.slots[0]?.version, opened.freedSlots.map(({ id }) => id)], [1, [next]]);
      const back = await moveTo(engine, appointmentId, 190);
      assert.deepEqual([back.appointment.slotIds, back.freedSlots[0]?.status], [[last], "withdrawn"]);
      await engine.complete({ actor: provider, appointmentId });
      await refusal(moveTo(engine, appointmentId, 120), "invalid_transition");
      await assertSound(storage);
    },
  },
  {
    key: "computed.reschedule-policies",
    title: "policies and authorize decide about a move to a computed opening as about a booking of that time",
    async run({ storage }) {
      const bare = stage(storage);
      await bare.setAvailability({ ...by, hours: computed("09:00", "12:00", { capacity: 2 }) });
      const mine = await bookedAt(bare, 0);
      await bookedAt(bare, 90, 30, "p-2");
      await bookedAt(bare, 150);
      const asked: AccessRequest[] = [];
      const authorize = (request: AccessRequest) => {
        if (request.action !== "command") return undefined;
        asked.push(request);
        return +(request.input.start as Date) === +minutes(30) ? "Not then." : undefined;
      };
      const around = buffer({ beforeMinutes: 15, afterMinutes: 15 });
      const policies = [noOverlapOfSubject(), around, maximumPerDay({ count: 3 }), minimumNotice({ minutes: 1 })];
      const engine = stage(storage, { authorize, policies });
      const refusedBy = async (from: number) =>
        (await refusal(moveTo(engine, mine, from), "policy_violation")).details.policy;
      assert.equal(await refusedBy(150), "no_overlap_of_subject");
      assert.equal(await refusedBy(60), "buffer");
      await refusal(moveTo(engine, mine, 30), "forbidden");
      const time = { start: minutes(60), end: minutes(90) };
      const preview = await engine.preview("reschedule", { actor: patient, appointmentId: mine, ...time });
      assert.ok(!preview.possible);
      assert.deepEqual(
        preview.reasons.map(({ error }) => error.code),
        ["policy_violation"],
      );
      // What it has now is no neighbour, and counts once.
      const { slots, freedSlots } = await moveTo(engine, mine, 0, 60);
      assert.deepEqual([slots[0]?.end, freedSlots[0]?.status], [minutes(60), "withdrawn"]);
      assert.deepEqual((await moveTo(engine, mine, 0, 60)).slots, slots);
      assert.ok(asked.every((one) => one.action === "command" && one.slot === null && one.appointment !== null));
      await assertSound(storage);
    },
  },
  {
    key: "computed.reschedule-races",
    title:
      "of those who move to one opening, book it, or close it at once, one gets it, and the others keep what they have",
    async run({ storage, second }) {
      const engines = [stage(storage), stage(second)] as const;
      await engines[0].setAvailability({ ...by, hours: computed("09:00", "15:00") });
      const ids = [await bookedAt(engines[0], 300), await bookedAt(engines[0], 330, 30, "p-2")];
      for (const from of [0, 60, 120]) {
        const counts = await tally([
          ...ids.map((id, nth) => moveTo(engines[nth as 0 | 1], id, from)),
          bookAt(engines[1], from, 60, { subjectId: "p-3" }),
        ]);
        assert.deepEqual(counts, { ok: 1, no_slot_available: 2 });
        await assertSound(storage);
      }
      for (const id of ids) assert.equal((await engines[0].getAppointment(id)).status, "confirmed");
      // What is committed after it has decided, and before it commits.
      const { next, stopping } = interrupted(storage);
      const [one = ""] = ids;
      next.do = () => bookAt(engines[1], 240, 30, { subjectId: "p-4" });
      await refusal(moveTo(stage(stopping), one, 240), "no_slot_available");
      next.do = () => engines[1].setAvailability({ ...by, hours: computed("09:00", "09:30") });
      await refusal(moveTo(stage(stopping), one, 180), "no_slot_available");
      assert.equal(next.do, undefined);
      await assertSound(storage);
    },
  },
];
