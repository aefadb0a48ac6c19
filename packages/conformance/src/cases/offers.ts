import assert from "node:assert/strict";
import { type Engine, requestState } from "@slotwright/core";
import {
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

const asking = { actor: patient, subjectId: "p-1" } as const;
const at = (clock: { now: () => Date }, seconds: number) => new Date(clock.now().getTime() + seconds * 1000);

async function statusesOf(engine: Engine, ids: readonly string[]): Promise<readonly string[]> {
  return Promise.all(ids.map(async (id) => (await engine.getSlot(id)).status));
}

export const offerCases: readonly ConformanceCase[] = [
  {
    key: "requests.offer",
    title: "another time that is offered is held for the subject, who takes it",
    async run({ storage, second }) {
      const clock = manualClock();
      const [engine, other] = [engineOn(storage, { clock }), engineOn(second, { clock })];
      const slots = await publish(engine, 3);
      const ids = slots.map(({ id }) => id) as [string, string, string];
      const asked = await engine.request({ ...asking, slotId: ids[0], holdSeconds: 7_200 });
      const about = { actor: provider, appointmentId: asked.appointment.id };
      await refusal(other.acceptOffer(about), "offer_not_found");
      await other.offer({ ...about, slotId: ids[1], seconds: 60 });
      const time = { start: minutes(60), end: minutes(75) };
      const offered = await other.offer({ ...about, slotId: ids[2], ...time, seconds: 3_600 });
      assert.deepEqual(offered.appointment.request?.offer, { slotId: ids[2], ...time, expiresAt: at(clock, 3_600) });
      assert.equal(requestState(offered.appointment, clock.now()), "offered");
      const bounds = { providerIds: [place.providerId], limit: 1 };
      const ofProvider = await engine.listAppointments({ ...bounds, requestStates: ["open"] });
      assert.deepEqual(ofProvider, { items: [], nextCursor: null });
      const ofSubject = await engine.listAppointments({ ...bounds, requestStates: ["offered"] });
      assert.deepEqual(ofSubject.items, [offered.appointment]);
      assert.deepEqual(await statusesOf(engine, ids), ["held", "available", "held"]);
      await refusal(engine.book({ ...asking, slotId: ids[2] }), "slot_held");
      const { appointment } = await engine.acceptOffer({ ...about, actor: patient });
      assert.deepEqual([appointment.status, appointment.start, appointment.end], ["confirmed", time.start, time.end]);
      assert.deepEqual([appointment.slotIds, appointment.request?.offer], [[ids[2]], null]);
      assert.deepEqual(await statusesOf(other, ids), ["available", "available", "booked"]);
      await refusal(engine.declineOffer(about), "invalid_transition");
      await assertSound(storage);
    },
  },
  {
    key: "requests.offer-not-taken",
    title: "an offer that is declined, or that ends by the clock, frees its slot, and the request waits as before",
    async run({ storage, second }) {
      const clock = manualClock();
      const [engine, other] = [engineOn(storage, { clock }), engineOn(second, { clock })];
      const ids = (await publish(engine, 2)).map(({ id }) => id) as [string, string];
      const { appointment } = await engine.request({ ...asking, slotId: ids[0], holdSeconds: 7_200 });
      const about = { actor: provider, appointmentId: appointment.id };
      await other.offer({ ...about, slotId: ids[1] });
      const declined = await engine.declineOffer({ ...about, actor: patient, reason: "Not then" });
      assert.deepEqual([declined.appointment.status, declined.appointment.request?.offer], ["scheduled", null]);
      assert.deepEqual(
        declined.slots.map(({ id, status }) => [id, status]),
        [[ids[1], "available"]],
      );
      await refusal(engine.declineOffer(about), "offer_not_found");
      const { expiresAt } =
        (await other.offer({ ...about, slotId: ids[1], seconds: 60 })).appointment.request?.offer ?? {};
      clock.advance(60_000);
      const { details } = await refusal(engine.acceptOffer(about), "offer_expired");
      assert.deepEqual(details.expiredAt, expiresAt);
      await refusal(engine.declineOffer(about), "offer_expired");
      assert.equal(requestState(await engine.getAppointment(appointment.id), clock.now()), "open");
      await engine.book({ ...asking, subjectId: "p-2", slotId: ids[1] });
      await other.accept(about);
      assert.deepEqual(await statusesOf(engine, ids), ["booked", "booked"]);
      await assertSound(storage);
    },
  },
  {
    key: "requests.offer-where-asked",
    title:
      "an offer is refused for a slot that is taken, or is somebody else's, and made for a slot that was asked for",
    async run({ storage }) {
      const engine = engineOn(storage);
      const ids = (await publish(engine, 2)).map(({ id }) => id) as [string, string];
      const rooms = await engine.createSlots({
        actor: provider,
        ...place,
        providerId: "dr-other",
        slots: [{ start: minutes(0), end: minutes(30) }],
      });
      const { appointment } = await engine.request({ ...asking, slotId: ids[0], holdSeconds: 600 });
      const about = { actor: provider, appointmentId: appointment.id };
      await refusal(engine.offer({ ...about, slotId: rooms.slots[0]?.id ?? "" }), "schedule_mismatch");
      await engine.hold({ actor: patient, slotId: ids[1] });
      await refusal(engine.offer({ ...about, slotId: ids[1] }), "slot_held");
      await refusal(engine.offer({ ...about, slotId: ids[0], end: minutes(31) }), "time_mismatch");
      await engine.offer({ ...about, slotId: ids[0], end: minutes(15) });
      const { slots } = await engine.declineOffer(about);
      assert.deepEqual(
        slots.map(({ id }) => id),
        [ids[0]],
      );
      await engine.offer({ ...about, slotId: ids[0], end: minutes(15) });
      const ended = await engine.cancel({ actor: patient, appointmentId: appointment.id });
      assert.deepEqual([ended.appointment.request?.offer, ended.slots.map(({ id }) => id)], [null, [ids[0]]]);
      await assertSound(storage);
    },
  },
  {
    key: "requests.asked-by-book",
    title: "what book has asked for is declined, and offered another time, like any request",
    async run({ storage }) {
      const engine = engineOn(storage);
      const time = { ...place, start: minutes(500), end: minutes(530), ifNoSlot: "schedule" } as const;
      const asked = await Promise.all([1, 2].map(() => engine.book({ ...asking, ...time })));
      const [one = "", two = ""] = asked.map(({ appointment }) => appointment.id);
      const { id: slotId } = await publishOne(engine);
      await engine.offer({ actor: provider, appointmentId: one, slotId });
      assert.deepEqual((await engine.acceptOffer({ actor: patient, appointmentId: one })).appointment.slotIds, [
        slotId,
      ]);
      const { appointment } = await engine.decline({ actor: provider, appointmentId: two, reason: "No" });
      assert.deepEqual([appointment.status, appointment.request], ["declined", null]);
      await assertSound(storage);
    },
  },
];
