import assert from "node:assert/strict";
import {
  askFor,
  assertSound,
  engineOn,
  manualClock,
  minutes,
  patient,
  place,
  provider,
  publish,
  publishOne,
  refusal,
} from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

export const holdCases: readonly ConformanceCase[] = [
  {
    key: "booking.hold-by-another-clock",
    title: "a hold ends by the clock of each engine that reads it, and even if clocks differ only one booking succeeds",
    async run({ storage, second }) {
      const [clock, ahead] = [manualClock(), manualClock()];
      ahead.advance(120_000);
      const engine = engineOn(storage, { clock });
      const other = engineOn(second, { clock: ahead });
      const slot = await publishOne(engine);
      const { holdToken } = await engine.hold({ actor: patient, slotId: slot.id, seconds: 60 });
      const want = { actor: patient, slotId: slot.id, subjectId: "p-2" };
      await refusal(engine.book(want), "slot_held");
      assert.equal((await other.book(want)).slots[0]?.status, "booked");
      await refusal(engine.book({ ...want, subjectId: "p-1", holdToken }), "slot_booked");
      const { items } = await engine.listAppointments({});
      assert.deepEqual(
        items.map(({ subjectId }) => subjectId),
        ["p-2"],
      );
      await assertSound(storage);
    },
  },
  {
    key: "booking.hold",
    title: "a hold keeps others out until it expires by the clock, without any clean-up",
    async run({ storage, second }) {
      const clock = manualClock();
      const engine = engineOn(storage, { clock });
      const other = engineOn(second, { clock });
      const slot = await publishOne(engine);
      const { holdToken, slot: held } = await engine.hold({ actor: patient, slotId: slot.id, seconds: 60 });
      assert.equal(held.status, "held");
      const want = { actor: patient, slotId: slot.id, subjectId: "p-2" };
      const { details } = await refusal(other.book(want), "slot_held");
      assert.deepEqual(details.heldUntil, new Date(clock.now().getTime() + 60_000));
      await refusal(other.book({ ...want, holdToken: "guessed" }), "hold_not_owned");
      assert.deepEqual((await other.listSlots({ providerIds: [place.providerId], statuses: ["available"] })).items, []);
      clock.advance(60_000);
      assert.equal((await other.getSlot(slot.id)).status, "available");
      assert.equal(
        (await other.listSlots({ providerIds: [place.providerId], statuses: ["available"] })).items[0]?.status,
        "available",
      );
      await refusal(engine.book({ ...want, holdToken }), "hold_expired");
      assert.equal((await other.book(want)).slots[0]?.status, "booked");
      await refusal(engine.book({ ...want, holdToken }), "slot_booked");
      await assertSound(storage);
    },
  },
  {
    key: "booking.hold-book",
    title: "the holder books with the token that hold returned, and nobody can read it from the slot",
    async run({ storage }) {
      const engine = engineOn(storage);
      const slot = await publishOne(engine);
      const { holdToken } = await engine.hold({ actor: patient, slotId: slot.id });
      const shown = JSON.stringify([await engine.getSlot(slot.id), await engine.history({ slotId: slot.id })]);
      assert.equal(shown.includes(holdToken), false);
      await engine.book({ actor: patient, slotId: slot.id, subjectId: "p-1", holdToken });
      await assertSound(storage);
    },
  },
  {
    key: "booking.hold-several",
    title: "a holder of several slots books them together with the tokens of the holds",
    async run({ storage }) {
      const engine = engineOn(storage);
      const slot = await publishOne(engine);
      const at = { start: minutes(0), end: minutes(30) };
      const room = { ...place, providerId: "room" };
      const also = (await engine.createSlots({ actor: provider, ...room, slots: [at] })).slots[0]?.id ?? "";
      const tokens = [];
      for (const slotId of [slot.id, also]) tokens.push((await engine.hold({ actor: patient, slotId })).holdToken);
      const want = { actor: patient, slotId: slot.id, alsoSlotIds: [also], subjectId: "p-1" };
      await refusal(engine.book(want), "slot_held");
      await refusal(engine.book({ ...want, holdToken: tokens[0] ?? "" }), "hold_not_owned");
      assert.equal((await engine.book({ ...want, holdToken: tokens })).slots.length, 2);
      await assertSound(storage);
    },
  },
  {
    key: "booking.hold-extend",
    title: "a hold is extended by its holder while it lasts, and ends no earlier than it would",
    async run({ storage, second }) {
      const clock = manualClock();
      const engine = engineOn(storage, { clock });
      const other = engineOn(second, { clock });
      const { id: slotId } = await publishOne(engine);
      const { holdToken } = await engine.hold({ actor: patient, slotId, seconds: 60 });
      const now = clock.now().getTime();
      const extend = { actor: patient, slotId, holdToken };
      await refusal(other.extend({ ...extend, holdToken: "guessed" }), "hold_not_owned");
      const shorter = await other.extend({ ...extend, seconds: 1 });
      assert.deepEqual(shorter.slot.hold?.expiresAt, new Date(now + 60_000));
      clock.advance(30_000);
      const { slot } = await other.extend({ ...extend, seconds: 60 });
      assert.deepEqual([slot.status, slot.version, slot.hold?.expiresAt], ["held", 4, new Date(now + 90_000)]);
      clock.advance(59_999);
      await refusal(engine.book({ actor: patient, slotId, subjectId: "p-2" }), "slot_held");
      clock.advance(1);
      await refusal(engine.extend(extend), "hold_expired");
      await engine.hold({ actor: patient, slotId });
      await refusal(engine.extend(extend), "hold_not_owned");
      const { items } = await other.history({ slotId });
      assert.deepEqual(
        items.map(({ command, fromStatus, toStatus }) => [command, fromStatus, toStatus]),
        [
          ["createSlots", null, "available"],
          ["hold", "available", "held"],
          ["extend", "held", "held"],
          ["extend", "held", "held"],
          ["hold", "available", "held"],
        ],
      );
      await assertSound(storage);
    },
  },
  {
    key: "booking.hold-taken",
    title: "a held slot is taken by its token in every way to take one: booked, accepted into, moved to",
    async run({ storage }) {
      const engine = engineOn(storage);
      const { id: appointmentId } = await askFor(engine, minutes(0), minutes(30));
      const [first, second, third] = (await publish(engine, 3)).map(({ id }) => id) as [string, string, string];
      const tokens = new Map<string, string>();
      for (const slotId of [first, second, third]) {
        tokens.set(slotId, (await engine.hold({ actor: patient, slotId })).holdToken);
      }
      const tokenOf = (slotId: string) => ({ holdToken: tokens.get(slotId) ?? "" });
      const accept = { actor: provider, appointmentId, slotId: first };
      await refusal(engine.accept(accept), "slot_held");
      await refusal(engine.accept({ ...accept, ...tokenOf(second) }), "hold_not_owned");
      await engine.accept({ ...accept, ...tokenOf(first) });
      const move = { actor: patient, appointmentId, slotId: second };
      await refusal(engine.reschedule(move), "slot_held");
      await refusal(engine.reschedule({ ...move, ...tokenOf(third) }), "hold_not_owned");
      const { slots, freedSlots } = await engine.reschedule({ ...move, ...tokenOf(second) });
      assert.deepEqual([slots[0]?.hold, freedSlots[0]?.id], [null, first]);
      await engine.book({ actor: patient, slotId: third, subjectId: "p-2", holdToken: [tokens.get(third) ?? ""] });
      await assertSound(storage);
    },
  },
];
