import assert from "node:assert/strict";
import type { Authorize } from "@slotwright/core";
import { assertSound, engineOn, manualClock, patient, place, provider, publish, refusal, tally } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { intercepted } from "../intercepted.ts";
import { assertEqualToDatabase, caughtUp, idsOf, liveWindow, withLive } from "../live-slots.ts";

const asking = { actor: patient, subjectId: "p-1" } as const;

export const severalHeldCases: readonly ConformanceCase[] = [
  {
    key: "booking.hold-several",
    title: "one hold takes several slots with one token, all or none, and the token takes, extends and releases them",
    async run({ storage, second }) {
      const clock = manualClock();
      const [engine, other] = [engineOn(storage, { clock }), engineOn(second, { clock })];
      const ids = (await publish(engine, 4)).map(({ id }) => id) as [string, string, string, string];
      const { slots } = await engine.createSlots({
        actor: provider,
        ...place,
        providerId: "room",
        slots: [{ start: new Date("2026-03-02T09:00:00Z"), end: new Date("2026-03-02T10:00:00Z") }],
      });
      const room = slots[0]?.id ?? "";
      const held = await engine.hold({ actor: patient, slotId: ids[0], alsoSlotIds: [room, ids[1]], seconds: 60 });
      const statuses = async () =>
        Promise.all([ids[0], room, ids[1], ids[2]].map(async (id) => (await other.getSlot(id)).status));
      assert.deepEqual(
        [held.slot, ...held.alsoSlots].map(({ id, status }) => [id, status]),
        [ids[0], room, ids[1]].map((id) => [id, "held"]),
      );
      assert.equal(new Set([held.slot, ...held.alsoSlots].map(({ hold }) => hold?.tokenHash)).size, 1);
      assert.deepEqual(await statuses(), ["held", "held", "held", "available"]);
      await refusal(other.hold({ actor: patient, slotId: ids[2], alsoSlotIds: [ids[1]] }), "slot_held");
      await refusal(other.hold({ actor: patient, slotId: ids[2], alsoSlotIds: [ids[2]] }), "invalid_input");
      await refusal(other.hold({ actor: patient, slotId: ids[2], alsoSlotIds: ["none"] }), "slot_not_found");
      assert.equal((await other.getSlot(ids[2])).status, "available");
      const { holdToken } = held;
      const all = { actor: patient, slotId: ids[0], alsoSlotIds: [room, ids[1]], holdToken };
      await refusal(other.extend({ ...all, alsoSlotIds: [room, ids[2]] }), "hold_not_found");
      const extended = await other.extend({ ...all, seconds: 120 });
      const until = new Date(clock.now().getTime() + 120_000);
      for (const slot of [extended.slot, ...extended.alsoSlots]) assert.deepEqual(slot.hold?.expiresAt, until);
      await refusal(engine.release({ ...all, alsoSlotIds: [ids[2]] }), "hold_not_found");
      const released = await engine.release({ ...all, alsoSlotIds: [] });
      assert.deepEqual([released.slot.status, released.alsoSlots], ["available", []]);
      assert.deepEqual(await statuses(), ["available", "held", "held", "available"]);
      await refusal(engine.book({ ...asking, slotId: ids[0], alsoSlotIds: [room] }), "slot_held");
      const start = new Date("2026-03-02T09:30:00Z");
      await engine.book({ ...asking, slotId: ids[1], alsoSlotIds: [room], start, holdToken });
      assert.deepEqual(await statuses(), ["available", "booked", "booked", "available"]);
      await assertSound(storage);
    },
  },
  {
    key: "booking.hold-broken",
    title:
      "a hold is broken without its token by whom authorize lets do so, with a reason, and its slot is blocked at once",
    async run({ storage, second }) {
      const authorize: Authorize = ({ actor, action, ...asked }) =>
        action === "command" && "command" in asked && asked.command === "breakHold" && actor.kind === "patient"
          ? "Only the staff may do that."
          : undefined;
      const [engine, other] = [engineOn(storage, { authorize }), engineOn(second, { authorize })];
      const [first, next] = (await publish(engine, 2)).map(({ id }) => id) as [string, string];
      const staff = { actor: provider, reason: "The room is closed" };
      const { holdToken } = await engine.hold({ actor: patient, slotId: first, alsoSlotIds: [next] });
      await refusal(other.breakHold({ ...staff, actor: patient, slotId: first }), "forbidden");
      await refusal(other.breakHold({ actor: provider, slotId: first } as never), "invalid_input");
      assert.equal((await other.breakHold({ ...staff, slotId: first, block: true })).slot.status, "blocked");
      await refusal(engine.book({ ...asking, slotId: first, holdToken }), "slot_blocked");
      const { details } = await refusal(other.breakHold({ ...staff, slotId: first }), "slot_blocked");
      assert.equal(details.command, "breakHold");
      const { slot } = await other.breakHold({ ...staff, slotId: next });
      assert.deepEqual([slot.status, slot.hold], ["available", null]);
      await refusal(engine.release({ actor: patient, slotId: next, holdToken }), "hold_not_found");
      await refusal(other.breakHold({ ...staff, slotId: next }), "hold_not_found");
      const { items } = await engine.history({ slotId: first, newestFirst: true, limit: 1 });
      const [entry] = items;
      assert.deepEqual(
        [entry?.command, entry?.reason, entry?.fromStatus, entry?.toStatus],
        ["breakHold", "The room is closed", "held", "blocked"],
      );
      await assertSound(storage);
    },
  },
  {
    key: "booking.hold-break-race",
    title: "of a booking by the token and a broken hold that blocks the slot, one takes effect",
    async run({ open }) {
      for (const round of [0, 1, 2, 3]) {
        const { storage, second } = await open();
        const [one, other] = [engineOn(storage), engineOn(second)];
        const [slotId] = (await publish(one, 1)).map(({ id }) => id) as [string];
        const { holdToken } = await one.hold({ actor: patient, slotId });
        const book = () => one.book({ ...asking, slotId, holdToken });
        const breaks = () => other.breakHold({ actor: provider, slotId, reason: "Closed", block: true });
        const counts = await tally(round % 2 === 0 ? [book(), breaks()] : [breaks(), book()]);
        assert.equal(counts.ok, 1, JSON.stringify(counts));
        assert.equal((counts.slot_booked ?? 0) + (counts.slot_blocked ?? 0), 1, JSON.stringify(counts));
        await assertSound(storage);
      }
    },
  },
  {
    key: "booking.hold-runs-out-on-the-way",
    title: "a hold, a request and an offer that run out while a command reads have run out for it",
    async run({ storage }) {
      const clock = manualClock();
      const slow = intercepted(storage, (real) => ({
        async load(keys, call) {
          const loaded = await real.load(keys, call);
          clock.advance(10_000);
          return loaded;
        },
      }));
      const [engine, late] = [engineOn(storage, { clock }), engineOn(slow, { clock })];
      const [first, next] = (await publish(engine, 2)).map(({ id }) => id) as [string, string];
      const { holdToken } = await engine.hold({ actor: patient, slotId: first, seconds: 10 });
      await refusal(late.book({ ...asking, slotId: first, holdToken }), "hold_expired");
      const expiresAt = new Date(clock.now().getTime() + 10_000);
      const { appointment } = await engine.request({ ...asking, slotId: first, expiresAt });
      await refusal(late.accept({ actor: provider, appointmentId: appointment.id }), "request_expired");
      const open = await engine.request({ ...asking, slotId: first });
      const about = { actor: patient, appointmentId: open.appointment.id };
      await engine.offer({ ...about, slotId: next, seconds: 10 });
      await refusal(late.acceptOffer(about), "offer_expired");
      assert.equal((await late.preview("acceptOffer", about)).possible, false);
      await assertSound(storage);
    },
  },
  {
    key: "booking.hold-several-race",
    title:
      "holds of the same two slots in opposite order, and bookings of one, do not deadlock, and no hold has one of both",
    async run({ open }) {
      for (const round of [0, 1, 2]) {
        const { storage, second } = await open();
        const [one, other] = [engineOn(storage), engineOn(second)];
        const [first, next] = (await publish(one, 2)).map(({ id }) => id) as [string, string];
        const holds = [0, 1, 2, 3].map((index) => {
          const [slotId, also] = index % 2 === 0 ? [first, next] : [next, first];
          return (index % 2 === 0 ? one : other).hold({ actor: patient, slotId, alsoSlotIds: [also] });
        });
        const bookings = [other.book({ ...asking, slotId: next })];
        const { ok } = await tally(round % 2 === 0 ? [...holds, ...bookings] : [...bookings, ...holds]);
        assert.equal(ok, 1);
        const states = await Promise.all([first, next].map(async (id) => (await one.getSlot(id)).status));
        assert.ok(["held,held", "available,booked"].includes(states.join()), states.join());
        await assertSound(storage);
      }
    },
  },
  {
    key: "live.holds-of-several",
    title: "live slots count all slots of one hold by the clock, and one that was extended longer than the others",
    async run({ storage }) {
      const clock = manualClock();
      const engine = engineOn(storage, { clock });
      const ids = (await publish(engine, 3)).map(({ id }) => id) as [string, string, string];
      await withLive(engine, liveWindow, async (live) => {
        const hold = { actor: patient, slotId: ids[0], alsoSlotIds: [ids[1]], seconds: 60 };
        const { holdToken } = await engine.hold(hold);
        await engine.extend({ actor: patient, slotId: ids[1], holdToken, seconds: 90 });
        await caughtUp(live, engine);
        const open = () => idsOf(live.findOpen().items);
        assert.deepEqual(open(), [ids[2]]);
        clock.advance(60_000);
        assert.deepEqual(open(), [ids[0], ids[2]]);
        clock.advance(30_000);
        assert.deepEqual(open(), ids);
        await assertEqualToDatabase(live, engine, liveWindow);
      });
      await assertSound(storage);
    },
  },
];
