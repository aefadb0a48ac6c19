import assert from "node:assert/strict";
import { buffer, type Engine, maximumPerDay, type StorageAdapter } from "@slotwright/core";
import {
  assertSound,
  engineOn,
  manualClock,
  minutes,
  patient,
  place,
  provider,
  publish,
  refusal,
} from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { caughtUp, idsOf, liveWindow, withLive } from "../live-slots.ts";
import { id, slotsAt } from "./sight-stage.ts";

const asking = { actor: patient, subjectId: "p-1" } as const;
const stranger = { actor: { kind: "patient", id: "p-2" }, subjectId: "p-2" } as const;

/** Until when a slot is held, in seconds after an instant. Undefined if it is not. */
async function heldFor(engine: Engine, slotId: string, from: Date): Promise<number | undefined> {
  const { hold } = await engine.getSlot(slotId);
  return hold === null ? undefined : (hold.expiresAt.getTime() - from.getTime()) / 1000;
}

/** Two slots, of which the first is asked for, and held for ten minutes. */
async function heldRequest(storage: StorageAdapter, second: StorageAdapter) {
  const clock = manualClock();
  const [engine, other] = [engineOn(storage, { clock }), engineOn(second, { clock })];
  const [first, next] = (await publish(engine, 2)).map((slot) => slot.id) as [string, string];
  const begin = clock.now();
  const { appointment } = await engine.request({ ...asking, slotId: first, holdSeconds: 600 });
  const about = { actor: provider, appointmentId: appointment.id };
  return { clock, begin, engine, other, first, next, appointment, about };
}

