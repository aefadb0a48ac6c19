import assert from "node:assert/strict";
import {
  type BookTimeInput,
  buffer,
  type CommandInput,
  type Engine,
  type HeldSlot,
  maximumPerDay,
  type Slot,
} from "@slotwright/core";
import {
  assertOneAndReplays,
  assertSound,
  engineOn,
  manualClock,
  minutes,
  patient,
  place,
  provider,
  refusal,
  tally,
} from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { computed, stage } from "./computed.ts";
import { holdAt } from "./computed-holds.ts";

const by = { actor: provider, ...place };

type Time = readonly [from: number, to: number];

const at = ([from, to]: Time) => ({ start: minutes(from), end: minutes(to) });

const wanted = (time: Time, more: Partial<BookTimeInput> = {}): BookTimeInput => {
  return { actor: patient, subjectId: "p-1", ...place, ...at(time), ...more };
};

/** Slots of the provider, of which each may have several seats. */
async function slotsAt(engine: Engine, times: readonly Time[], capacity = 1): Promise<readonly [Slot, ...Slot[]]> {
  const { slots } = await engine.createSlots({ ...by, slots: times.map((time) => ({ ...at(time), capacity })) });
  return slots as readonly Slot[] as readonly [Slot, ...Slot[]];
}

const held = (engine: Engine, slotId: string, seconds = 60): Promise<HeldSlot> =>
  engine.hold({ actor: patient, slotId, seconds });

const ask = async (engine: Engine, time: Time) =>
  (await engine.request({ actor: patient, subjectId: "p-1", ...place, ...at(time) })).appointment.id;

/** What the command is refused with, and its preview as well. */
async function refusedWith<Name extends "book" | "accept" | "reschedule">(
  engine: Engine,
  name: Name,
  input: CommandInput<Name>,
  code: "no_slot_available" | "hold_expired" | "hold_not_found" | "slot_held" | "slot_booked" | "policy_violation",
) {
  const preview = await engine.preview(name, input as never);
  assert.deepEqual(preview.possible || preview.reasons[0].error.code, code);
  const run = engine[name] as (input: unknown) => Promise<unknown>;
  return (await refusal(run(input), code)).details as object as Readonly<Record<string, unknown>>;
}

