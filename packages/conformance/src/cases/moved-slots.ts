import assert from "node:assert/strict";
import { type Engine, type Hours, type MovedSlot, type StorageAdapter, weekdays } from "@slotwright/core";
import { assertSound, engineOn, manualClock, patient, place, provider } from "../fixtures.ts";
import type { ConformanceCase, ConformanceStore } from "../harness.ts";
import { intercepted, interrupted } from "../intercepted.ts";

const by = { actor: provider, ...place };
const operator = { kind: "system", id: "nightly" };

/** On a day in summer, and on one in winter. */
const hours: Hours = {
  offer: { minutes: 30 },
  weekly: [
    { days: weekdays, from: "09:00", to: "11:00", validFrom: "2026-03-30", validUntil: "2026-03-30" },
    { days: weekdays, from: "09:00", to: "10:00", validFrom: "2026-03-09", validUntil: "2026-03-09" },
  ],
};
const until = new Date("2026-04-01T00:00:00Z");

const stage = (storage: StorageAdapter, clock = manualClock()) => engineOn(storage, { clock });

/**
 * Slots that were published while Berlin was thought to have no summer time: an hour later than they are. The day in winter
 * is the same. Only the zone data of the runtime are other ones now.
 */
async function published({ storage, corrupt }: Pick<ConformanceStore, "storage" | "corrupt">, clock = manualClock()) {
  const engine = stage(storage, clock);
  const { availability } = await engine.setAvailability({ ...by, timeZone: "Etc/GMT-1", hours });
  assert.equal((await engine.publishSlots({ ...by, until })).created, 6);
  await corrupt({ put: [{ ...availability, timeZone: "Europe/Berlin" }] });
  return engine;
}

const summer = { from: "2026-03-30T00:00:00Z", to: until };

const listed = async (engine: Engine) =>
  (await engine.listSlots(summer)).items.map(({ start, status }) => `${start.toISOString().slice(11, 16)} ${status}`);

const told = ({ status, start, newStart, outcome }: MovedSlot) =>
  `${start.toISOString().slice(11, 16)} ${status} ${newStart.toISOString().slice(11, 16)} ${outcome}`;

const slotAt = async (engine: Engine, time: string) =>
  (await engine.listSlots(summer)).items.find(({ start }) => start.toISOString().slice(11, 16) === time)?.id ?? "";