/** Slots that are asked for, held, and offered as well. */
export const offeredWishCases: readonly ConformanceCase[] = [
  {
    key: "requests.offer-shorter-than-wish",
    title:
      "a slot that a request holds stays held for it as long as was promised, though a part of it was offered for less",
    async run({ storage, second }) {
      const { clock, begin, engine, other, first, next, appointment, about } = await heldRequest(storage, second);
      const offered = await other.offer({ ...about, slotId: first, end: minutes(15), seconds: 60 });
      assert.deepEqual(offered.appointment.request?.heldUntil, appointment.request?.heldUntil);
      assert.equal(await heldFor(engine, first, begin), 600);
      clock.advance(60_000);
      await refusal(engine.acceptOffer(about), "offer_expired");
      await refusal(other.book({ ...stranger, slotId: first }), "slot_held");
      // Another offer takes its place, and one that is declined.
      const further = await engine.offer({ ...about, slotId: next, seconds: 60 });
      assert.deepEqual(further.freedSlots, []);
      await engine.offer({ ...about, slotId: first, end: minutes(15), seconds: 60 });
      const declined = await other.declineOffer(about);
      assert.deepEqual(declined.slots, []);
      assert.deepEqual([await heldFor(engine, first, begin), await heldFor(engine, next, begin)], [600, undefined]);
      const accepted = await other.accept(about);
      assert.deepEqual(accepted.appointment.slotIds, [first]);
      await assertSound(storage);
    },
  },
  {
    key: "requests.offer-longer-than-wish",
    title:
      "a slot that a request holds is held until the end of its offer, and as long as before once that is declined or another is offered",
    async run({ storage, second }) {
      const { clock, begin, engine, other, first, next, appointment, about } = await heldRequest(storage, second);
      const offer = { ...about, slotId: first, end: minutes(15), seconds: 3_600 };
      await withLive(engine, liveWindow, async (live) => {
        for (const end of [
          () => other.declineOffer({ ...about, actor: patient }),
          () => other.offer({ ...about, slotId: next, seconds: 60 }),
        ]) {
          await engine.offer(offer);
          assert.equal(await heldFor(engine, first, begin), 3_600);
          const { slots } = await end();
          const back = slots.find((slot) => slot.id === first);
          assert.deepEqual([back?.status, back?.hold?.expiresAt], ["held", appointment.request?.heldUntil]);
          const { items } = await engine.history({ slotId: first, newestFirst: true, limit: 1 });
          assert.deepEqual([items[0]?.fromStatus, items[0]?.toStatus], ["held", "held"]);
        }
        await caughtUp(live, engine);
        assert.deepEqual(idsOf(live.findOpen().items), []);
        await refusal(other.book({ ...stranger, slotId: first }), "slot_held");
        clock.advance(600_000);
        assert.deepEqual(idsOf(live.findOpen().items), [first, next]);
      });
      // What was promised is over, and so the end of an offer frees it.
      await engine.offer(offer);
      const { freedSlots } = await other.offer({ ...about, slotId: next, seconds: 60 });
      assert.deepEqual(idsIn(freedSlots), [first]);
      await engine.offer(offer);
      assert.deepEqual(statusesIn((await other.declineOffer(about)).slots), ["available"]);
      await other.book({ ...stranger, slotId: first });
      await assertSound(storage);
    },
  },
  {
    key: "requests.offer-of-a-broken-wish",
    title: "a wish whose hold was broken and that is offered again is held for the offer alone, however long that is",
    async run({ storage, second }) {
      const { clock, engine, other, first: slotId, next, about } = await heldRequest(storage, second);
      await engine.breakHold({ actor: provider, slotId, reason: "An emergency" });
      await engine.offer({ ...about, slotId, seconds: 120 });
      await engine.offer({ ...about, slotId, seconds: 60 });
      assert.equal(await heldFor(engine, slotId, clock.now()), 60);
      assert.deepEqual(statusesIn((await engine.declineOffer(about)).slots), ["available"]);
      // Also where the offer is longer than the request was to hold it.
      const long = { ...about, slotId, seconds: 3_600 };
      await engine.offer(long);
      assert.equal(await heldFor(engine, slotId, clock.now()), 3_600);
      assert.deepEqual(statusesIn((await other.declineOffer(about)).slots), ["available"]);
      await engine.offer(long);
      const further = await other.offer({ ...about, slotId: next, seconds: 60 });
      assert.deepEqual([idsIn(further.slots), idsIn(further.freedSlots)], [[next], [slotId]]);
      // It is taken like any other, and given back with its request like any other.
      await engine.offer(long);
      await refusal(other.book({ ...stranger, slotId }), "slot_held");
      const gone = await other.request({ ...stranger, slotId: next, holdSeconds: 600 });
      const theirs = { actor: provider, appointmentId: gone.appointment.id };
      await engine.breakHold({ actor: provider, slotId: next, reason: "An emergency" });
      await engine.offer({ ...theirs, slotId: next, seconds: 3_600 });
      assert.deepEqual((await other.acceptOffer(theirs)).appointment.slotIds, [next]);
      await other.cancel({ ...theirs });
      await engine.offer({ ...about, slotId, seconds: 60 });
      clock.advance(60_000);
      await engine.book({ ...stranger, slotId });
      await assertSound(storage);
    },
  },
  {
    key: "requests.offer-beside-a-wish",
    title: "policies are not asked about a wish that goes back to its own hold when another slot is offered",
    async run({ storage }) {
      const clock = manualClock();
      const times = [
        [0, 30],
        [30, 60],
        [65, 90],
      ] as const;
      const ids = await slotsAt(storage, times);
      const policies = [buffer({ beforeMinutes: 10, afterMinutes: 10 }), maximumPerDay({ count: 1 })];
      const [engine, without] = [engineOn(storage, { clock, policies }), engineOn(storage, { clock })];
      const { appointment } = await without.request({ ...asking, slotId: id(ids, 0), holdSeconds: 600 });
      const about = { actor: provider, appointmentId: appointment.id };
      await engine.offer({ ...about, slotId: id(ids, 0), seconds: 3_600 });
      const further = await engine.offer({ ...about, slotId: id(ids, 1), seconds: 60 });
      assert.deepEqual(idsIn(further.slots), [id(ids, 1), id(ids, 0)]);
      await engine.offer({ ...about, slotId: id(ids, 0), seconds: 3_600 });
      await engine.declineOffer(about);
      // Beside somebody else it is: the wish stays held, and is not what is looked at.
      await engine.offer({ ...about, slotId: id(ids, 0), seconds: 3_600 });
      await without.book({ ...stranger, slotId: id(ids, 1) });
      const far = { ...place, slots: [{ start: minutes(3_000), end: minutes(3_030) }] };
      const { slots } = await engine.createSlots({ actor: provider, ...far });
      await engine.offer({ ...about, slotId: id(idsIn(slots), 0), seconds: 60 });
      await refusal(engine.offer({ ...about, slotId: id(ids, 2), seconds: 60 }), "policy_violation");
      await assertSound(storage);
    },
  },
];

const idsIn = (slots: readonly { readonly id: string }[]): readonly string[] => slots.map((slot) => slot.id);
const statusesIn = (slots: readonly { readonly status: string }[]): readonly string[] =>
  slots.map(({ status }) => status);
