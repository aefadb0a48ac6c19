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
  tally,
} from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

export const bookingCases: readonly ConformanceCase[] = [
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
    title: "an appointment may be shorter than its slot, never longer",
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
    key: "booking.accept",
    title:
      "a provider accepts an appointment that was asked for into a slot, under the same checks as a direct booking",
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
      await refusal(engine.accept(accept), "no_slot_available");
      const slot = await publishOne(engine);
      // Named as a further slot, it is not found as the first one too.
      await refusal(engine.accept({ ...accept, alsoSlotIds: [slot.id] }), "no_slot_available");
      assert.deepEqual((await engine.accept(accept)).appointment.slotIds, [slot.id]);
      await assertSound(storage);
    },
  },
  {
    key: "booking.cancel-frees",
    title: "a cancel frees the slot in the same commit, and the next caller gets it",
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
      assert.equal((await engine.getSlot(from.id)).status, "available");
      await assertSound(storage);
      const shortened = { actor: patient, appointmentId: appointment.id, slotId: to.id, end: minutes(50) };
      assert.deepEqual((await engine.reschedule(shortened)).appointment.end, minutes(50));
      await refusal(engine.reschedule({ ...shortened, end: minutes(61) }), "time_mismatch");
      await assertSound(storage);
    },
  },
  {
    key: "booking.hold",
    title: "a hold keeps others off until it expires by the clock, without anybody cleaning up",
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
      assert.deepEqual((await other.listSlots({ statuses: ["available"] })).items, []);
      clock.advance(60_000);
      assert.equal((await other.getSlot(slot.id)).status, "available");
      assert.equal((await other.listSlots({ statuses: ["available"] })).items[0]?.status, "available");
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
    title: "a holder of several slots books them together with the tokens of their holds",
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
    key: "booking.if-version",
    title: "every command is refused where the record is not at the version the caller saw, and none is run",
    async run({ storage }) {
      const engine = engineOn(storage);
      const asked = await askFor(engine, minutes(0), minutes(30), "p-2");
      const [free, taken, held, blocked] = await publish(engine, 4);
      assert.ok(free && taken && held && blocked);
      const { appointment } = await engine.book({ actor: patient, slotId: taken.id, subjectId: "p-1" });
      const { holdToken } = await engine.hold({ actor: patient, slotId: held.id });
      await engine.block({ actor: provider, slotId: blocked.id });
      const ifVersion = 9;
      const onSlot = (slotId: string) => ({ actor: provider, slotId, ifVersion });
      const onAppointment = (appointmentId: string) => ({ actor: provider, appointmentId, ifVersion });
      const slots = [{ start: minutes(500), end: minutes(510) }];
      const commands = {
        createSlots: () => engine.createSlots({ actor: provider, ...place, ifVersion, slots }),
        block: () => engine.block(onSlot(free.id)),
        unblock: () => engine.unblock(onSlot(blocked.id)),
        hold: () => engine.hold(onSlot(free.id)),
        release: () => engine.release({ ...onSlot(held.id), holdToken }),
        book: () => engine.book({ ...onSlot(free.id), subjectId: "p-3" }),
        accept: () => engine.accept({ ...onAppointment(asked.id), slotId: free.id }),
        reschedule: () => engine.reschedule({ ...onAppointment(appointment.id), slotId: free.id }),
        checkIn: () => engine.checkIn(onAppointment(appointment.id)),
        complete: () => engine.complete(onAppointment(appointment.id)),
        markNoShow: () => engine.markNoShow(onAppointment(appointment.id)),
        cancel: () => engine.cancel(onAppointment(appointment.id)),
      };
      const before = await engine.listSlots({});
      for (const [name, command] of Object.entries(commands)) {
        const { details } = await refusal(command(), "version_conflict");
        assert.equal(details.expected, 9, name);
      }
      assert.deepEqual(await engine.listSlots({}), before);
      const { schedule } = await engine.createSlots({ actor: provider, ...place, ifVersion: 1, slots });
      assert.equal(schedule.version, 2);
      await engine.createSlots({ actor: provider, ...place, facilityId: "new", ifVersion: 0, slots });
    },
  },
  {
    key: "booking.unblock-checks-overlap",
    title: "unblock refuses where another slot has taken the place in the meantime",
    async run({ storage }) {
      const engine = engineOn(storage);
      const slot = await publishOne(engine);
      await engine.block({ actor: provider, slotId: slot.id, reason: "meeting" });
      const slots = [{ start: minutes(15), end: minutes(45) }];
      const inTheWay = (await engine.createSlots({ actor: provider, ...place, slots })).slots[0];
      const { details } = await refusal(engine.unblock({ actor: provider, slotId: slot.id }), "slot_overlap");
      assert.equal(details.conflictingSlotId, inTheWay?.id);
      await assertSound(storage);
    },
  },
  {
    key: "booking.create-overlap",
    title: "createSlots refuses overlaps within the call and with the schedule, all or nothing, and takes neighbours",
    async run({ storage }) {
      const engine = engineOn(storage);
      const create = (...ranges: [number, number][]) =>
        engine.createSlots({
          actor: provider,
          ...place,
          slots: ranges.map(([from, to]) => ({ start: minutes(from), end: minutes(to) })),
        });
      const within = await refusal(create([0, 30], [60, 90], [29, 45]), "slot_overlap");
      assert.equal(within.details.conflictingSlotId, null);
      assert.deepEqual((await engine.listSlots({})).items, []);
      await create([30, 60]);
      for (const range of [
        [0, 31],
        [59, 90],
        [35, 40],
        [0, 90],
        [30, 60],
      ] as const) {
        await refusal(create([120, 150], [...range]), "slot_overlap");
      }
      const { schedule, slots } = await create([0, 30], [60, 90]);
      assert.deepEqual([slots.length, schedule.version, schedule.updatedAt], [2, 2, slots[0]?.createdAt]);
      assert.equal((await engine.listSlots({})).items.length, 3);
      await assertSound(storage);
    },
  },
  {
    key: "booking.overlap-scope",
    title: "overlapScope provider keeps one provider's slots apart at all facilities",
    async run({ storage, open }) {
      const slots = [{ start: minutes(0), end: minutes(30) }];
      const north = { actor: provider, ...place, slots };
      const atFacility = engineOn(storage);
      await atFacility.createSlots(north);
      await atFacility.createSlots({ ...north, facilityId: "south" });
      const everywhere = engineOn((await open()).storage, { overlapScope: "provider" });
      await everywhere.createSlots(north);
      await refusal(everywhere.createSlots({ ...north, facilityId: "south" }), "slot_overlap");
    },
  },
  {
    key: "booking.idempotency",
    title: "a command takes effect once per key; its replay gives the same answer, also through another connection",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const slot = await publishOne(engine);
      const want = {
        actor: patient,
        slotId: slot.id,
        subjectId: "p-1",
        idempotencyKey: "key 1",
        metadata: { b: 1, a: { start: "x" } },
      };
      const answer = await engine.book(want);
      assert.deepEqual(await engine.book(want), answer);
      assert.deepEqual(await engineOn(second).book({ ...want, metadata: { a: { start: "x" }, b: 1 } }), answer);
      await refusal(engine.book({ ...want, subjectId: "p-2" }), "idempotency_key_reused");
      await refusal(
        engine.block({ actor: provider, slotId: slot.id, idempotencyKey: "key 1" }),
        "idempotency_key_reused",
      );
      await engine.cancel({ actor: patient, appointmentId: answer.appointment.id });
      assert.deepEqual(await engine.book(want), answer);
      const hold = { actor: patient, slotId: slot.id, idempotencyKey: "key 2" };
      assert.deepEqual(await engine.hold(hold), await engineOn(second).hold(hold));
      const create = {
        actor: provider,
        ...place,
        idempotencyKey: "key 3",
        slots: [{ start: minutes(60), end: minutes(90) }],
      };
      assert.deepEqual(await engine.createSlots(create), await engineOn(second).createSlots(create));
      await assertSound(storage);
    },
  },
  {
    key: "booking.refused-key-is-free",
    title: "a refused command leaves its idempotency key unused",
    async run({ storage }) {
      const engine = engineOn(storage);
      const slot = await publishOne(engine);
      const want = { actor: patient, slotId: slot.id, subjectId: "p-1", idempotencyKey: "key 1" };
      await engine.block({ actor: provider, slotId: slot.id });
      await refusal(engine.book(want), "slot_blocked");
      await engine.unblock({ actor: provider, slotId: slot.id });
      assert.equal((await engine.book(want)).appointment.status, "confirmed");
    },
  },
  {
    key: "booking.history",
    title: "the history says who did what, when and why, oldest first, a page at a time",
    async run({ storage, second }) {
      const clock = manualClock();
      const engine = engineOn(storage, { clock });
      const slot = await publishOne(engine);
      clock.advance(1000);
      const { appointment } = await engine.book({ actor: patient, slotId: slot.id, subjectId: "p-1" });
      clock.advance(1000);
      await engine.cancel({ actor: provider, appointmentId: appointment.id, reason: "ill" });
      const reader = engineOn(second);
      const { items, nextCursor } = await reader.history({ slotId: slot.id, limit: 2 });
      assert.deepEqual(
        items.map((one) => [one.version, one.command, one.fromStatus, one.toStatus, one.actor]),
        [
          [1, "createSlots", null, "available", provider],
          [2, "book", "available", "booked", patient],
        ],
      );
      assert.ok(nextCursor);
      const rest = await reader.history({ slotId: slot.id, limit: 2, cursor: nextCursor });
      assert.equal(rest.nextCursor, null);
      assert.deepEqual(
        rest.items.map((one) => [one.version, one.command, one.reason, one.at]),
        [[3, "cancel", "ill", clock.now()]],
      );
      const ofAppointment = await reader.history({ appointmentId: appointment.id });
      assert.deepEqual(
        ofAppointment.items.map((one) => one.toStatus),
        ["confirmed", "cancelled"],
      );
      assert.deepEqual((await reader.history({ slotId: appointment.id })).items, []);
    },
  },
  {
    key: "booking.lists",
    title: "lists are bounded and page through everything exactly once",
    async run({ storage }) {
      const engine = engineOn(storage);
      const slots = await publish(engine, 5, 2);
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await engine.listSlots({ providerIds: ["dr-grey"], limit: 3, ...(cursor && { cursor }) });
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      assert.deepEqual([...seen].sort(), slots.map(({ id }) => id).sort());
      for (const slot of slots.slice(0, 4)) await engine.book({ actor: patient, slotId: slot.id, subjectId: slot.id });
      const page = await engine.listAppointments({ from: minutes(0), to: minutes(30), limit: 1 });
      assert.equal(page.items.length, 1);
      const next = await engine.listAppointments({ from: minutes(0), to: minutes(30), cursor: page.nextCursor ?? "" });
      assert.deepEqual([next.items.length, next.nextCursor], [1, null]);
      const bySubject = await engine.listAppointments({ subjectId: slots[3]?.id ?? "", statuses: ["confirmed"] });
      assert.equal(bySubject.items.length, 1);
      assert.deepEqual((await engine.listAppointments({ providerIds: ["nobody"] })).items, []);
    },
  },
  {
    key: "booking.alternatives",
    title: "a refusal for a taken slot offers free slots nearby where they were asked for",
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
      // The wanted time counts, not the taken slot's; what is too short is left out, what lies before is offered too.
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
  {
    key: "booking.within",
    title: "a booking within the host's transaction commits or vanishes with it, and a refusal leaves it usable",
    async run({ storage, second, beginHostTransaction }) {
      const engine = engineOn(storage);
      const [slot, other] = await publish(engine, 2);
      assert.ok(slot && other);
      const want = { actor: patient, slotId: slot.id, subjectId: "p-1" };
      const lost = await beginHostTransaction();
      await engine.within(lost.transaction).book(want);
      await lost.rollback();
      assert.equal((await engineOn(second).getSlot(slot.id)).status, "available");
      const kept = await beginHostTransaction();
      const inside = engine.within(kept.transaction);
      await inside.book(want);
      await refusal(inside.book({ ...want, subjectId: "p-2" }), "slot_booked");
      await inside.book({ ...want, slotId: other.id });
      await kept.commit();
      assert.deepEqual((await engineOn(second).listSlots({ statuses: ["available"] })).items, []);
      await assertSound(second);
    },
  },
  {
    key: "booking.within-at-once",
    title:
      "calls made at once within one host's transaction have one winner a slot, and all that was acknowledged is stored",
    async run({ storage, second, beginHostTransaction }) {
      const engine = engineOn(storage);
      const [slot, other] = await publish(engine, 2);
      assert.ok(slot && other);
      const host = await beginHostTransaction();
      const inside = engine.within(host.transaction);
      const book = (slotId: string, subjectId: string) => inside.book({ actor: patient, slotId, subjectId });
      const calls = [book(slot.id, "p-1"), book(slot.id, "p-2"), book(other.id, "p-3"), inside.getSlot(other.id)];
      assert.deepEqual(await tally(calls), { ok: 3, slot_booked: 1 });
      await host.commit();
      assert.equal((await engineOn(second).listAppointments({})).items.length, 2);
      assert.deepEqual((await engineOn(second).listSlots({ statuses: ["available"] })).items, []);
      await assertSound(second);
    },
  },
  {
    key: "booking.bulk",
    title: "thousands of slots are published in one call",
    async run({ storage }) {
      const engine = engineOn(storage);
      const slots = await publish(engine, 3_000);
      assert.equal(slots.length, 3_000);
      assert.equal(new Set(slots.map(({ id }) => id)).size, 3_000);
      const last = slots.at(-1);
      assert.ok(last);
      assert.deepEqual(await engine.getSlot(last.id), last);
      await refusal(publish(engine, 1), "slot_overlap");
      const around = { start: minutes(-60), end: minutes(-30) };
      const { details } = await refusal(
        engine.createSlots({ actor: provider, ...place, slots: [around, { start: last.start, end: last.end }] }),
        "slot_overlap",
      );
      assert.equal(details.conflictingSlotId, last.id);
    },
  },
];