export const movedSlotCases: readonly ConformanceCase[] = [
  {
    key: "moved.repaired",
    title:
      "of slots that were published by other rules of their zone, the free ones move to their new times, and the taken ones are reported with both",
    async run(store) {
      const clock = manualClock();
      const engine = await published(store, clock);
      const slotId = await slotAt(engine, "08:30");
      const { appointment } = await engine.book({ actor: patient, slotId, subjectId: "p-1" });
      const before = await listed(engine);
      const dry = await engine.reconcile({ actor: operator, dryRun: true });
      assert.deepEqual(dry.moved.map(told), [
        "08:30 booked 07:30 manual",
        "09:00 available 08:00 repairable",
        "09:30 available 08:30 repairable",
      ]);
      assert.equal(dry.moved[0]?.appointmentId, appointment.id);
      assert.equal(dry.moved[0]?.newEnd.toISOString(), "2026-03-30T08:00:00.000Z");
      assert.deepEqual(await listed(engine), before);
      clock.advance(60_000);
      const done = await engine.reconcile({ actor: operator });
      const repaired = dry.moved.map((one) => (one.outcome === "repairable" ? { ...one, outcome: "repaired" } : one));
      assert.deepEqual([done.moved, done.movedCount, done.findings], [repaired, 3, []]);
      // Nobody is at seven any more. What may be offered at half past seven is for those who publish to say.
      assert.deepEqual(await listed(engine), ["07:00 available", "08:00 available", "08:30 booked"]);
      const { items } = await engine.history({ slotId: await slotAt(engine, "07:00") });
      assert.deepEqual([items[0]?.command, items[0]?.actor, items.length], ["publishSlots", operator, 1]);
      const again = await engine.reconcile({ actor: operator });
      assert.deepEqual(again.moved.map(told), ["08:30 booked 07:30 manual"]);
      const { created, kept, withdrawn } = await engine.publishSlots({ ...by, until });
      assert.deepEqual([created, kept, withdrawn], [1, 5, 0]);
      // Published by the old rules, and booked by the new ones.
      await engine.book({ actor: patient, slotId: await slotAt(engine, "08:00"), subjectId: "p-2" });
      assert.deepEqual((await engine.reconcile({ actor: operator })).moved.map(told), again.moved.map(told));
      await assertSound(store.storage);
    },
  },
  {
    key: "moved.taken-meanwhile",
    title: "who books a held slot before those that were published by other rules move is reported",
    async run(store) {
      const other = await published(store);
      const { next, stopping } = interrupted(store.storage);
      const slotId = await slotAt(other, "08:30");
      const { holdToken } = await other.hold({ actor: patient, slotId });
      next.do = () => other.book({ actor: patient, slotId, subjectId: "p-1", holdToken });
      const { moved } = await stage(stopping).reconcile({ actor: operator });
      assert.equal(next.do, undefined);
      const { appointmentId } = await other.getSlot(slotId);
      assert.ok(appointmentId !== null);
      assert.equal(moved.map(told)[0], "08:30 booked 07:30 manual");
      assert.equal(moved[0]?.appointmentId, appointmentId);
      await assertSound(store.storage);
    },
  },
  {
    key: "moved.window",
    title: "only what was published moves, within the window that is asked for, and what is blocked is reported",
    async run(store) {
      const engine = await published(store);
      await engine.block({ actor: provider, slotId: await slotAt(engine, "08:00") });
      const own = [{ start: "2026-03-30T12:00:00Z", end: "2026-03-30T12:30:00Z" }];
      await engine.createSlots({ ...by, slots: own });
      const winter = await engine.reconcile({ actor: operator, to: "2026-03-29T00:00:00Z" });
      assert.deepEqual([winter.moved, winter.movedCount], [[], 0]);
      const few = await engine.reconcile({ actor: operator, keepFindings: 1, dryRun: true });
      assert.deepEqual([few.moved.map(told), few.movedCount], [["08:00 blocked 07:00 manual"], 3]);
      await engine.reconcile({ actor: operator });
      // At seven nothing is made: that time was blocked, and whether it still is, a person must say.
      assert.deepEqual(await listed(engine), [
        "07:30 available",
        "08:00 blocked",
        "08:30 available",
        "12:00 available",
      ]);
      await assertSound(store.storage);
    },
  },
  {
    key: "moved.one-facility",
    title: "where a schedule spans all facilities, the hours of one answer for no booking of an opening at another",
    async run({ storage, corrupt }) {
      const engine = engineOn(storage, { overlapScope: "provider", clock: manualClock() });
      await engine.setAvailability({ ...by, timeZone: "Etc/GMT-1", hours });
      await engine.publishSlots({ ...by, until });
      const south = { providerId: place.providerId, facilityId: "south" };
      const afternoon = { days: weekdays, from: "14:00", to: "16:00" };
      const openings: Hours = { openings: "computed", offer: { minutes: 30 }, weekly: [afternoon] };
      await engine.setAvailability({ actor: provider, ...south, timeZone: "Etc/GMT-1", hours: openings });
      const time = { start: "2026-03-30T13:00:00Z", end: "2026-03-30T13:30:00Z" };
      await engine.book({ actor: patient, ...south, ...time, subjectId: "p-1" });
      const { outside, outsideCount } = await engine.publishSlots({ ...by, until, dryRun: true });
      assert.deepEqual([outside, outsideCount], [[], 0]);
      await corrupt({ put: [{ ...(await engine.getAvailability(place)), timeZone: "Europe/Berlin" }] });
      const { moved } = await engine.reconcile({ actor: operator, dryRun: true });
      assert.deepEqual(moved.map(told), ["09:00 available 08:00 repairable", "09:30 available 08:30 repairable"]);
    },
  },
  {
    key: "moved.same-rules",
    title: "other zone data that show the same times move nothing, and nothing is written",
    async run({ storage, corrupt }) {
      const engine = stage(storage);
      await engine.setAvailability({ ...by, timeZone: "Europe/Berlin", hours });
      await engine.publishSlots({ ...by, until });
      const availability = await engine.getAvailability(place);
      const [rules, ...more] = availability.zoneRules;
      assert.deepEqual([more, rules?.offsets.slice(0, 2).map(({ minutes }) => minutes)], [[], [60, 120]]);
      const older = { ...availability, zoneRules: availability.zoneRules.map((one) => ({ ...one, version: "1999a" })) };
      await corrupt({ put: [older] });
      const { moved, movedCount } = await engine.reconcile({ actor: operator });
      assert.deepEqual([moved, movedCount], [[], 0]);
      assert.deepEqual(countsOf(await engine.publishSlots({ ...by, until })), [0, 6, 0]);
      assert.deepEqual(await engine.getAvailability(place), older);
    },
  },
  {
    key: "moved.published",
    title:
      "what is published by other rules is kept with the hours, once, so that a later change of the rules is found",
    async run(store) {
      const engine = await published(store);
      const before = await engine.getAvailability(place);
      assert.deepEqual(countsOf(await engine.publishSlots({ ...by, until })), [2, 4, 2]);
      const after = await engine.getAvailability(place);
      assert.deepEqual([after.version, after.zoneRules.length], [before.version + 1, 2]);
      assert.deepEqual(after.zoneRules[0], before.zoneRules[0]);
      assert.equal(after.zoneRules[1]?.since, manualClock().now().toISOString());
      await engine.setAvailability({ ...by, hours: { ...hours, offer: { minutes: 15 } } });
      await engine.publishSlots({ ...by, until });
      assert.deepEqual((await engine.getAvailability(place)).zoneRules, after.zoneRules);
      await assertSound(store.storage);
    },
  },
  {
    key: "moved.computed",
    title:
      "the booking of a computed opening is reported when the rules of its zone have changed, and the next one keeps these with the hours, once",
    async run(store) {
      const clock = manualClock();
      const engine = stage(store.storage, clock);
      const openings = { ...hours, openings: "computed" } as const;
      const { availability } = await engine.setAvailability({ ...by, timeZone: "Etc/GMT-1", hours: openings });
      const bookAt = async (time: string) => {
        const start = new Date(`2026-03-30T${time}:00Z`);
        const end = new Date(start.getTime() + 30 * 60_000);
        await engine.book({ actor: patient, ...place, start, end, subjectId: "p-1" });
      };
      await bookAt("09:00");
      await store.corrupt({ put: [{ ...availability, timeZone: "Europe/Berlin" }] });
      const moved = async () => (await engine.reconcile({ actor: operator })).moved.map(told);
      assert.deepEqual(await moved(), ["09:00 booked 08:00 manual"]);
      clock.advance(60_000);
      for (const time of ["08:00", "07:30"]) {
        await bookAt(time);
        const { version, zoneRules } = await engine.getAvailability(place);
        assert.deepEqual([version, zoneRules.length], [2, 2]);
      }
      assert.deepEqual(await moved(), ["09:00 booked 08:00 manual"]);
      assert.deepEqual(await listed(engine), ["07:30 booked", "08:00 booked", "09:00 booked"]);
      await assertSound(store.storage);
    },
  },
  {
    key: "moved.far-ahead",
    title: "bookings of openings years ahead do not write the hours each time",
    async run({ storage }) {
      const engine = stage(storage);
      const weekly = [{ days: weekdays, from: "09:00", to: "11:00" }];
      const openings = { openings: "computed", offer: { minutes: 30 }, weekly } as const;
      const { availability } = await engine.setAvailability({ ...by, timeZone: "Etc/GMT-1", hours: openings });
      for (const hour of ["08:00", "08:30", "09:00"]) {
        const start = new Date(`2030-03-04T${hour}:00Z`);
        const end = new Date(start.getTime() + 30 * 60_000);
        await engine.book({ actor: patient, ...place, start, end, subjectId: "p-1" });
      }
      assert.deepEqual(await engine.getAvailability(place), availability);
    },
  },
  {
    key: "moved.hours-set-anew",
    title: "hours that are set anew keep the rules of their zone as they are now",
    async run(store) {
      const clock = manualClock();
      const engine = await published(store, clock);
      clock.advance(60_000);
      const { availability } = await engine.setAvailability({ ...by, hours });
      assert.deepEqual([availability.zoneRules.length, availability.version], [2, 2]);
      const again = await engine.setAvailability({ ...by, hours });
      assert.deepEqual(again.availability.zoneRules, availability.zoneRules);
      assert.equal((await engine.reconcile({ actor: operator, dryRun: true })).movedCount, 2);
    },
  },
  {
    key: "moved.between",
    title: "a slot that is booked before its repair commits keeps its appointment, and is reported",
    async run(store) {
      const other = await published(store);
      let meanwhile: (() => Promise<unknown>) | undefined;
      const stopping = intercepted(store.storage, (calls) => ({
        async commit(transitions, call) {
          const first = meanwhile;
          meanwhile = undefined;
          await first?.();
          return calls.commit(transitions, call);
        },
      }));
      const slotId = await slotAt(other, "09:30");
      meanwhile = () => other.book({ actor: patient, slotId, subjectId: "p-1" });
      const { moved } = await stage(stopping).reconcile({ actor: operator });
      assert.deepEqual(moved.map(told), ["09:00 available 08:00 repaired", "09:30 booked 08:30 manual"]);
      assert.equal((await other.getSlot(slotId)).status, "booked");
      await assertSound(store.storage);
    },
  },
];

const countsOf = (done: { created: number; kept: number; withdrawn: number }) => [
  done.created,
  done.kept,
  done.withdrawn,
];
