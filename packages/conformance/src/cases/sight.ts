import assert from "node:assert/strict";
import {
  buffer,
  maximumAppointments,
  maximumHorizon,
  maximumPerDay,
  noOverlapOfSubject,
  type Policy,
  type Proposal,
} from "@slotwright/core";
import { askFor, assertSound, minutes, patient, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { book, engineWith, id, refusedBy, slotsAt } from "./sight-stage.ts";

export const sightCases: readonly ConformanceCase[] = [
  {
    key: "sight.buffer",
    title: "a buffer keeps time free before and after each booked or held slot, to the minute",
    async run({ storage }) {
      const times = [
        [0, 30],
        [39, 60],
        [60, 90],
        [100, 120],
        [-40, -10],
        [-40, -9],
      ] as const;
      const [first, close, next, free, far] = await slotsAt(storage, times.slice(0, 5));
      const engine = engineWith(storage, [buffer({ beforeMinutes: 0, afterMinutes: 10 })]);
      await book(engine, first ?? "");
      const { policy, values, blockedBy } = await refusedBy(book(engine, close ?? ""));
      assert.deepEqual([policy, values], ["buffer", { beforeMinutes: 0, afterMinutes: 10 }]);
      assert.deepEqual(blockedBy, { kind: "slot", id: first });
      await book(engine, far ?? "");
      await engine.hold({ actor: patient, slotId: next ?? "" });
      const { blockedBy: held } = await refusedBy(book(engine, close ?? "", "p-2"));
      assert.equal(held?.id, first);
      await book(engine, free ?? "");
      await assertSound(storage);
    },
  },
  {
    key: "sight.buffer-sides",
    title: "a buffer is that of the earlier slot after it, or of the later one before it, whichever is more",
    async run({ storage }) {
      const except = [{ facilityId: "south", beforeMinutes: 30, afterMinutes: 0 }];
      const engine = engineWith(storage, [buffer({ beforeMinutes: 5, afterMinutes: 10, except })]);
      const north = await slotsAt(storage, [
        [0, 30],
        [70, 90],
      ]);
      const south = { ...place, facilityId: "south" };
      const slots = [
        [59, 69],
        [100, 110],
        [101, 111],
      ].map(([from = 0, to = 0]) => ({ start: minutes(from), end: minutes(to) }));
      const there = (await engine.createSlots({ actor: provider, ...south, slots: slots.slice(0, 2) })).slots;
      await book(engine, id(north, 0));
      // The one in the south wants half an hour before it, and has 29 minutes.
      await refusedBy(book(engine, there[0]?.id ?? ""));
      await book(engine, id(north, 1));
      // Ten minutes after the one in the north are not the thirty that the one in the south wants.
      await refusedBy(book(engine, there[1]?.id ?? ""));
      await engine.cancel({ actor: patient, appointmentId: (await engine.getSlot(id(north, 1))).appointmentId ?? "" });
      await book(engine, there[1]?.id ?? "");
      // And from the other side: now the one in the north would be too close to it.
      await refusedBy(book(engine, id(north, 1)));
      await assertSound(storage);
    },
  },
  {
    key: "sight.buffer-of-slot",
    title:
      "a slot that is longer than its appointment keeps that time free, whatever is next to it, and a buffer begins at its ends",
    async run({ storage }) {
      const [long, close, next] = await slotsAt(storage, [
        [0, 60],
        [65, 75],
        [80, 110],
      ]);
      const engine = engineWith(storage, [buffer({ beforeMinutes: 0, afterMinutes: 10 })]);
      const part = { slotId: long ?? "", start: minutes(15), end: minutes(45) };
      const { appointment } = await engine.book({ actor: patient, ...part, subjectId: "p-1" });
      assert.deepEqual([appointment.start, appointment.end], [minutes(15), minutes(45)]);
      const own = engine.as(patient);
      for (const [from, to] of [
        [45, 60],
        [-5, 15],
      ] as const) {
        await refusal(
          engine.createSlots({ actor: provider, ...place, slots: [{ start: minutes(from), end: minutes(to) }] }),
          "slot_overlap",
        );
      }
      assert.equal((await refusedBy(book(engine, close ?? "", "p-2"))).blockedBy?.id, long);
      const { items } = await own.findOpen({ from: minutes(-60), to: minutes(200), subjectId: "p-2" });
      assert.deepEqual(
        items.map(({ slotId }) => slotId),
        [next],
      );
      await book(engine, next ?? "", "p-2");
      await assertSound(storage);
    },
  },
  {
    key: "sight.buffer-group",
    title: "a buffer is not kept between the seats of a group, and is between groups",
    async run({ storage }) {
      const engine = engineWith(storage, [buffer({ beforeMinutes: 15, afterMinutes: 15 })]);
      const slots = [0, 30, 60].map((from) => ({ start: minutes(from), end: minutes(from + 30), capacity: 3 }));
      const created = (await engine.createSlots({ actor: provider, ...place, slots })).slots;
      const seats = (from: number) => created.filter(({ start }) => start.getTime() === minutes(from).getTime());
      for (const [index, seat] of seats(0).entries()) await book(engine, seat.id, `p-${index}`);
      await refusedBy(book(engine, seats(30)[0]?.id ?? "", "p-4"));
      await book(engine, seats(60)[0]?.id ?? "", "p-4");
    },
  },
  {
    key: "sight.own-records",
    title: "a command does not stand in its own way: its hold, the slots that it gives up, and its appointment",
    async run({ storage }) {
      const policies = [
        buffer({ beforeMinutes: 10, afterMinutes: 10 }),
        noOverlapOfSubject(),
        maximumPerDay({ count: 1 }),
        maximumAppointments({ count: 1, minutes: 24 * 60 }),
      ];
      const engine = engineWith(storage, policies);
      const ids = await slotsAt(storage, [
        [0, 30],
        [30, 60],
      ]);
      const { holdToken } = await engine.hold({ actor: patient, slotId: id(ids, 0) });
      const { appointment } = await engine.book({ actor: patient, slotId: id(ids, 0), subjectId: "p-1", holdToken });
      await engine.reschedule({ actor: patient, appointmentId: appointment.id, slotId: id(ids, 1) });
      const moved = { actor: patient, appointmentId: appointment.id, slotId: id(ids, 1) };
      await engine.reschedule({ ...moved, start: minutes(40), end: minutes(60) });
      await engine.cancel({ actor: patient, appointmentId: appointment.id });
      await book(engine, id(ids, 0));
      await assertSound(storage);
    },
  },
  {
    key: "sight.overlap-of-subject",
    title: "a subject has no two appointments at the same time, requests included, with one provider or several",
    async run({ storage }) {
      const engine = engineWith(storage, [noOverlapOfSubject()]);
      const ids = await slotsAt(storage, [
        [0, 30],
        [30, 60],
        [90, 120],
      ]);
      const others = await slotsAt(
        storage,
        [
          [15, 45],
          [90, 120],
        ],
        { providerId: "dr-house" },
      );
      const { appointment } = await book(engine, id(ids, 0));
      const { policy, blockedBy } = await refusedBy(book(engine, id(others, 0)));
      assert.deepEqual([policy, blockedBy], ["no_overlap_of_subject", { kind: "appointment", id: appointment.id }]);
      await book(engine, id(others, 0), "p-2");
      await book(engine, id(ids, 1));
      const asked = await askFor(engine, minutes(200), minutes(230));
      await refusedBy(askFor(engine, minutes(210), minutes(215)));
      await engine.cancel({ actor: patient, appointmentId: asked.id });
      await askFor(engine, minutes(210), minutes(215));
      const { appointment: last } = await book(engine, id(ids, 2));
      await refusedBy(book(engine, id(others, 1)));
      await engine.markNoShow({ actor: provider, appointmentId: last.id });
      await book(engine, id(others, 1));
      await assertSound(storage);
    },
  },
  {
    key: "sight.accept",
    title: "accepting a request looks around its slot, whether it is named or found",
    async run({ storage }) {
      const engine = engineWith(storage, [buffer({ beforeMinutes: 5, afterMinutes: 5 }), noOverlapOfSubject()]);
      const { id: first } = await askFor(engine, minutes(0), minutes(30));
      const { id: second } = await askFor(engine, minutes(32), minutes(60), "p-2");
      const ids = await slotsAt(storage, [
        [0, 30],
        [32, 60],
      ]);
      await engine.accept({ actor: provider, appointmentId: first });
      for (const slotId of [undefined, id(ids, 1)]) {
        const { policy } = await refusedBy(engine.accept({ actor: provider, appointmentId: second, slotId }));
        assert.equal(policy, "buffer");
      }
      await engine.cancel({ actor: patient, appointmentId: first });
      await engine.accept({ actor: provider, appointmentId: second });
      await assertSound(storage);
    },
  },
  {
    key: "sight.maximum-appointments",
    title: "a subject has so many appointments in any period of that length, anywhere or with one provider",
    async run({ storage }) {
      const week = 7 * 24 * 60;
      const starts = [0, 100, week - 1, week, week + 100];
      const ids = await slotsAt(
        storage,
        starts.map((from) => [from, from + 1]),
      );
      const others = await slotsAt(storage, [[200, 230]], { providerId: "dr-house" });
      const anywhere = engineWith(storage, [maximumAppointments({ count: 2, minutes: week })]);
      const withOne = engineWith(storage, [maximumAppointments({ count: 2, minutes: week, withOneProvider: true })]);
      await book(anywhere, id(ids, 0));
      await book(anywhere, id(ids, 1));
      const { policy, values } = await refusedBy(book(anywhere, id(others, 0)));
      const said = { count: 2, minutes: week, withOneProvider: false };
      assert.deepEqual([policy, values], ["maximum_appointments", said]);
      const { appointment } = await book(withOne, id(others, 0));
      await refusedBy(book(withOne, id(ids, 2)));
      await engineWith(storage, []).cancel({ actor: patient, appointmentId: appointment.id });
      // A period that ends with the first is one thing, and one that begins with the second another.
      await refusedBy(book(anywhere, id(ids, 2)));
      await book(anywhere, id(ids, 3));
      await refusedBy(book(anywhere, id(ids, 4)).then(() => book(anywhere, id(ids, 2))));
      await assertSound(storage);
    },
  },
  {
    key: "sight.maximum-per-day",
    title: "a provider has so many appointments and holds on a local day of the schedule's zone",
    async run({ storage }) {
      // Nine o'clock UTC is five in the afternoon in Singapore, so that the day ends seven hours later.
      const times = [
        [0, 30],
        [60, 90],
        [7 * 60 - 1, 7 * 60 + 20],
        [7 * 60 + 20, 7 * 60 + 30],
      ] as const;
      const ids = await slotsAt(storage, times, { timeZone: "Asia/Singapore" });
      const engine = engineWith(storage, [maximumPerDay({ count: 2 })]);
      await book(engine, id(ids, 0));
      const { slot } = await engine.hold({ actor: patient, slotId: id(ids, 1), seconds: 60 });
      const { policy, values } = await refusedBy(book(engine, id(ids, 2), "p-2"));
      assert.deepEqual([policy, values], ["maximum_per_day", { count: 2, day: "2026-03-02" }]);
      await book(engine, id(ids, 3), "p-2");
      // The hold has run out by the clock.
      const later = engineWith(storage, [maximumPerDay({ count: 2 })], -598);
      assert.ok(slot.hold !== null && slot.hold.expiresAt <= minutes(-598));
      await book(later, id(ids, 2), "p-2");
      await assertSound(storage);
    },
  },
  {
    key: "sight.horizon-of-days",
    title: "a horizon of days ends with a local day of the schedule's zone",
    async run({ storage }) {
      // From seven hours after nine on, it is the next day in Singapore.
      const ids = await slotsAt(
        storage,
        [
          [419, 425],
          [425, 430],
          [1859, 1860],
          [1860, 1861],
        ],
        { timeZone: "Asia/Singapore" },
      );
      const engine = engineWith(storage, [maximumHorizon({ days: 1 })], 0);
      await book(engine, id(ids, 0));
      await book(engine, id(ids, 1), "p-2");
      await book(engine, id(ids, 2), "p-3");
      const { policy, values } = await refusedBy(book(engine, id(ids, 3), "p-4"));
      assert.deepEqual([policy, values], ["maximum_horizon", { days: 1, lastDay: "2026-03-03" }]);
    },
  },
  {
    key: "sight.shown",
    title: "a policy is shown what it asks for, in order, as it counts now, and no more whatever others ask for",
    async run({ storage }) {
      const ids = await slotsAt(storage, [
        [-60, -30],
        [0, 30],
        [35, 50],
        [200, 230],
        [300, 330],
      ]);
      const other = await slotsAt(storage, [[5, 25]], { providerId: "dr-house" });
      const shown = new Map<string, Pick<Proposal, "neighbours" | "ofSubject" | "timeZone">>();
      const watch = (name: string, sees: Policy["sees"]): Policy => ({
        name,
        ...(sees && { sees }),
        check({ neighbours, ofSubject, timeZone }) {
          shown.set(name, { neighbours, ofSubject, timeZone });
          return undefined;
        },
      });
      const minutesAround = (count: number) => ({ beforeMinutes: count, afterMinutes: count });
      const engine = engineWith(storage, [
        watch("blind", undefined),
        watch("near", { provider: minutesAround(10) }),
        watch("far", { provider: minutesAround(200), subject: minutesAround(180), timeZone: true }),
      ]);
      for (const [index, subjectId] of [
        [0, "p-2"],
        [2, "p-1"],
        [3, "p-2"],
      ] as const) {
        await book(engineWith(storage, []), id(ids, index), subjectId);
      }
      await engineWith(storage, [], -700).hold({ actor: patient, slotId: id(ids, 4), seconds: 60 });
      await book(engineWith(storage, []), id(other, 0));
      await book(engine, id(ids, 1));
      const names = (policy: string) => {
        const { neighbours = [], ofSubject = [], timeZone } = shown.get(policy) ?? {};
        return [neighbours.map(({ slotId }) => ids.indexOf(slotId)), ofSubject.map(({ start }) => start), timeZone];
      };
      assert.deepEqual(names("blind"), [[], [], null]);
      assert.deepEqual(names("near"), [[2], [], null]);
      assert.deepEqual(names("far"), [[0, 2, 3], [minutes(5), minutes(35)], "UTC"]);
      const [neighbour] = shown.get("near")?.neighbours ?? [];
      const { appointmentId, scheduleId } = await engine.getSlot(id(ids, 2));
      const times = { start: minutes(35), end: minutes(50) };
      assert.deepEqual(neighbour, { slotId: id(ids, 2), ...place, scheduleId, appointmentId, ...times });
      const [first] = shown.get("far")?.ofSubject ?? [];
      const { appointmentId: other0 } = await engine.getSlot(id(other, 0));
      const of = { appointmentId: other0, providerId: "dr-house", facilityId: "north", status: "confirmed" };
      assert.deepEqual(first, { ...of, start: minutes(5), end: minutes(25) });
    },
  },
];
