import assert from "node:assert/strict";
import type { Engine } from "@slotwright/core";
import { assertSound, minutes, patient, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase, ConformanceStore } from "../harness.ts";
import { interrupted } from "../intercepted.ts";
import { busy, countsOf, importing, statusesOf } from "./busy-stage.ts";
import { bookAt, computed, stage } from "./computed.ts";

const by = { actor: provider, ...place };
const ada = { actor: patient, subjectId: "p-1" };
const until = minutes(24 * 60);

const hours = (to: string) => ({ ...computed("09:00", to), openings: "published" }) as const;

/** Slots from nine to eleven. The next commit of the engine comes after something that the other one does. */
async function staged({ storage, second }: Pick<ConformanceStore, "storage" | "second">) {
  const { next, stopping } = interrupted(storage);
  const [engine, other] = [stage(stopping), stage(second)];
  await other.setAvailability({ ...by, hours: hours("11:00") });
  await other.publishSlots({ ...by, until });
  const { items } = await other.listSlots({ providerIds: [place.providerId] });
  const slotAt = (index: number) => items[index]?.id ?? assert.fail();
  return { next, engine, other, items, slotAt };
}

/** A slot that is held, and what books it. */
async function held(engine: Engine, slotId: string) {
  const { holdToken } = await engine.hold({ actor: patient, slotId });
  return () => engine.book({ ...ada, slotId, holdToken });
}

/** A slot that is booked, and what cancels it. */
async function booked(engine: Engine, slotId: string) {
  const { appointment } = await engine.book({ ...ada, slotId });
  return () => engine.cancel({ actor: patient, appointmentId: appointment.id });
}

export const takenMeanwhileCases: readonly ConformanceCase[] = [
  {
    key: "busy.taken-meanwhile",
    title: "who books a held slot before an import commits is told of, and what is cancelled before it does is blocked",
    async run({ open }) {
      const store = await open();
      const { next, engine, other, items, slotAt } = await staged(store);
      next.do = await held(other, slotAt(0));
      const first = await importing(engine, [busy(0, 60)]);
      const { appointmentId } = await other.getSlot(slotAt(0));
      assert.equal(next.do, undefined);
      assert.ok(appointmentId !== null);
      assert.deepEqual(
        first.taken.map((slot) => slot.appointmentId),
        [appointmentId],
      );
      next.do = await booked(other, slotAt(2));
      assert.deepEqual(countsOf(await importing(engine, [busy(60, 120)])), [1, 0, 1, 2, 1, 0]);
      assert.equal(next.do, undefined);
      assert.equal(await statusesOf(other, items), "booked available blocked blocked");
      await assertSound(store.storage);
    },
  },
  {
    key: "publish.taken-meanwhile",
    title:
      "who books a held slot outside of the hours before a publisher commits is told of, and what is cancelled before is withdrawn",
    async run({ open }) {
      const store = await open();
      const { next, engine, other, items, slotAt } = await staged(store);
      next.do = await held(other, slotAt(3));
      await other.setAvailability({ ...by, hours: hours("10:00") });
      const first = await engine.publishSlots({ ...by, until });
      const { appointmentId } = await other.getSlot(slotAt(3));
      assert.equal(next.do, undefined);
      assert.ok(appointmentId !== null);
      assert.deepEqual(
        first.outside.map((slot) => slot.appointmentId),
        [appointmentId],
      );
      next.do = await booked(other, slotAt(1));
      await other.setAvailability({ ...by, hours: hours("09:15") });
      const { withdrawn, outsideCount } = await engine.publishSlots({ ...by, until });
      assert.equal(next.do, undefined);
      assert.deepEqual([withdrawn, outsideCount], [2, 1]);
      assert.equal(await statusesOf(other, items), "withdrawn withdrawn withdrawn booked");
      await assertSound(store.storage);
    },
  },
  {
    key: "publish.in-the-way-meanwhile",
    title: "what keeps an opening from being published, and goes before the publisher commits, keeps it no longer",
    async run({ open }) {
      // One lies across two openings, the other at the time of one.
      for (const { from, kept } of [
        { from: "09:15", kept: 0 },
        { from: "09:00", kept: 0 },
      ]) {
        const store = await open();
        const { next, stopping } = interrupted(store.storage);
        const [engine, other] = [stage(stopping), stage(store.second)];
        await other.setAvailability({ ...by, hours: computed(from, "11:00") });
        const { appointment } = await bookAt(other, from === "09:15" ? 15 : 0);
        await other.setAvailability({ ...by, hours: hours("10:30") });
        next.do = () => other.cancel({ actor: patient, appointmentId: appointment.id });
        const counts = await engine.publishSlots({ ...by, until });
        assert.equal(next.do, undefined);
        assert.deepEqual([counts.created, counts.kept, counts.obstructed], [3, kept, 0], from);
        await assertSound(store.storage);
      }
    },
  },
  {
    key: "request.taken-meanwhile",
    title:
      "a request for a slot that somebody takes before it commits is refused, also if it would not have held the slot",
    async run({ open }) {
      for (const more of [{}, { holdSeconds: 60 }]) {
        const store = await open();
        const { next, engine, other, slotAt } = await staged(store);
        const ben = { actor: patient, subjectId: "p-2" };
        next.do = () => other.book({ ...ada, slotId: slotAt(1) });
        const asked = { ...ben, slotId: slotAt(0), orSlotIds: [slotAt(1)], ...more };
        assert.equal((await refusal(engine.request(asked), "slot_booked")).details.slotId, slotAt(1));
        assert.equal(next.do, undefined);
        const { items } = await other.listAppointments({ subjectId: "p-2" });
        assert.deepEqual(items, []);
        await assertSound(store.storage);
      }
    },
  },
];
