import assert from "node:assert/strict";
import { type Engine, maximumPerDay, minimumNotice, noOverlapOfSubject } from "@slotwright/core";
import { assertSound, minutes, patient, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { bookAt, computed, found, shownTimes, stage } from "./computed.ts";

const by = { actor: provider, ...place };

async function askFor(engine: Engine, from: number, length = 30, more: object = {}): Promise<string> {
  const time = { start: minutes(from), end: minutes(from + length) };
  const asked = { actor: patient, subjectId: "p-1", ...place, ...time, ...more };
  return (await engine.request(asked)).appointment.id;
}

export const computedAcceptCases: readonly ConformanceCase[] = [
  {
    key: "computed.accept",
    title:
      "a request of a time that is a computed opening is accepted into a slot that is made for it, and of no other",
    async run({ storage, second }) {
      const [engine, other] = [stage(storage), stage(second)];
      await engine.setAvailability({ ...by, hours: computed("09:00", "10:30") });
      const wanted = await askFor(engine, 30);
      const between = await askFor(engine, 10);
      await refusal(engine.accept({ actor: provider, appointmentId: between }), "no_slot_available");
      const rival = await askFor(engine, 30, 60, { subjectId: "p-2" });
      const before = await engine.getSchedule(place);
      const { appointment, slots, freedSlots } = await engine.accept({ actor: provider, appointmentId: wanted });
      const [slot] = slots;
      assert.ok(slot !== undefined);
      assert.deepEqual([appointment.status, appointment.slotIds, freedSlots], ["confirmed", [slot.id], []]);
      assert.deepEqual([slot.status, slot.appointmentId, slot.version], ["booked", wanted, 1]);
      assert.deepEqual([slot.start, slot.end], [minutes(30), minutes(60)]);
      assert.deepEqual(await other.getSlot(slot.id), slot);
      assert.equal((await other.getSchedule(place)).version, before.version + 1);
      const { items } = await other.history({ slotId: slot.id });
      assert.deepEqual(
        items.map(({ command, fromStatus, toStatus }) => [command, fromStatus, toStatus]),
        [["accept", null, "booked"]],
      );
      await refusal(other.accept({ actor: provider, appointmentId: rival }), "no_slot_available");
      const to = minutes(600);
      assert.deepEqual(shownTimes(await found(other, { to })), ["0", "60"]);
      // A free slot that contains the time comes first.
      const own = [{ start: minutes(120), end: minutes(180) }];
      const created = await engine.createSlots({ ...by, slots: own });
      const late = await engine.accept({ actor: provider, appointmentId: await askFor(engine, 130) });
      assert.deepEqual(late.appointment.slotIds, [created.slots[0]?.id]);
      const ended = await engine.cancel({ actor: provider, appointmentId: wanted });
      assert.deepEqual(
        ended.slots.map(({ status }) => status),
        ["withdrawn"],
      );
      assert.deepEqual(shownTimes(await found(other, { to })), ["0", "30", "60"]);
      await assertSound(storage);
    },
  },
  {
    key: "computed.accept-policies",
    title: "policies decide about a request that is accepted into a computed opening as about a booking of that time",
    async run({ storage }) {
      const bare = stage(storage);
      const policies = [minimumNotice({ minutes: 1 }), noOverlapOfSubject(), maximumPerDay({ count: 1 })];
      const engine = stage(storage, { policies });
      await bare.setAvailability({ ...by, hours: computed("09:00", "11:00", { capacity: 2 }) });
      const [first, second] = [await askFor(bare, 0), await askFor(bare, 60, 30, { subjectId: "p-2" })];
      const third = await askFor(bare, 90, 30, { subjectId: "p-3" });
      const elsewhere = { ...by, providerId: "dr-yang" };
      const { slots } = await bare.createSlots({ ...elsewhere, slots: [{ start: minutes(0), end: minutes(30) }] });
      await bare.book({ actor: patient, slotId: slots[0]?.id ?? "", subjectId: "p-1" });
      const accept = (appointmentId: string) => engine.accept({ actor: provider, appointmentId });
      assert.equal((await engine.preview("accept", { actor: provider, appointmentId: first })).possible, false);
      assert.equal((await refusal(accept(first), "policy_violation")).details.policy, "no_overlap_of_subject");
      assert.equal((await accept(second)).appointment.status, "confirmed");
      assert.equal((await refusal(accept(third), "policy_violation")).details.policy, "maximum_per_day");
      await assertSound(storage);
    },
  },
  {
    key: "computed.accept-races",
    title: "of a booking and two who accept requests for one opening at once, one gets it",
    async run({ storage, second }) {
      const engines = [stage(storage), stage(second)] as const;
      await engines[0].setAvailability({ ...by, hours: computed("09:00", "15:00") });
      for (let round = 0; round < 6; round += 1) {
        const from = round * 60;
        const ids = [await askFor(engines[0], from), await askFor(engines[0], from, 60, { subjectId: "p-2" })];
        const settled = await Promise.allSettled([
          ...ids.map((appointmentId, nth) => engines[nth as 0 | 1].accept({ actor: provider, appointmentId })),
          bookAt(engines[1], from, 30, { subjectId: "p-3" }),
        ]);
        assert.equal(settled.filter(({ status }) => status === "fulfilled").length, 1);
      }
      await assertSound(storage);
    },
  },
];