export const heldTimeCases: readonly ConformanceCase[] = [
  {
    key: "held-times.stored",
    title:
      "a booking, an acceptance and a move that name a time and a token take the slot that it holds, and no free one",
    async run({ storage, second }) {
      const [engine, reader] = [stage(storage), stage(second)];
      const slots = await slotsAt(engine, [[0, 60]], 5);
      const holds = await Promise.all([slots[3], slots[1], slots[2]].map((slot) => held(engine, slot?.id ?? "")));
      const [first, second_, third] = holds as [HeldSlot, HeldSlot, HeldSlot];
      const asked = wanted([15, 45], { holdToken: first.holdToken });
      const preview = await reader.preview("book", asked);
      assert.deepEqual(preview.possible && preview.result.slots[0]?.id, first.slot.id);
      const booked = await reader.book(asked);
      assert.deepEqual(
        booked.slots.map(({ id, hold }) => [id, hold]),
        [[first.slot.id, null]],
      );
      assert.deepEqual([booked.appointment.start, booked.appointment.end], [minutes(15), minutes(45)]);
      const waiting = { actor: provider, appointmentId: await ask(engine, [10, 40]) };
      const accepted = await reader.accept({ ...waiting, holdToken: second_.holdToken });
      assert.deepEqual([accepted.slots[0]?.id, accepted.appointment.status], [second_.slot.id, "confirmed"]);
      // Its own slot contains the time as well.
      const moving = { actor: patient, appointmentId: booked.appointment.id, ...at([20, 50]) };
      const moved = await reader.reschedule({ ...moving, holdToken: [third.holdToken] });
      assert.deepEqual([moved.slots[0]?.id, moved.freedSlots[0]?.id], [third.slot.id, first.slot.id]);
      assert.equal((await reader.reschedule({ ...moving, holdToken: [] })).slots[0]?.id, third.slot.id);
      await assertSound(storage);
    },
  },
  {
    key: "held-times.opening",
    title: "a held opening is booked, accepted into and moved to by its time and its token",
    async run({ storage, second }) {
      const clock = manualClock();
      const [engine, reader] = [stage(storage, { clock }), stage(second, { clock })];
      await engine.setAvailability({ ...by, hours: computed("09:00", "11:00", { step: 15 }) });
      const [first, next, last] = [await holdAt(engine, 0), await holdAt(engine, 30), await holdAt(engine, 60)];
      const { appointment, slots } = await reader.book(wanted([0, 30], { holdToken: first.holdToken }));
      assert.deepEqual([slots[0]?.id, slots[0]?.status], [first.slot.id, "booked"]);
      const waiting = { actor: provider, appointmentId: await ask(engine, [30, 60]) };
      const accepted = await reader.accept({ ...waiting, holdToken: next.holdToken });
      assert.equal(accepted.slots[0]?.id, next.slot.id);
      const moving = { actor: patient, appointmentId: appointment.id, ...at([60, 90]) };
      const moved = await reader.reschedule({ ...moving, holdToken: last.holdToken });
      assert.deepEqual([moved.slots[0]?.id, moved.freedSlots[0]?.status], [last.slot.id, "withdrawn"]);
      // Its slot counts as withdrawn, and its time as an opening that is free.
      const { holdToken, slot } = await holdAt(engine, 90);
      clock.advance(60_000);
      const details = await refusedWith(reader, "book", wanted([90, 120], { holdToken }), "hold_expired");
      assert.equal(details.slotId, slot.id);
      assert.equal((await reader.book(wanted([90, 120]))).slots[0]?.status, "booked");
      await assertSound(storage);
    },
  },
  {
    key: "held-times.none",
    title:
      "a token that holds nothing at the time is refused, whatever is free there, and nothing is asked for instead",
    async run({ storage }) {
      const clock = manualClock();
      const engine = engineOn(storage, { clock });
      const [own, other, apart] = (await slotsAt(engine, [
        [0, 30],
        [40, 70],
        [80, 110],
      ])) as [Slot, Slot, Slot];
      const { holdToken } = await held(engine, own.id);
      const theirs = await held(engine, other.id);
      const schedule = { holdToken, ifNoSlot: "schedule" } as const;
      for (const input of [
        wanted([0, 30], { ...schedule, holdToken: "guessed" }),
        wanted([0, 30], { ...schedule, holdToken: theirs.holdToken }),
        wanted([40, 70], schedule),
        wanted([80, 110], schedule),
        wanted([0, 40], schedule),
        wanted([0, 30], { ...schedule, facilityId: "south" }),
      ]) {
        const details = await refusedWith(engine, "book", input, "no_slot_available");
        assert.equal(details.holdsNone, true);
      }
      assert.equal("holdsNone" in (await refusedWith(engine, "book", wanted([0, 30]), "no_slot_available")), false);
      const waiting = { actor: provider, appointmentId: await ask(engine, [80, 110]), holdToken };
      assert.equal((await refusedWith(engine, "accept", waiting, "no_slot_available")).holdsNone, true);
      const { appointment } = await engine.book(wanted([80, 110]));
      const moving = { actor: patient, appointmentId: appointment.id, ...at([85, 100]), holdToken };
      assert.equal((await refusedWith(engine, "reschedule", moving, "no_slot_available")).holdsNone, true);
      clock.advance(60_000);
      const ended = wanted([5, 20], schedule);
      assert.equal((await refusedWith(engine, "book", ended, "hold_expired")).slotId, own.id);
      await refusedWith(engine, "reschedule", { ...moving, ...at([5, 20]) }, "hold_expired");
      await engine.book(wanted([0, 30]));
      await refusedWith(engine, "book", ended, "no_slot_available");
      assert.equal((await engine.getSlot(apart.id)).appointmentId, appointment.id);
      assert.equal((await engine.listAppointments({})).items.length, 3);
      await assertSound(storage);
    },
  },
  {
    key: "held-times.alternatives",
    title:
      "the refusal of a token that holds nothing offers what is free, stored or computed, as one without a token does",
    async run({ storage, open }) {
      const engine = engineOn(storage);
      await slotsAt(engine, [
        [0, 30],
        [30, 60],
        [60, 90],
      ]);
      const [last] = await slotsAt(engine, [[300, 330]]);
      const { appointment } = await engine.book({ actor: patient, subjectId: "p-2", slotId: last.id });
      const no = { holdToken: "gone", alternatives: 3 };
      const waiting = { actor: provider, appointmentId: await ask(engine, [0, 30]), ...no };
      const moving = { actor: patient, appointmentId: appointment.id, ...at([0, 30]), ...no };
      const of = (details: object) => (details as { readonly alternatives: readonly Slot[] }).alternatives.length;
      assert.equal(of(await refusedWith(engine, "book", wanted([0, 30], no), "no_slot_available")), 3);
      // It keeps the time that was asked for.
      assert.equal(of(await refusedWith(engine, "accept", waiting, "no_slot_available")), 1);
      assert.equal(of(await refusedWith(engine, "reschedule", moving, "no_slot_available")), 3);
      const other = await open();
      const hours = stage(other.storage);
      await hours.setAvailability({ ...by, hours: computed("09:00", "12:00") });
      assert.equal(of(await refusedWith(hours, "book", wanted([0, 30], no), "no_slot_available")), 3);
    },
  },
  {
    key: "held-times.over",
    title:
      "a token is refused with hold_expired only where nobody has changed the slot since, and otherwise by what the slot is now, or as one that nobody has given out",
    async run({ storage }) {
      const clock = manualClock();
      const engine = engineOn(storage, { clock });
      const slots = await slotsAt(engine, [
        [0, 30],
        [30, 60],
        [60, 90],
        [90, 120],
        [120, 150],
      ]);
      const tokens = await Promise.all(slots.map(async ({ id }) => (await held(engine, id)).holdToken));
      const [lapsed, broken, released, others] = slots.map(({ id }) => id);
      await engine.breakHold({ actor: provider, slotId: broken ?? "", reason: "Closed" });
      await engine.release({ actor: patient, slotId: released ?? "", holdToken: tokens[2] ?? "" });
      clock.advance(60_000);
      await held(engine, others ?? "", 1);
      await engine.book({ actor: patient, subjectId: "p-2", slotId: slots[4]?.id ?? "" });
      clock.advance(1_000);
      for (const [index, { id, start, end }] of slots.entries()) {
        const by = { actor: patient, subjectId: "p-1", holdToken: tokens[index] ?? "" };
        const unknown = id === slots[4]?.id ? "slot_booked" : "hold_not_found";
        const code = id === lapsed ? "hold_expired" : unknown;
        await refusedWith(engine, "book", { ...by, slotId: id }, code);
        const byTime = id === lapsed ? "hold_expired" : "no_slot_available";
        const { holdsNone } = await refusedWith(engine, "book", { ...by, ...place, start, end }, byTime);
        assert.equal(holdsNone, id === lapsed ? undefined : true);
      }
      await assertSound(storage);
    },
  },
  {
    key: "held-times.several",
    title: "of several slots that tokens hold at a time, the shortest is taken whose hold lasts",
    async run({ storage }) {
      const clock = manualClock();
      const engine = engineOn(storage, { clock });
      const [long] = await slotsAt(engine, [[0, 60]]);
      const elsewhere = engineOn(storage, { clock });
      await elsewhere.setAvailability({
        ...by,
        hours: computed("09:00", "11:00", { step: 15, capacity: 4 }),
      });
      const holds = [await held(engine, long.id, 600), await holdAt(engine, 15), await holdAt(engine, 0, 45)];
      const holdToken = holds.map((one) => one.holdToken);
      assert.equal(new Set(holds.map(({ slot }) => slot.id)).size, 3);
      const preview = await engine.preview("book", wanted([15, 45], { holdToken }));
      assert.deepEqual(preview.possible && preview.result.slots[0]?.id, holds[1]?.slot.id);
      clock.advance(60_000);
      const booked = await engine.book(wanted([15, 45], { holdToken }));
      assert.equal(booked.slots[0]?.id, long.id);
      await refusedWith(engine, "book", wanted([15, 45], { holdToken }), "hold_expired");
      await assertSound(storage);
    },
  },
  {
    key: "held-times.wishes",
    title: "a request for several slots is accepted into that which the token holds",
    async run({ storage }) {
      const engine = engineOn(storage);
      const [first, other] = (await slotsAt(engine, [
        [0, 30],
        [30, 60],
      ])) as [Slot, Slot];
      const wish = { actor: patient, subjectId: "p-1", slotId: first.id, orSlotIds: [other.id] };
      const { appointment } = await engine.request(wish);
      const waiting = { actor: provider, appointmentId: appointment.id };
      const { holdToken } = await held(engine, other.id);
      await refusedWith(engine, "accept", { ...waiting, holdToken: "guessed" }, "hold_not_found");
      assert.equal((await engine.accept({ ...waiting, holdToken })).slots[0]?.id, other.id);
      await assertSound(storage);
    },
  },
  {
    key: "held-times.sight",
    title: "policies look around the slot that the token holds, and its hold is not in its own way",
    async run({ storage, second }) {
      const policies = [buffer({ beforeMinutes: 20, afterMinutes: 20 }), maximumPerDay({ count: 2 })];
      const [engine, reader] = [stage(storage, { policies }), stage(second, { policies })];
      await engine.createSlots({ ...by, slots: [{ ...at([0, 60]) }] });
      await engine.setAvailability({ ...by, hours: computed("09:00", "13:00", { step: 10 }) });
      const slot = await engine.hold({ actor: patient, ...place, ...at([0, 30]) });
      const opening = await holdAt(engine, 90);
      assert.equal(opening.slot.version, 1);
      const booked = await reader.book(wanted([10, 40], { holdToken: slot.holdToken }));
      assert.equal(booked.slots[0]?.id, slot.slot.id);
      const waiting = { actor: provider, appointmentId: await ask(engine, [90, 120]) };
      assert.equal((await reader.accept({ ...waiting, holdToken: opening.holdToken })).slots[0]?.id, opening.slot.id);
      const override = ["buffer", "maximum_per_day"].map((policy) => ({ policy, reason: "They asked." }));
      const close = await holdAt(engine, 130, 30, { override });
      const moving = { actor: patient, appointmentId: booked.appointment.id, ...at([130, 160]) };
      const mine = { ...moving, holdToken: close.holdToken };
      assert.equal((await refusedWith(reader, "reschedule", mine, "policy_violation")).policy, "buffer");
      const preview = await reader.preview("book", wanted([130, 160], { holdToken: "guessed" }));
      assert.deepEqual(preview.possible || preview.reasons.map(({ error }) => error.code), [
        "no_slot_available",
        "policy_violation",
        "policy_violation",
      ]);
      const moved = await reader.reschedule({ ...mine, override });
      assert.equal(moved.slots[0]?.id, close.slot.id);
      await assertSound(storage);
    },
  },
  {
    key: "held-times.races",
    title: "of callers with one token for a time one gets the slot, and a repeat with its key gets its answer",
    async run({ storage, second }) {
      const [engine, other] = [stage(storage), stage(second)];
      await engine.setAvailability({ ...by, hours: computed("09:00", "11:00") });
      await slotsAt(engine, [[120, 150]], 4);
      for (const from of [0, 120]) {
        const time: Time = [from, from + 30];
        const { holdToken, slot } = await holdAt(engine, from);
        const callers = [engine, other, engine, other].map((by, index) =>
          by.book(wanted(time, { subjectId: `p-${index}`, holdToken })),
        );
        assert.deepEqual(await tally(callers), { ok: 1, no_slot_available: 3 });
        const { appointmentId } = await engine.getSlot(slot.id);
        await engine.cancel({ actor: patient, appointmentId: appointmentId ?? "" });
        const again = await holdAt(engine, from);
        const keyed = wanted(time, { holdToken: again.holdToken, idempotencyKey: `key-${from}` });
        assertOneAndReplays(await Promise.all([engine, other, engine].map((by) => by.book(keyed))));
      }
      await assertSound(storage);
    },
  },
];
