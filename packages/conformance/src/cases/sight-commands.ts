import assert from "node:assert/strict";
import { buffer, type Engine, maximumPerDay, noOverlapOfSubject } from "@slotwright/core";
import { agendaIdOf } from "@slotwright/core/adapter";
import { assertSound, engineOn, minutes, patient, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { audienceOf, book, engineWith, id, refusedBy, slotsAt } from "./sight-stage.ts";

const inARow = [
  [0, 30],
  [30, 60],
  [75, 105],
] as const;

/** How several slots, further commands and a host's transaction see what lies around. */
export const sightCommandCases: readonly ConformanceCase[] = [
  {
    key: "sight.several-held",
    title:
      "a hold over several slots, and one that is extended, look around each of them and meet others at each provider",
    async run({ storage }) {
      const [own] = await slotsAt(storage, [[0, 30]]);
      const [taken, close] = await slotsAt(
        storage,
        [
          [0, 30],
          [35, 60],
        ],
        { providerId: "room" },
      );
      const engine = engineWith(storage, [buffer({ beforeMinutes: 0, afterMinutes: 10 })]);
      await book(engine, taken ?? "");
      const both = { actor: patient, slotId: own ?? "", alsoSlotIds: [close ?? ""] };
      const { blockedBy } = await refusedBy(engine.hold(both));
      assert.deepEqual(blockedBy, { kind: "slot", id: taken });
      const versionsOf = async () =>
        (
          await storage.load(
            [place.providerId, "room"].map((one) => ({ kind: "agenda", id: agendaIdOf("provider", one) })),
          )
        ).map((record) => (record?.kind === "agenda" ? record.version : 0));
      assert.deepEqual(await versionsOf(), [0, 1]);
      const override = [{ policy: "buffer", reason: "It is the same room." }];
      const { holdToken } = await engine.hold({ ...both, override });
      assert.deepEqual(await versionsOf(), [1, 2]);
      await engine.extend({ ...both, holdToken });
      assert.deepEqual(await versionsOf(), [2, 3]);
    },
  },
  {
    key: "sight.several-in-a-row",
    title: "a hold over several slots keeps the policies between them, so that what is held can be booked one by one",
    async run({ storage }) {
      const [first, next, apart] = (await slotsAt(storage, inARow)) as [string, string, string];
      const room = await slotsAt(storage, inARow, { providerId: "room" });
      const withBuffer = engineWith(storage, [buffer({ beforeMinutes: 0, afterMinutes: 10 })]);
      for (const [slotId, other] of [
        [first, next],
        [next, first],
      ] as const) {
        const wanted = { actor: patient, slotId, alsoSlotIds: [apart, other] };
        const { policy, blockedBy } = await refusedBy(withBuffer.hold(wanted));
        assert.deepEqual([policy, blockedBy], ["buffer", { kind: "slot", id: other }]);
        const preview = await withBuffer.preview("hold", wanted);
        assert.deepEqual(preview.possible ? [] : preview.reasons.map((one) => one.blockedBy?.id), [other]);
      }
      const capped = (count: number) => engineWith(storage, [maximumPerDay({ count })]);
      const all = { actor: patient, slotId: first, alsoSlotIds: [next, apart] };
      assert.equal((await refusedBy(capped(2).hold(all))).policy, "maximum_per_day");
      for (const [engine, slotIds] of [
        [withBuffer, [first, apart]],
        [capped(3), [first, next, apart]],
        [withBuffer, [first, room[1] ?? ""]],
      ] as const) {
        const [slotId, ...alsoSlotIds] = slotIds as readonly [string, ...string[]];
        const { holdToken } = await engine.hold({ actor: patient, slotId, alsoSlotIds });
        const booked: string[] = [];
        for (const one of slotIds) {
          const { appointment } = await engine.book({ actor: patient, slotId: one, holdToken, subjectId: "p-1" });
          booked.push(appointment.id);
        }
        for (const appointmentId of booked) await engine.cancel({ actor: patient, appointmentId });
      }
      await assertSound(storage);
    },
  },
  {
    key: "sight.several-side-by-side",
    title: "slots that a command takes side by side, and of which a request wants one, are in no way of each other",
    async run({ storage }) {
      const policies = [buffer({ beforeMinutes: 10, afterMinutes: 10 }), maximumPerDay({ count: 1 })];
      const engine = engineWith(storage, policies);
      const [first, next] = (await slotsAt(storage, inARow)) as [string, string, string];
      const times = { start: minutes(0), end: minutes(30), capacity: 2 };
      const group = { ...place, facilityId: "south", providerId: "group" };
      const { slots } = await engine.createSlots({ actor: provider, ...group, slots: [times] });
      const [seat, other] = slots.map(({ id }) => id) as [string, string];
      const two = { actor: patient, slotId: seat, alsoSlotIds: [other] };
      await engine.book({ ...two, subjectId: "p-1" });
      const wishes = { actor: patient, slotId: first, orSlotIds: [next], holdSeconds: 60, subjectId: "p-2" };
      const { appointment } = await engine.request(wishes);
      await engine.accept({ actor: provider, appointmentId: appointment.id });
      await assertSound(storage);
    },
  },
  {
    key: "sight.seats-held",
    title:
      "each seat of a hold counts for a cap of a day, so that its token books them one by one, or all as one appointment",
    async run({ storage }) {
      const [elsewhere = ""] = await slotsAt(storage, [[60, 90]]);
      const times = { start: minutes(0), end: minutes(30), capacity: 2 };
      const without = engineWith(storage, []);
      const { slots } = await without.createSlots({ actor: provider, ...place, slots: [times] });
      const [seat = "", other = ""] = slots.map((slot) => slot.id);
      const two = { actor: patient, slotId: seat, alsoSlotIds: [other] };
      const capped = (count: number) => engineWith(storage, [maximumPerDay({ count })]);
      await book(capped(2), elsewhere);
      assert.equal((await refusedBy(capped(2).hold(two))).policy, "maximum_per_day");
      await capped(2).book({ ...two, subjectId: "p-2" });
      const { appointmentId } = await without.getSlot(seat);
      await without.cancel({ actor: patient, appointmentId: appointmentId ?? "" });
      const { holdToken } = await capped(3).hold(two);
      await capped(3).book({ actor: patient, slotId: other, holdToken, subjectId: "p-2" });
      await capped(3).book({ actor: patient, slotId: seat, holdToken, subjectId: "p-3" });
      await assertSound(storage);
    },
  },
  {
    key: "sight.at-two-facilities",
    title:
      "a buffer refuses two slots of one provider at two facilities at the same time, also held or booked together, or one added to the other",
    async run({ storage }) {
      const without = engineWith(storage, []);
      const [north = "", south = "", later = ""] = await Promise.all(
        (
          [
            ["north", 0],
            ["south", 30],
            ["south", 90],
          ] as const
        ).map(async ([facilityId, from]) => {
          const slots = [{ start: minutes(from), end: minutes(from + 60) }];
          const created = await without.createSlots({ actor: provider, ...place, facilityId, slots });
          return created.slots[0]?.id;
        }),
      );
      const engine = engineWith(storage, [buffer({ beforeMinutes: 10, afterMinutes: 10 })]);
      for (const [slotId, also] of [
        [north, south],
        [south, north],
      ] as const) {
        const both = { actor: patient, slotId, alsoSlotIds: [also] };
        const { blockedBy } = await refusedBy(engine.hold(both));
        assert.deepEqual(blockedBy, { kind: "slot", id: also });
        const time = { start: minutes(30), end: minutes(60) };
        await refusedBy(engine.book({ ...both, ...time, subjectId: "p-1" }));
      }
      // An appointment that keeps one of them as it is cannot have the other one as well.
      for (const [slotId, also] of [
        [north, south],
        [south, north],
      ] as const) {
        const { appointment } = await book(engine, slotId);
        const about = { actor: patient, appointmentId: appointment.id };
        const both = { ...about, slotId, alsoSlotIds: [also], start: minutes(30), end: minutes(60) };
        const { blockedBy } = await refusedBy(engine.reschedule(both));
        assert.deepEqual(blockedBy, { kind: "slot", id: slotId });
        await engine.cancel(about);
      }
      const { holdToken } = await engine.hold({ actor: patient, slotId: north, alsoSlotIds: [later] });
      for (const slotId of [north, later]) await engine.book({ actor: patient, slotId, holdToken, subjectId: slotId });
      await assertSound(storage);
    },
  },
  {
    key: "sight.several-providers",
    title: "each provider of an appointment with several slots is looked at",
    async run({ storage }) {
      const doctor = await slotsAt(storage, [
        [0, 30],
        [60, 90],
        [200, 230],
      ]);
      const room = await slotsAt(
        storage,
        [
          [0, 30],
          [60, 90],
        ],
        { providerId: "room-1" },
      );
      const engine = engineWith(storage, [buffer({ beforeMinutes: 40, afterMinutes: 40 })]);
      const both = (index: number, subjectId: string) =>
        engine.book({ actor: patient, slotId: id(doctor, index), alsoSlotIds: [id(room, index)], subjectId });
      await both(0, "p-1");
      const { blockedBy } = await refusedBy(both(1, "p-2"));
      assert.equal(blockedBy?.id, id(doctor, 0));
      await engine.cancel({ actor: patient, appointmentId: (await engine.getSlot(id(doctor, 0))).appointmentId ?? "" });
      await book(engine, id(room, 0), "p-3");
      const { blockedBy: ofRoom } = await refusedBy(both(1, "p-2"));
      assert.equal(ofRoom?.id, id(room, 0));
      await book(engine, id(doctor, 1), "p-2");
      await assertSound(storage);
    },
  },
  {
    key: "sight.alternatives",
    title: "alternatives are times that the policies allow, of what lies around each",
    async run({ storage }) {
      const ids = await slotsAt(storage, [
        [0, 30],
        [30, 60],
        [60, 90],
        [90, 120],
        [120, 150],
      ]);
      const engine = engineWith(storage, [buffer({ beforeMinutes: 10, afterMinutes: 10 }), noOverlapOfSubject()]);
      await book(engine, id(ids, 1), "p-2");
      const others = await slotsAt(storage, [[100, 110]], { providerId: "dr-house" });
      await book(engine, id(others, 0));
      for (const slotId of [id(ids, 1), id(ids, 2)]) {
        const call = engine.book({ actor: patient, slotId, subjectId: "p-1", alternatives: 5 });
        const { details } = await refusal(call, slotId === id(ids, 1) ? "slot_booked" : "policy_violation");
        const offered = details.alternatives?.map((one) => ids.indexOf(one.slotId ?? "none"));
        assert.deepEqual(offered, [4]);
      }
      await book(engine, id(ids, 4));
    },
  },
  {
    key: "sight.preview",
    title: "a preview sees the same, and names the record that is in the way to those who may see it",
    async run({ storage }) {
      const ids = await slotsAt(storage, [
        [0, 30],
        [35, 60],
      ]);
      const policies = [buffer({ beforeMinutes: 10, afterMinutes: 10 }), noOverlapOfSubject()];
      const engine = engineWith(storage, policies);
      await book(engine, id(ids, 0));
      const wanted = { slotId: id(ids, 1), subjectId: "p-1" };
      const reasonsFor = async (asking: Engine) => {
        const answer = await asking.preview("book", { actor: patient, ...wanted });
        assert.ok(!answer.possible);
        return answer.reasons.map(({ error, blockedBy }) => [error.code, blockedBy]);
      };
      assert.deepEqual(await reasonsFor(engine), [["policy_violation", { kind: "slot", id: id(ids, 0) }]]);
      const authorize = ({ action }: { readonly action: string }) => (action === "read" ? "Not yours." : undefined);
      const strict = engineOn(storage, {
        policies,
        authorize,
        audienceOf,
        clock: { now: () => minutes(-600), sleep: async () => {} },
      });
      assert.deepEqual(await reasonsFor(strict), [["policy_violation", null]]);
    },
  },
  {
    key: "sight.transaction",
    title: "within a host's transaction a policy sees what the transaction did, and what it decides holds",
    async run({ storage, beginHostTransaction }) {
      const ids = await slotsAt(storage, [
        [0, 30],
        [35, 60],
        [65, 80],
      ]);
      const engine = engineWith(storage, [buffer({ beforeMinutes: 10, afterMinutes: 10 })]);
      const { transaction, commit } = await beginHostTransaction();
      const inside = engine.within(transaction as never);
      await book(inside as Engine, id(ids, 0));
      await refusedBy(book(inside as Engine, id(ids, 1), "p-2"));
      const preview = await inside.preview("book", { actor: patient, slotId: id(ids, 1), subjectId: "p-2" });
      assert.equal(preview.possible, false);
      await commit();
      await refusedBy(book(engine, id(ids, 1), "p-2"));
      await book(engine, id(ids, 2), "p-2");
      await assertSound(storage);
    },
  },
  {
    key: "sight.requests",
    title: "asking, offering and accepting an offer look around each slot, and what is held for the request is its own",
    async run({ storage }) {
      const ids = await slotsAt(storage, [
        [0, 30],
        [35, 60],
        [200, 230],
        [235, 260],
        [400, 430],
      ]);
      const engine = engineWith(storage, [buffer({ beforeMinutes: 10, afterMinutes: 10 }), noOverlapOfSubject()]);
      await book(engine, id(ids, 0), "p-2");
      const ask = { actor: patient, subjectId: "p-1", holdSeconds: 3600 };
      const { blockedBy } = await refusedBy(engine.request({ ...ask, slotId: id(ids, 2), orSlotIds: [id(ids, 1)] }));
      assert.equal(blockedBy?.id, id(ids, 0));
      const { appointment } = await engine.request({ ...ask, slotId: id(ids, 2) });
      await refusedBy(book(engine, id(ids, 3), "p-3"));
      const of = { actor: provider, appointmentId: appointment.id };
      await refusedBy(engine.offer({ ...of, slotId: id(ids, 1) }));
      // Next to what is held for the same request.
      await engine.offer({ ...of, slotId: id(ids, 3) });
      await engine.acceptOffer({ actor: patient, appointmentId: appointment.id });
      await refusedBy(book(engine, id(ids, 2), "p-3"));
      const other = await slotsAt(storage, [[240, 250]], { providerId: "dr-house" });
      await refusedBy(engine.request({ actor: patient, subjectId: "p-1", slotId: id(other, 0) }));
      await engine.request({ actor: patient, subjectId: "p-1", slotId: id(ids, 4) });
      await assertSound(storage);
    },
  },
  {
    key: "sight.requests-holding-nothing",
    title: "a buffer and a cap are asked about a request that holds nothing once it is accepted, and room may be made",
    async run({ storage }) {
      const [taken, close] = (await slotsAt(storage, inARow)) as [string, string];
      const policies = [buffer({ beforeMinutes: 10, afterMinutes: 10 }), maximumPerDay({ count: 1 })];
      const engine = engineWith(storage, policies);
      const { appointment: first } = await book(engine, taken, "p-2");
      const ask = { actor: patient, subjectId: "p-1" };
      await refusedBy(engine.request({ ...ask, slotId: close, holdSeconds: 3600 }));
      const asked = [
        await engine.request({ ...ask, slotId: close }),
        await engine.request({ ...ask, ...place, start: minutes(30), end: minutes(60) }),
      ];
      for (const { appointment } of asked) {
        const accepting = { actor: provider, appointmentId: appointment.id };
        const preview = await engine.preview("accept", accepting);
        const refusing = preview.possible ? [] : preview.reasons.map(({ error }) => error.details);
        assert.deepEqual(
          refusing.map((details) => (details as { policy?: string }).policy),
          ["buffer", "maximum_per_day"],
        );
        await refusedBy(engine.accept(accepting));
      }
      await engine.cancel({ actor: provider, appointmentId: first.id });
      for (const { appointment } of asked) {
        const accepting = { actor: provider, appointmentId: appointment.id };
        assert.equal((await engine.accept(accepting)).appointment.status, "confirmed");
        await engine.cancel(accepting);
      }
      await assertSound(storage);
    },
  },
  {
    key: "sight.further-wishes",
    title: "a request counts at its own time only; a further wish and an offer are decided on when they are accepted",
    async run({ storage }) {
      const [first, second, third] = (await slotsAt(storage, inARow)) as [string, string, string];
      const elsewhere = await slotsAt(storage, inARow, { providerId: "dr-house" });
      const engine = engineWith(storage, [noOverlapOfSubject()]);
      const wishes = { actor: patient, subjectId: "p-1", slotId: first, orSlotIds: [second] };
      const { appointment } = await engine.request(wishes);
      const of = { appointmentId: appointment.id };
      await engine.offer({ actor: provider, ...of, slotId: third });
      await refusedBy(book(engine, id(elsewhere, 0)));
      await book(engine, id(elsewhere, 1));
      await book(engine, id(elsewhere, 2));
      await refusedBy(engine.accept({ actor: provider, ...of, slotId: second }));
      await refusedBy(engine.acceptOffer({ actor: patient, ...of }));
      assert.equal((await engine.accept({ actor: provider, ...of })).slots[0]?.id, first);
      await assertSound(storage);
    },
  },
];
