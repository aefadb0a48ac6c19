import assert from "node:assert/strict";
import { type Engine, requestState, type Slot } from "@slotwright/core";
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
import { caughtUp, idsOf, liveWindow, withLive } from "../live-slots.ts";

const asking = { actor: patient, subjectId: "p-1" } as const;
const at = (clock: { now: () => Date }, seconds: number) => new Date(clock.now().getTime() + seconds * 1000);

async function statusesOf(engine: Engine, ids: readonly string[]): Promise<readonly string[]> {
  return Promise.all(ids.map(async (id) => (await engine.getSlot(id)).status));
}

export const requestCases: readonly ConformanceCase[] = [
  {
    key: "requests.wish-alternatives",
    title: "an acceptance that a policy refuses for the slot that it would take has the other wishes as alternatives",
    async run({ storage }) {
      const [first, second, third] = (await publish(engineOn(storage), 3)).map(({ id }) => id) as [
        string,
        string,
        string,
      ];
      const check = ({ slots }: { readonly slots: readonly Slot[] }) =>
        slots.some(({ id, status }) => id === first && status === "booked") ? "Not this one." : undefined;
      const engine = engineOn(storage, { policies: [{ name: "not_the_first", check }] });
      const wishes = { slotId: first, orSlotIds: [second, third] };
      for (const held of [{}, { holdSeconds: 60 }]) {
        const { appointment } = await engine.request({ ...asking, ...wishes, ...held });
        const accept = { actor: provider, appointmentId: appointment.id, alternatives: 3 };
        for (const named of [{}, { slotId: first }]) {
          const { details } = await refusal(engine.accept({ ...accept, ...named }), "policy_violation");
          assert.deepEqual(
            details.alternatives?.map(({ slotId }) => slotId),
            [second, third],
          );
        }
        assert.equal((await engine.accept({ ...accept, slotId: second })).appointment.slotIds[0], second);
        await engine.cancel({ actor: patient, appointmentId: appointment.id });
      }
    },
  },
  {
    key: "requests.held",
    title: "a request holds its slot until the provider accepts it, and only this appointment gets it, without a token",
    async run({ storage, second }) {
      const [engine, other] = [engineOn(storage), engineOn(second)];
      const { id: slotId, version } = await publishOne(engine);
      const asked = await engine.request({ ...asking, slotId, holdSeconds: 3_600, metadata: { why: "x" } });
      const { appointment } = asked;
      assert.deepEqual([appointment.status, appointment.slotIds, appointment.version], ["scheduled", [], 1]);
      assert.deepEqual(
        asked.slots.map(({ id, status, version }) => [id, status, version]),
        [[slotId, "held", version + 1]],
      );
      assert.deepEqual(await other.getAppointment(appointment.id), appointment);
      assert.deepEqual((await other.findOpen({ providerIds: [place.providerId] })).items, []);
      await refusal(other.book({ ...asking, slotId }), "slot_held");
      await refusal(other.block({ actor: provider, slotId }), "slot_held");
      for (const holdToken of [
        appointment.id,
        asked.slots[0]?.hold?.tokenHash ?? "",
        `appointment ${appointment.id}`,
      ]) {
        await refusal(other.book({ ...asking, slotId, holdToken }), "hold_not_owned");
        await refusal(other.release({ actor: patient, slotId, holdToken }), "hold_not_owned");
      }
      await refusal(other.request({ ...asking, slotId }), "slot_held");
      const accepted = await other.accept({ actor: provider, appointmentId: appointment.id });
      assert.deepEqual([accepted.appointment.status, accepted.appointment.slotIds], ["confirmed", [slotId]]);
      assert.deepEqual(accepted.appointment.request, appointment.request);
      assert.deepEqual([accepted.slots[0]?.status, accepted.slots[0]?.hold], ["booked", null]);
      await assertSound(storage);
    },
  },
  {
    key: "requests.free-for-all",
    title: "a request without a hold leaves its slot to everybody, and is refused for one that is taken",
    async run({ storage, second }) {
      const [engine, other] = [engineOn(storage), engineOn(second)];
      const [first, next] = (await publish(engine, 2)).map(({ id }) => id) as [string, string];
      const { appointment, slots } = await engine.request({ ...asking, slotId: first });
      const another = await other.request({ ...asking, subjectId: "p-2", slotId: first });
      assert.deepEqual([slots, another.slots, await statusesOf(other, [first])], [[], [], ["available"]]);
      await other.book({ ...asking, subjectId: "p-3", slotId: first });
      const accept = { actor: provider, appointmentId: appointment.id };
      const { details } = await refusal(engine.accept({ ...accept, alternatives: 2 }), "slot_booked");
      assert.equal(details.slotId, first);
      const late = { ...asking, subjectId: "p-4", slotId: first };
      const offered = (await refusal(engine.request({ ...late, alternatives: 2 }), "slot_booked")).details.alternatives;
      assert.deepEqual(
        offered?.map(({ slotId }) => slotId),
        [next],
      );
      await engine.request({ ...late, slotId: next });
      await engine.block({ actor: provider, slotId: next });
      await refusal(engine.request({ ...late, slotId: next }), "slot_blocked");
      await assertSound(storage);
    },
  },
  {
    key: "requests.one-of-several",
    title:
      "of several slots that are asked for, accept takes the first free one, or the named one, and gives the others back",
    async run({ storage, second }) {
      const [engine, other] = [engineOn(storage), engineOn(second)];
      const slots = await publish(engine, 5);
      const ids = slots.map(({ id }) => id) as [string, string, string, string, string];
      const asked = await engine.request({ ...asking, slotId: ids[0], orSlotIds: [ids[1], ids[2]], holdSeconds: 60 });
      const { appointment } = asked;
      assert.deepEqual(
        appointment.request?.wishes.map(({ slotId, start }) => [slotId, start]),
        slots.slice(0, 3).map(({ id, start }) => [id, start]),
      );
      assert.deepEqual(await statusesOf(other, ids), ["held", "held", "held", "available", "available"]);
      const named = { actor: provider, appointmentId: appointment.id, slotId: ids[2] };
      const accepted = await other.accept(named);
      assert.deepEqual([accepted.appointment.start, accepted.appointment.end], [slots[2]?.start, slots[2]?.end]);
      assert.deepEqual(await statusesOf(engine, ids), ["available", "available", "booked", "available", "available"]);
      const open = await engine.request({ ...asking, slotId: ids[0], orSlotIds: [ids[3], ids[4]] });
      await other.book({ ...asking, subjectId: "p-2", slotId: ids[0] });
      const next = await engine.accept({ actor: provider, appointmentId: open.appointment.id });
      assert.deepEqual(next.appointment.slotIds, [ids[3]]);
      assert.deepEqual([next.appointment.start, next.appointment.end], [slots[3]?.start, slots[3]?.end]);
      await assertSound(storage);
    },
  },
  {
    key: "requests.time",
    title: "a time is asked for whether or not there is a slot, and is not confirmed at once where one is free",
    async run({ storage }) {
      const engine = engineOn(storage);
      const time = { ...place, start: minutes(0), end: minutes(30) };
      const { appointment, slots } = await engine.request({ ...asking, ...time });
      assert.deepEqual([appointment.status, slots, appointment.request?.wishes], ["scheduled", [], []]);
      const accept = { actor: provider, appointmentId: appointment.id };
      await refusal(engine.accept(accept), "no_slot_available");
      const { id } = await publishOne(engine);
      const waiting = await engine.request({ ...asking, ...time, subjectId: "p-2" });
      assert.equal(waiting.appointment.status, "scheduled");
      assert.deepEqual((await engine.accept(accept)).appointment.slotIds, [id]);
      await assertSound(storage);
    },
  },
  {
    key: "requests.expiry",
    title: "a request expires by the clock: it can no longer be accepted, its slot is free, and it can still be ended",
    async run({ storage, second }) {
      const clock = manualClock();
      const [engine, other] = [engineOn(storage, { clock }), engineOn(second, { clock })];
      const { id: slotId } = await publishOne(engine);
      const expiresAt = at(clock, 600);
      const asked = await engine.request({ ...asking, slotId, holdSeconds: 86_400, expiresAt });
      const { id: appointmentId, request } = asked.appointment;
      assert.deepEqual([request?.heldUntil, asked.slots[0]?.hold?.expiresAt], [expiresAt, expiresAt]);
      const timed = await engine.request({ ...asking, ...place, start: minutes(0), end: minutes(30), expiresAt });
      clock.advance(599_999);
      assert.equal(requestState(await other.getAppointment(appointmentId), clock.now()), "open");
      await refusal(other.book({ ...asking, slotId }), "slot_held");
      clock.advance(1);
      assert.equal(requestState(await other.getAppointment(appointmentId), clock.now()), "expired");
      assert.deepEqual(await statusesOf(other, [slotId]), ["available"]);
      const listed = async (requestStates: readonly ("open" | "offered" | "expired")[]) =>
        (await other.listAppointments({ subjectId: "p-1", requestStates })).items.map(({ id }) => id);
      assert.deepEqual(await listed(["open", "offered"]), []);
      assert.deepEqual(await listed(["expired"]), [appointmentId, timed.appointment.id].toSorted());
      await refusal(other.listAppointments({ requestStates: ["open"] }), "invalid_input");
      const accept = { actor: provider, appointmentId };
      const { details } = await refusal(other.accept(accept), "request_expired");
      assert.deepEqual(details.expiredAt, expiresAt);
      await refusal(engine.accept({ ...accept, slotId }), "request_expired");
      await refusal(engine.accept({ ...accept, appointmentId: timed.appointment.id }), "request_expired");
      await refusal(engine.offer({ ...accept, slotId }), "request_expired");
      await other.book({ ...asking, subjectId: "p-2", slotId });
      assert.deepEqual((await engine.cancel({ actor: patient, appointmentId })).slots, []);
      assert.equal((await engine.getSlot(slotId)).status, "booked");
      await engine.decline({ actor: provider, appointmentId: timed.appointment.id, reason: "Too late" });
      await refusal(engine.request({ ...asking, slotId, expiresAt: clock.now() }), "invalid_input");
      await assertSound(storage);
    },
  },
  {
    key: "requests.hold-ends-first",
    title: "a request whose hold has ended is accepted while its slot is free, and refused once it is not",
    async run({ storage }) {
      const clock = manualClock();
      const engine = engineOn(storage, { clock });
      const [first, next] = (await publish(engine, 2)).map(({ id }) => id) as [string, string];
      const ids = [];
      for (const slotId of [first, next]) {
        const { appointment } = await engine.request({ ...asking, slotId, holdSeconds: 60 });
        ids.push(appointment.id);
      }
      clock.advance(60_000);
      await engine.book({ ...asking, slotId: next });
      const [free = "", gone = ""] = ids;
      assert.deepEqual((await engine.accept({ actor: provider, appointmentId: free })).appointment.slotIds, [first]);
      await refusal(engine.accept({ actor: provider, appointmentId: gone }), "slot_booked");
      assert.deepEqual((await engine.cancel({ actor: patient, appointmentId: gone })).slots, []);
      assert.deepEqual(await statusesOf(engine, [first, next]), ["booked", "booked"]);
      await assertSound(storage);
    },
  },
  {
    key: "requests.declined",
    title:
      "a declined request is final and told apart from a cancelled one, with its reason, and gives back what was held",
    async run({ storage, second }) {
      const [engine, other] = [engineOn(storage), engineOn(second)];
      const [first, next] = (await publish(engine, 2)).map(({ id }) => id) as [string, string];
      const asked = await engine.request({ ...asking, slotId: first, orSlotIds: [next], holdSeconds: 60 });
      const { id: appointmentId } = asked.appointment;
      const decline = { actor: provider, appointmentId };
      await refusal(engine.decline(decline as never), "invalid_input");
      for (const reason of ["", "  "]) await refusal(engine.decline({ ...decline, reason }), "invalid_input");
      const { appointment, slots } = await other.decline({ ...decline, reason: "Closed that week" });
      assert.deepEqual(
        [appointment.status, slots.map(({ id, status }) => [id, status])],
        [
          "declined",
          [
            [first, "available"],
            [next, "available"],
          ],
        ],
      );
      const { items } = await engine.history({ appointmentId });
      assert.deepEqual(
        items.map(({ command, reason, fromStatus, toStatus }) => [command, reason, fromStatus, toStatus]),
        [
          ["request", null, null, "scheduled"],
          ["decline", "Closed that week", "scheduled", "declined"],
        ],
      );
      await refusal(engine.accept(decline), "invalid_transition");
      await refusal(engine.cancel(decline), "invalid_transition");
      const bounds = { subjectId: "p-1", statuses: ["declined"] } as const;
      assert.deepEqual((await engine.listAppointments(bounds)).items, [appointment]);
      await assertSound(storage);
    },
  },
  {
    key: "requests.input",
    title: "a request names slots of one provider and facility, each once, and no time within several",
    async run({ storage }) {
      const engine = engineOn(storage);
      const [slot, next] = (await publish(engine, 2)).map(({ id }) => id) as [string, string];
      const other = await engine.createSlots({
        actor: provider,
        ...place,
        providerId: "dr-other",
        slots: [{ start: minutes(0), end: minutes(30) }],
      });
      const ask = { ...asking, slotId: slot };
      await refusal(engine.request({ ...ask, orSlotIds: [slot] }), "invalid_input");
      await refusal(engine.request({ ...ask, orSlotIds: [next], start: minutes(5) }), "invalid_input");
      await refusal(
        engine.request({ ...ask, orSlotIds: Array.from({ length: 8 }, (_, i) => `s-${i}`) }),
        "invalid_input",
      );
      await refusal(engine.request({ ...ask, orSlotIds: [other.slots[0]?.id ?? ""] }), "schedule_mismatch");
      await refusal(engine.request({ ...ask, orSlotIds: ["none"] }), "slot_not_found");
      await refusal(engine.request({ ...ask, start: minutes(5), end: minutes(31) }), "time_mismatch");
      await refusal(engine.request({ ...ask, holdSeconds: 0 }), "invalid_input");
      await refusal(engine.request({ ...ask, ifVersion: 9 }), "version_conflict");
      const { appointment } = await engine.request({ ...ask, appointmentId: "own", end: minutes(10), holdSeconds: 9 });
      assert.deepEqual([appointment.id, appointment.end], ["own", minutes(10)]);
      await refusal(engine.request({ ...ask, slotId: next, appointmentId: "own" }), "appointment_exists");
      assert.deepEqual((await engine.accept({ actor: provider, appointmentId: "own" })).appointment.end, minutes(10));
      await assertSound(storage);
    },
  },
  {
    key: "requests.live",
    title: "live slots count a slot that is held for a request by the clock, and one that was given back at once",
    async run({ storage }) {
      const clock = manualClock();
      const engine = engineOn(storage, { clock });
      const ids = (await publish(engine, 2)).map(({ id }) => id) as [string, string];
      await withLive(engine, liveWindow, async (live) => {
        const open = async () => {
          await caughtUp(live, engine);
          return idsOf(live.findOpen().items);
        };
        const asked = await engine.request({ ...asking, slotId: ids[0], orSlotIds: [ids[1]], holdSeconds: 60 });
        assert.deepEqual(await open(), []);
        await engine.decline({ actor: provider, appointmentId: asked.appointment.id, reason: "No" });
        assert.deepEqual(await open(), ids);
        await engine.request({ ...asking, slotId: ids[1], holdSeconds: 60 });
        assert.deepEqual(await open(), [ids[0]]);
        clock.advance(60_000);
        assert.deepEqual(await open(), ids);
      });
    },
  },
];
