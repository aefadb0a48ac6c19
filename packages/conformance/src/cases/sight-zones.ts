import assert from "node:assert/strict";
import { maximumHorizon, maximumPerDay, type Policy, type Proposal, type StorageAdapter } from "@slotwright/core";
import { assertSound, minutes, patient, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { computed } from "./computed.ts";
import { book, engineWith, id, refusedBy, slotsAt } from "./sight-stage.ts";

/** At nine o'clock UTC it is ten in Berlin, and six in the evening in Tokyo: there the day ends six hours later. */
const sameDay = [0, 30] as const;
/** It is the 3rd in Tokyo, and still the 2nd in Berlin. */
const evening = [400, 430] as const;
/** The 3rd in both. */
const night = [860, 890] as const;
/** The 4th in Tokyo, and still the 3rd in Berlin. */
const dayAfter = [1860, 1890] as const;

async function doctorAndInterpreter(storage: StorageAdapter) {
  const times = [sameDay, evening, night, dayAfter];
  const doctor = await slotsAt(storage, times, { timeZone: "Europe/Berlin" });
  const interpreter = await slotsAt(storage, times, { providerId: "interpreter", timeZone: "Asia/Tokyo" });
  /** Both at one time, each of them first. */
  const both = (index: number) => [
    { slotId: id(doctor, index), alsoSlotIds: [id(interpreter, index)] },
    { slotId: id(interpreter, index), alsoSlotIds: [id(doctor, index)] },
  ];
  return { doctor, interpreter, both };
}

const ben = { actor: patient, subjectId: "p-2" } as const;

/** Schedules of several zones in one command. */
export const sightZoneCases: readonly ConformanceCase[] = [
  {
    key: "sight.cap-by-zone",
    title:
      "a cap of a day counts each slot of a command on the local day of its own schedule, whichever is named first",
    async run({ storage }) {
      const engine = engineWith(storage, [maximumPerDay({ count: 1 })]);
      const { interpreter, both } = await doctorAndInterpreter(storage);
      await book(engine, id(interpreter, 0));
      // For the interpreter, it is another day.
      for (const slots of both(1)) {
        const { possible } = await engine.preview("book", { ...ben, ...slots });
        assert.equal(possible, true);
        const { holdToken } = await engine.hold({ actor: patient, ...slots });
        await engine.release({ actor: patient, ...slots, holdToken });
      }
      await book(engine, id(interpreter, 1), "p-3");
      // For the interpreter, it is a second one on that day.
      for (const slots of both(2)) {
        const calls = [() => engine.book({ ...ben, ...slots }), () => engine.hold({ actor: patient, ...slots })];
        for (const call of calls) {
          const { policy, values } = await refusedBy(call());
          assert.deepEqual([policy, values], ["maximum_per_day", { count: 1, day: "2026-03-03" }]);
        }
      }
      await assertSound(storage);
    },
  },
  {
    key: "sight.horizon-by-zone",
    title: "a horizon of days ends for each slot of a command with the local day of its own schedule",
    async run({ storage }) {
      const engine = engineWith(storage, [maximumHorizon({ days: 1 })], 0);
      const { doctor, interpreter, both } = await doctorAndInterpreter(storage);
      for (const slots of both(3)) {
        const calls = [() => engine.book({ ...ben, ...slots }), () => engine.hold({ actor: patient, ...slots })];
        for (const call of calls) {
          const { policy, values } = await refusedBy(call());
          assert.deepEqual([policy, values], ["maximum_horizon", { days: 1, lastDay: "2026-03-03" }]);
        }
      }
      await book(engine, id(doctor, 3));
      await engine.book({ ...ben, slotId: id(doctor, 2), alsoSlotIds: [id(interpreter, 2)] });
      await assertSound(storage);
    },
  },
  {
    key: "sight.horizon-in-one-go",
    title:
      "what a hold takes on both sides of a midnight somewhere, its token books in one go, whichever is named first",
    async run({ storage }) {
      const engine = engineWith(storage, [maximumHorizon({ days: 1 })], 0);
      // It is midnight in Tokyo in between.
      const [[ofDoctor = ""], [ofInterpreter = ""]] = [
        await slotsAt(storage, [[1_800, 1_860]], { timeZone: "Europe/Berlin" }),
        await slotsAt(storage, [[1_770, 1_860]], { providerId: "interpreter", timeZone: "Asia/Tokyo" }),
      ];
      const time = { start: minutes(1_800), end: minutes(1_860) };
      for (const [slotId, also] of [
        [ofDoctor, ofInterpreter],
        [ofInterpreter, ofDoctor],
      ] as const) {
        const both = { slotId, alsoSlotIds: [also] };
        const { holdToken } = await engine.hold({ actor: patient, ...both });
        const { appointment } = await engine.book({ ...ben, ...both, ...time, holdToken });
        // And the interpreter can be given up, and taken in again.
        const move = { actor: patient, appointmentId: appointment.id, slotId, ...time };
        if (slotId === ofDoctor) {
          await engine.reschedule(move);
          await engine.reschedule({ ...move, alsoSlotIds: [also] });
        } else {
          // Alone, it would begin on a day too far ahead.
          await refusedBy(engine.reschedule(move));
        }
        await engine.cancel({ actor: patient, appointmentId: appointment.id });
      }
      await assertSound(storage);
    },
  },
  {
    key: "sight.zones-shown",
    title:
      "a policy is shown the zone of the first slot, and those of all schedules of the command, if it asks for them",
    async run({ storage }) {
      const { doctor, interpreter, both } = await doctorAndInterpreter(storage);
      const shown: Pick<Proposal, "timeZone" | "timeZones">[] = [];
      const watch = (sees: Policy["sees"]): Policy => ({
        name: sees?.timeZone ? "sees" : "blind",
        ...(sees && { sees }),
        check({ timeZone, timeZones }) {
          shown.push({ timeZone, timeZones });
          return undefined;
        },
      });
      const policies = [watch({ timeZone: true }), watch({ provider: { beforeMinutes: 0, afterMinutes: 0 } })];
      const engine = engineWith(storage, policies);
      const [ofDoctor, ofInterpreter] = await Promise.all(
        [doctor, interpreter].map(async (ids) => (await engine.getSlot(id(ids, 0))).scheduleId),
      );
      const zones = { [ofDoctor ?? ""]: "Europe/Berlin", [ofInterpreter ?? ""]: "Asia/Tokyo" };
      const blind = { timeZone: null, timeZones: {} };
      for (const [index, timeZone] of [
        [0, "Europe/Berlin"],
        [1, "Asia/Tokyo"],
      ] as const) {
        shown.length = 0;
        await engine.preview("book", { ...ben, ...both(0)[index] } as never);
        assert.deepEqual(shown, [{ timeZone, timeZones: zones }, blind]);
      }
      // The slot that a move gives up is shown as well, and so its zone.
      const pair = { slotId: id(doctor, 0), alsoSlotIds: [id(interpreter, 0)] };
      const { appointment } = await engine.book({ ...ben, ...pair });
      const about = { actor: patient, appointmentId: appointment.id };
      for (const slotId of [id(doctor, 0), id(doctor, 1)]) {
        shown.length = 0;
        await engine.preview("reschedule", { ...about, slotId });
        assert.deepEqual(shown[0], { timeZone: "Europe/Berlin", timeZones: zones });
      }
      await engine.cancel(about);
      shown.length = 0;
      const search = { providerIds: ["interpreter"], subjectId: "p-2", limit: 1 };
      assert.equal((await engine.as(patient).findOpen(search)).items.length, 1);
      assert.deepEqual(shown.slice(0, 2), [
        { timeZone: "Asia/Tokyo", timeZones: { [ofInterpreter ?? ""]: "Asia/Tokyo" } },
        blind,
      ]);
      await assertSound(storage);
    },
  },
  {
    key: "sight.zones-of-alternatives",
    title: "an alternative for a further slot is asked about in the zones of all slots, that of the first one first",
    async run({ storage }) {
      const { doctor } = await doctorAndInterpreter(storage);
      const shown: Pick<Proposal, "timeZone" | "timeZones">[] = [];
      const watch: Policy = {
        name: "watch",
        sees: { timeZone: true },
        check: ({ timeZone, timeZones }) => void shown.push({ timeZone, timeZones }),
      };
      const engine = engineWith(storage, [watch]);
      const seats = [{ start: minutes(0), end: minutes(30), capacity: 2 }];
      const where = { ...place, providerId: "nurse", timeZone: "Asia/Tokyo" };
      const [taken, free] = (await engine.createSlots({ actor: provider, ...where, slots: seats })).slots;
      await book(engine, taken?.id ?? "", "p-3");
      shown.length = 0;
      const wanted = { slotId: id(doctor, 0), alsoSlotIds: [taken?.id ?? ""], alternatives: 1 };
      const { details } = await refusal(engine.book({ ...ben, ...wanted }), "slot_booked");
      assert.equal(details.alternatives?.[0]?.slotId, free?.id);
      const { scheduleId } = await engine.getSlot(id(doctor, 0));
      const zones = { [scheduleId]: "Europe/Berlin", [free?.scheduleId ?? ""]: "Asia/Tokyo" };
      assert.deepEqual(shown, [{ timeZone: "Europe/Berlin", timeZones: zones }]);
      await assertSound(storage);
    },
  },
  {
    key: "sight.zones-of-openings",
    title:
      "a computed opening that is an alternative to a move is asked about in the zones of what the move gives up, too",
    async run({ storage }) {
      const { doctor, interpreter } = await doctorAndInterpreter(storage);
      const shown: Pick<Proposal, "slots" | "timeZones">[] = [];
      const watch: Policy = {
        name: "watch",
        sees: { timeZone: true },
        check: ({ slots, timeZones }) => void shown.push({ slots, timeZones }),
      };
      const engine = engineWith(storage, [watch]);
      // An hour and a half after the slot that is taken, for two hours.
      const hours = computed("11:30", "13:30");
      await engine.setAvailability({ actor: provider, ...place, timeZone: "Europe/Berlin", hours });
      const pair = { slotId: id(doctor, 0), alsoSlotIds: [id(interpreter, 0)] };
      const { appointment } = await engine.book({ ...ben, ...pair });
      const time = { start: minutes(90), end: minutes(120) };
      await engine.book({ actor: patient, subjectId: "p-3", ...place, ...time });
      shown.length = 0;
      const move = { actor: patient, appointmentId: appointment.id, ...time, alternatives: 1 };
      const { details } = await refusal(engine.reschedule(move), "no_slot_available");
      assert.deepEqual(details.alternatives, [{ slotId: null, start: minutes(120), end: minutes(150) }]);
      assert.ok(shown.length > 0);
      for (const { slots, timeZones } of shown) {
        assert.deepEqual(slots.map(({ scheduleId }) => timeZones[scheduleId]).sort(), [
          "Asia/Tokyo",
          "Europe/Berlin",
          "Europe/Berlin",
        ]);
      }
      await assertSound(storage);
    },
  },
];
