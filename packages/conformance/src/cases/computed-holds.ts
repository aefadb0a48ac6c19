import assert from "node:assert/strict";
import type { Engine, HeldSlot, Slot } from "@slotwright/core";
import { assertSound, manualClock, minutes, patient, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { bookAt, computed, found, shownTimes, stage } from "./computed.ts";

const by = { actor: provider, ...place };
const dayMinutes = 24 * 60;
/** The first day of the cases. */
const firstDay = { to: minutes(dayMinutes - 600) };
const wholeDay = { from: minutes(-540), to: minutes(dayMinutes - 600) };
const mornings = computed("09:00", "11:00", { step: 15 });

/** Holds a time from so many minutes after nine o'clock on, for a minute. */
export const holdAt = (engine: Engine, from: number, length = 30, more: object = {}): Promise<HeldSlot> =>
  engine.hold({
    actor: patient,
    ...place,
    start: minutes(from),
    end: minutes(from + length),
    seconds: 60,
    ...more,
  });

const times = async (engine: Engine, length = 30, more: object = {}) =>
  shownTimes(await found(engine, { ...firstDay, minutes: length, ...more }));

const historyOf = async (engine: Engine, { id }: Pick<Slot, "id">) =>
  (await engine.history({ slotId: id })).items.map(
    ({ command, fromStatus, toStatus }) => `${command} ${fromStatus} ${toStatus}`,
  );

export const computedHoldCases: readonly ConformanceCase[] = [
  {
    key: "computed-holds.hold",
    title: "the hold of a computed opening makes its slot, held, and its token books it; any other time is refused",
    async run({ storage, second }) {
      const [engine, reader] = [stage(storage), stage(second)];
      await engine.setAvailability({ ...by, hours: computed("09:00", "10:30") });
      const before = await reader.getSchedule(place);
      const wanted = { actor: patient, ...place, start: minutes(30), end: minutes(60), seconds: 60, holderId: "h-1" };
      const preview = await reader.preview("hold", wanted);
      assert.ok(preview.possible && preview.result.slot.status === "held");
      const { slot, alsoSlots, holdToken } = await engine.hold(wanted);
      assert.deepEqual([slot.status, slot.version, slot.appointmentId, alsoSlots], ["held", 1, null, []]);
      assert.deepEqual([slot.start, slot.end, slot.hold?.holderId], [minutes(30), minutes(60), "h-1"]);
      assert.deepEqual(await reader.getSlot(slot.id), slot);
      assert.equal((await reader.getSchedule(place)).version, before.version + 1);
      assert.deepEqual(await times(reader), ["0", "60"]);
      assert.deepEqual(await times(reader, 30, { holdTokens: [holdToken] }), ["0", "30s", "60"]);
      assert.deepEqual((await reader.listSlots({ holderId: "h-1" })).items, [slot]);
      for (const [from, length] of [
        [30, 30],
        [0, 60],
        [15, 30],
        [60, 15],
        [-30, 30],
        [75, 30],
      ] as const) {
        const other = { ...wanted, start: minutes(from), end: minutes(from + length) };
        const refused = await reader.preview("hold", other);
        assert.deepEqual(refused.possible || refused.reasons.map(({ error }) => error.code), ["no_slot_available"]);
        await refusal(holdAt(reader, from, length), "no_slot_available");
        await refusal(bookAt(reader, from, length), "no_slot_available");
      }
      await refusal(holdAt(reader, 60, 0), "invalid_time_range");
      await refusal(holdAt(reader, 0, 30, { providerId: "dr-yang" }), "no_slot_available");
      const { onOffer, reasons } = await reader.explain({ ...place, start: minutes(30), end: minutes(60) });
      assert.deepEqual([onOffer, reasons[0]?.error.code], [false, "slot_held"]);
      await refusal(bookAt(reader, 0, 30, { slotId: slot.id, holdToken }), "time_mismatch");
      await refusal(reader.book({ actor: patient, subjectId: "p-2", slotId: slot.id }), "slot_held");
      const longer = await engine.extend({ actor: patient, slotId: slot.id, holdToken, seconds: 120 });
      assert.deepEqual([longer.slot.status, longer.slot.version], ["held", 2]);
      const { appointment } = await engine.book({ actor: patient, subjectId: "p-1", slotId: slot.id, holdToken });
      assert.deepEqual(await historyOf(reader, slot), ["hold null held", "extend held held", "book held booked"]);
      const ended = await engine.cancel({ actor: patient, appointmentId: appointment.id });
      assert.equal(ended.slots[0]?.status, "withdrawn");
      assert.deepEqual(await times(reader), ["0", "30", "60"]);
      await assertSound(storage);
    },
  },
  {
    key: "computed-holds.stored-first",
    title: "a hold of a time takes a free slot that contains it, and an opening only where there is none",
    async run({ storage }) {
      const engine = stage(storage);
      const own = [{ start: minutes(0), end: minutes(60) }];
      const created = await engine.createSlots({ ...by, slots: own });
      const { slot, holdToken } = await holdAt(engine, 15);
      assert.deepEqual([slot.id, slot.version, slot.end], [created.slots[0]?.id, 2, minutes(60)]);
      assert.equal((await refusal(holdAt(engine, 15), "no_slot_available")).details.command, "hold");
      await engine.setAvailability({ ...by, hours: { ...mornings, offer: { minutes: 30, capacity: 2 } } });
      const beside = await holdAt(engine, 30);
      assert.deepEqual([beside.slot.seat, beside.slot.version, beside.slot.status], [1, 1, "held"]);
      const time = { start: minutes(15), end: minutes(45) };
      const booked = await engine.book({ actor: patient, subjectId: "p-1", slotId: slot.id, holdToken, ...time });
      assert.deepEqual([booked.appointment.start, booked.slots[0]?.id], [minutes(15), slot.id]);
      await assertSound(storage);
    },
  },
  {
    key: "computed-holds.tokens",
    title: "accept and reschedule take a held opening by its token, and what is moved away from it is withdrawn",
    async run({ storage }) {
      const engine = stage(storage);
      await engine.setAvailability({ ...by, hours: mornings });
      const first = await bookAt(engine, 0);
      const held = await holdAt(engine, 45);
      const moved = await engine.reschedule({
        actor: patient,
        appointmentId: first.appointment.id,
        slotId: held.slot.id,
        holdToken: held.holdToken,
      });
      assert.deepEqual(
        [moved.slots[0]?.id, moved.freedSlots.map(({ status }) => status)],
        [held.slot.id, ["withdrawn"]],
      );
      const asked = { actor: patient, subjectId: "p-2", ...place, start: minutes(75), end: minutes(105) };
      const { appointment } = await engine.request(asked);
      const kept = await holdAt(engine, 75);
      const accepting = { actor: provider, appointmentId: appointment.id };
      await refusal(engine.accept(accepting), "no_slot_available");
      const mine = { ...accepting, slotId: kept.slot.id, holdToken: kept.holdToken };
      assert.equal((await engine.accept(mine)).slots[0]?.status, "booked");
      assert.deepEqual(await times(engine), ["0", "15"]);
      await assertSound(storage);
    },
  },
  {
    key: "computed-holds.freed",
    title: "a held opening that is released or broken is withdrawn, and its time is again what the hours say",
    async run({ storage, second }) {
      const [engine, other] = [stage(storage), stage(second)];
      await engine.setAvailability({ ...by, hours: mornings });
      const all = await times(other);
      const released = await holdAt(engine, 30);
      const mine = { actor: patient, slotId: released.slot.id, holdToken: released.holdToken };
      assert.equal((await engine.release(mine)).slot.status, "withdrawn");
      assert.deepEqual(await historyOf(other, released.slot), ["hold null held", "release held withdrawn"]);
      const broken = await holdAt(other, 15, 60);
      const theirs = { actor: provider, slotId: broken.slot.id, reason: "Closed" };
      assert.equal((await engine.breakHold(theirs)).slot.status, "withdrawn");
      assert.deepEqual(await times(other), all);
      // Blocked with its hold, it keeps the time, and gives it back to the hours.
      const closed = await holdAt(other, 30);
      await engine.breakHold({ ...theirs, slotId: closed.slot.id, block: true });
      assert.deepEqual(await times(other), ["0", "60", "75", "90"]);
      assert.equal((await engine.unblock({ actor: provider, slotId: closed.slot.id })).slot.status, "withdrawn");
      assert.deepEqual(await times(other), all);
      assert.deepEqual((await other.listSlots(wholeDay)).items, []);
      await refusal(engine.hold({ actor: patient, slotId: closed.slot.id }), "slot_withdrawn");
      await assertSound(storage);
    },
  },
  {
    key: "computed-holds.ends",
    title:
      "a held opening counts as withdrawn from the instant on at which its hold ends, in every read and for every command",
    async run({ storage, second }) {
      const clock = manualClock();
      const [engine, other] = [stage(storage, { clock }), stage(second, { clock })];
      await engine.setAvailability({ ...by, hours: mornings });
      const [all, long] = [await times(other), await times(other, 120)];
      const { slot, holdToken } = await holdAt(engine, 30, 45);
      clock.advance(59_999);
      assert.deepEqual(await times(other), ["0", "75", "90"]);
      clock.advance(1);
      assert.deepEqual([await times(other), await times(other, 120)], [all, long]);
      assert.deepEqual(await times(other, 30, { holdTokens: [holdToken] }), all);
      const seen = await other.getSlot(slot.id);
      assert.deepEqual([seen.status, seen.hold, seen.version], ["withdrawn", null, 1]);
      assert.deepEqual((await other.listSlots(wholeDay)).items, []);
      assert.deepEqual((await other.listSlots({ ...wholeDay, statuses: ["available", "held"] })).items, []);
      assert.deepEqual((await other.findOpen({ providerIds: [place.providerId], ...wholeDay })).items, []);
      assert.equal((await other.explain({ ...place, start: minutes(30), end: minutes(75) })).onOffer, true);
      assert.equal((await other.explain({ slotId: slot.id })).onOffer, false);
      const mine = { actor: patient, slotId: slot.id, holdToken };
      for (const late of [engine.book({ ...mine, subjectId: "p-1" }), engine.extend(mine), engine.release(mine)]) {
        await refusal(late, "hold_expired");
      }
      await refusal(engine.book({ actor: patient, slotId: slot.id, subjectId: "p-1" }), "slot_withdrawn");
      await refusal(engine.hold({ actor: patient, slotId: slot.id }), "slot_withdrawn");
      await refusal(engine.breakHold({ actor: provider, slotId: slot.id, reason: "Closed" }), "slot_withdrawn");
      await refusal(engine.block({ actor: provider, slotId: slot.id }), "slot_withdrawn");
      assert.deepEqual(await historyOf(other, slot), ["hold null held"]);
      await assertSound(storage);
      // The hours offer nothing any more, and neither does what was held.
      await engine.setAvailability({ ...by, hours: computed("09:00", "11:00", {}, { weekly: [] }) });
      await refusal(bookAt(other, 30, 45), "no_slot_available");
      await refusal(holdAt(other, 30, 45), "no_slot_available");
      await engine.setAvailability({ ...by, hours: mornings });
      const { slots } = await bookAt(other, 0, 120);
      assert.equal(slots[0]?.status, "booked");
      assert.deepEqual(await historyOf(other, slot), ["hold null held", "book held withdrawn"]);
      await refusal(engine.release(mine), "hold_not_found");
      await assertSound(storage);
    },
  },
  {
    key: "computed-holds.id",
    title: "no slot of a caller's own has an id that slots of computed openings have",
    async run({ storage }) {
      const engine = stage(storage);
      await engine.setAvailability({ ...by, hours: mornings });
      const { slot } = await holdAt(engine, 30);
      const slots = [{ slotId: slot.id.replace(/^./, "x"), start: minutes(300), end: minutes(330) }];
      const { details } = await refusal(engine.createSlots({ ...by, slots }), "invalid_input");
      assert.deepEqual(details.issues[0]?.path, "slots.0.slotId");
    },
  },
];
