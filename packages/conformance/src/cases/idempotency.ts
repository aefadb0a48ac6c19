import assert from "node:assert/strict";
import type { Actor, CommandName, Engine } from "@slotwright/core";
import {
  askFor,
  assertSound,
  engineOn,
  minutes,
  patient,
  place,
  provider,
  publish,
  publishOne,
  refusal,
} from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

export const idempotencyCases: readonly ConformanceCase[] = [
  {
    key: "booking.idempotency",
    title:
      "a command takes effect once per key, and its replay gives the same answer, and says so, also through another connection",
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
      const again = { ...answer, replayed: true };
      assert.equal("replayed" in answer, false);
      assert.deepEqual(await engine.book(want), again);
      assert.deepEqual(await engineOn(second).book({ ...want, metadata: { a: { start: "x" }, b: 1 } }), again);
      await refusal(engine.book({ ...want, subjectId: "p-2" }), "idempotency_key_reused");
      await refusal(
        engine.block({ actor: patient, slotId: slot.id, idempotencyKey: "key 1" }),
        "idempotency_key_reused",
      );
      await engine.cancel({ actor: patient, appointmentId: answer.appointment.id });
      assert.deepEqual(await engine.book(want), again);
      const hold = { actor: patient, slotId: slot.id, idempotencyKey: "key 2" };
      assert.deepEqual({ ...(await engine.hold(hold)), replayed: true }, await engineOn(second).hold(hold));
      const create = {
        actor: provider,
        ...place,
        idempotencyKey: "key 3",
        slots: [{ start: minutes(60), end: minutes(90) }],
      };
      assert.deepEqual(
        { ...(await engine.createSlots(create)), replayed: true },
        await engineOn(second).createSlots(create),
      );
      await assertSound(storage);
    },
  },
  {
    key: "booking.key-of-each-actor",
    title:
      "two actors who send the same key have a command each, also at the same moment, and a repeat stays the actor's own",
    async run({ storage, second }) {
      const engines = [engineOn(storage), engineOn(second)] as const;
      const slots = await publish(engines[0], 6);
      const actors = slots.map((_, index) => ({ kind: index % 2 === 0 ? "patient" : "staff", id: `a-${index >> 1}` }));
      const book = (index: number) =>
        (engines[index % 2] as Engine).book({
          actor: actors[index] as Actor,
          slotId: slots[index]?.id ?? "",
          subjectId: "p-1",
          idempotencyKey: "1",
        });
      const booked = await Promise.all(slots.map((_, index) => book(index)));
      assert.deepEqual(
        booked.map(({ slots }) => slots[0]?.id),
        slots.map(({ id }) => id),
      );
      for (const [index, first] of booked.entries()) assert.deepEqual(await book(index), { ...first, replayed: true });
      const [entry] = (await engines[0].history({ appointmentId: booked[0]?.appointment.id ?? "" })).items;
      assert.match(entry?.commandId ?? "", /^1@/);
      await assertSound(second);
    },
  },
  {
    key: "booking.key-of-the-host",
    title:
      "with idempotencyScope host, a key that one actor used is refused to another, and engines of both scopes do not mix",
    async run({ storage, second }) {
      const engine = engineOn(storage, { idempotencyScope: "host" });
      const [slot, next] = await publish(engine, 2);
      assert.ok(slot && next);
      const want = { actor: patient, slotId: slot.id, subjectId: "p-1", idempotencyKey: "1" };
      const booked = await engine.book(want);
      const other = { ...want, actor: provider, slotId: next.id };
      const { details } = await refusal(engine.book(other), "idempotency_key_reused");
      assert.deepEqual(details, { idempotencyKey: "1" });
      assert.deepEqual(await engine.book(want), { ...booked, replayed: true });
      const [entry] = (await engine.history({ appointmentId: booked.appointment.id })).items;
      assert.equal(entry?.commandId, "1");
      const mixed = await refusal(engineOn(second).book(other), "settings_mismatch");
      assert.deepEqual(mixed.details, { setting: "idempotencyScope", expected: "actor", actual: "host" });
      assert.equal((await engine.getSlot(next.id)).status, "available");
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
    key: "booking.if-version",
    title: "every command is refused unless the record is at the version that the caller saw",
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
      const hours = { offer: { minutes: 30 }, weekly: [] };
      const commands = {
        setAvailability: () => engine.setAvailability({ actor: provider, ...place, ifVersion, hours }),
        createSlots: () => engine.createSlots({ actor: provider, ...place, ifVersion, slots }),
        block: () => engine.block(onSlot(free.id)),
        unblock: () => engine.unblock(onSlot(blocked.id)),
        hold: () => engine.hold(onSlot(free.id)),
        extend: () => engine.extend({ ...onSlot(held.id), holdToken }),
        release: () => engine.release({ ...onSlot(held.id), holdToken }),
        breakHold: () => engine.breakHold({ ...onSlot(held.id), reason: "Closed" }),
        book: () => engine.book({ ...onSlot(free.id), subjectId: "p-3" }),
        request: () => engine.request({ ...onSlot(free.id), subjectId: "p-3" }),
        accept: () => engine.accept({ ...onAppointment(asked.id), slotId: free.id }),
        decline: () => engine.decline({ ...onAppointment(asked.id), reason: "No" }),
        offer: () => engine.offer({ ...onAppointment(asked.id), slotId: free.id }),
        acceptOffer: () => engine.acceptOffer(onAppointment(asked.id)),
        declineOffer: () => engine.declineOffer(onAppointment(asked.id)),
        reschedule: () => engine.reschedule({ ...onAppointment(appointment.id), slotId: free.id }),
        checkIn: () => engine.checkIn(onAppointment(appointment.id)),
        complete: () => engine.complete(onAppointment(appointment.id)),
        markNoShow: () => engine.markNoShow(onAppointment(appointment.id)),
        cancel: () => engine.cancel(onAppointment(appointment.id)),
      } satisfies Record<Exclude<CommandName, "repair" | "publishSlots" | "importBusy">, () => Promise<unknown>>;
      const before = await engine.listSlots({});
      for (const [name, command] of Object.entries(commands)) {
        const { details } = await refusal(command(), "version_conflict");
        assert.equal(details.expected, 9, name);
      }
      assert.deepEqual(await engine.listSlots({}), before);
      // What was blocked before has raised it once.
      const { schedule } = await engine.createSlots({ actor: provider, ...place, ifVersion: 2, slots });
      assert.equal(schedule.version, 3);
      await engine.createSlots({ actor: provider, ...place, facilityId: "new", ifVersion: 0, slots });
    },
  },
];
