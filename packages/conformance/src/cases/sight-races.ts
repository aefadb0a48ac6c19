import assert from "node:assert/strict";
import {
  type AudienceOf,
  buffer,
  type Engine,
  maximumAppointments,
  maximumPerDay,
  noOverlapOfSubject,
  type Policy,
  type StorageAdapter,
} from "@slotwright/core";
import { askFor, assertSound, engineOn, minutes, patient, place, provider, tally } from "../fixtures.ts";
import { gatedAdapter } from "../gated.ts";
import type { ConformanceCase } from "../harness.ts";

const audienceOf: AudienceOf = ({ kind }) => (kind === "patient" ? "self_service" : "staff");
const clock = { now: () => minutes(-600), sleep: (ms: number) => new Promise<void>((end) => setTimeout(end, ms)) };

/** All callers have looked around before the first of them writes. */
const late = (storage: StorageAdapter): StorageAdapter =>
  gatedAdapter(storage, (call) => (call === "commit" ? clock.sleep(5) : Promise.resolve()));

/** Four engines on two connections, as four processes would have. */
export function enginesOn(
  connections: readonly StorageAdapter[],
  policies: readonly Policy[],
): (index: number) => Engine {
  const storages = connections.map(late);
  const engines = Array.from({ length: 4 }, (_, index) =>
    engineOn(storages[index % storages.length] as StorageAdapter, { clock, policies, audienceOf }),
  );
  return (index) => engines[index % engines.length] as Engine;
}

/** Slots of half an hour, so many minutes apart. */
export async function slotsOf(storage: StorageAdapter, providerId: string, count: number, apart = 0) {
  const slots = Array.from({ length: count }, (_, index) => {
    const from = index * (30 + apart);
    return { start: minutes(from), end: minutes(from + 30) };
  });
  const created = await engineOn(storage).createSlots({ actor: provider, ...place, providerId, slots });
  return created.slots.map(({ id }) => id);
}

/** The storage, before whose first such call something else is done, as somebody faster would. */
export function whenFirst(storage: StorageAdapter, wanted: string, doThis: () => Promise<unknown>): StorageAdapter {
  let isDone = false;
  return gatedAdapter(storage, async (call) => {
    if (call !== wanted || isDone) return;
    isDone = true;
    await doThis();
  });
}

export const sightRaceCases: readonly ConformanceCase[] = [
  {
    key: "sight-races.cap-of-subject",
    title: "of six callers for a subject who may have five appointments one is refused, with six providers",
    async run({ storage, second }) {
      const engineOf = enginesOn([storage, second], [maximumAppointments({ count: 5, minutes: 24 * 60 })]);
      const ids = (await Promise.all(Array.from({ length: 6 }, (_, i) => slotsOf(storage, `dr-${i}`, 1)))).flat();
      const callers = ids.map((slotId, i) => engineOf(i).book({ actor: patient, slotId, subjectId: "p-1" }));
      assert.deepEqual(await tally(callers), { ok: 5, policy_violation: 1 });
      await assertSound(storage);
    },
  },
  {
    key: "sight-races.cap-of-day",
    title: "of nine callers for a provider who sees three a day six are refused, holds and bookings alike",
    async run({ storage, second }) {
      const engineOf = enginesOn([storage, second], [maximumPerDay({ count: 3 })]);
      const ids = await slotsOf(storage, place.providerId, 9);
      const callers = ids.map((slotId, i) =>
        i % 3 === 0
          ? engineOf(i).hold({ actor: patient, slotId })
          : engineOf(i).book({ actor: patient, slotId, subjectId: `p-${i}` }),
      );
      assert.deepEqual(await tally(callers), { ok: 3, policy_violation: 6 });
      await assertSound(storage);
    },
  },
  {
    key: "sight-races.subject-with-two",
    title: "a subject who wants two providers at the same time gets one of them, booked, requested or accepted",
    async run({ storage, second }) {
      const engineOf = enginesOn([storage, second], [noOverlapOfSubject()]);
      for (let round = 0; round < 5; round++) {
        const subjectId = `p-${round}`;
        const doctors = ["a", "b", "c"].map((name) => `dr-${name}-${round}`);
        const ids = (await Promise.all(doctors.map((doctor) => slotsOf(storage, doctor, 1)))).flat();
        const time = { facilityId: place.facilityId, start: minutes(10), end: minutes(25) };
        const request = { ...time, providerId: `dr-d-${round}`, ifNoSlot: "schedule" as const };
        const callers = [
          ...ids.map((slotId, i) => engineOf(i).book({ actor: patient, slotId, subjectId })),
          engineOf(3).book({ actor: patient, ...request, subjectId }),
        ];
        assert.deepEqual(await tally(callers), { ok: 1, policy_violation: 3 });
      }
      await assertSound(storage);
    },
  },
  {
    key: "sight-races.buffer",
    title:
      "of three slots that are closer than the buffer, taken at once in different ways, the middle one excludes both others",
    async run({ storage, second }) {
      const engineOf = enginesOn([storage, second], [buffer({ beforeMinutes: 10, afterMinutes: 10 })]);
      for (let round = 0; round < 5; round++) {
        const providerId = `dr-${round}`;
        const ids = await slotsOf(storage, providerId, 3, 5);
        const [first, middle, last] = ids as [string, string, string];
        const at = (index: number) => ({ start: minutes(index * 35), end: minutes(index * 35 + 30) });
        await Promise.allSettled([
          engineOf(0).book({ actor: patient, slotId: first, subjectId: "p-1" }),
          engineOf(1).hold({ actor: patient, slotId: middle }),
          engineOf(2).book({ actor: patient, ...place, providerId, ...at(2), subjectId: "p-2" }),
        ]);
        const taken = await Promise.all(ids.map(async (id) => (await engineOf(0).getSlot(id)).status !== "available"));
        assert.ok(!(taken[1] && (taken[0] || taken[2])), `taken: ${taken.join(", ")}`);
        assert.ok(taken.includes(true), "nobody was served");
        assert.ok(last !== "");
      }
      await assertSound(storage);
    },
  },
  {
    key: "sight-races.whom-it-does-not-hold-for",
    title:
      "what staff add, for whom a policy does not hold or who pass it, is seen by a decision that was made before it",
    async run({ storage, second }) {
      const audience = ["self_service"] as const;
      const policies = [buffer({ beforeMinutes: 10, afterMinutes: 10, audience }), noOverlapOfSubject()];
      const staff = enginesOn([second], policies)(0);
      const unbound = enginesOn([second], [buffer({ beforeMinutes: 10, afterMinutes: 10, audience })])(0);
      const override = [{ policy: "no_overlap_of_subject", reason: "They know." }];
      for (const what of ["book", "remembered", "hold", "request", "override"] as const) {
        const [first, next] = (await slotsOf(storage, `dr-${what}`, 2, 5)) as [string, string];
        const [far] = (await slotsOf(storage, `dr-far-${what}`, 1)) as [string];
        const booking = { actor: provider, subjectId: "p-other" };
        await unbound.getSlot(next);
        const time = {
          ...place,
          providerId: "dr-else",
          start: minutes(0),
          end: minutes(9),
          ifNoSlot: "schedule" as const,
        };
        const adding = {
          book: () => staff.book({ ...booking, slotId: next, override }),
          // No policy at all holds for them, so that nothing had to be read.
          remembered: () => unbound.book({ ...booking, slotId: next }),
          hold: () => staff.hold({ actor: provider, slotId: next }),
          request: () => staff.book({ ...booking, ...time, subjectId: `p-${what}`, override }),
          override: () => staff.book({ ...booking, slotId: far, subjectId: `p-${what}`, override }),
        }[what];
        const between = whenFirst(storage, "commit", adding);
        const engine = enginesOn([between], policies)(0);
        const call = engine.book({ actor: patient, slotId: first, subjectId: `p-${what}` });
        assert.deepEqual(await tally([call]), { policy_violation: 1 }, what);
      }
      await assertSound(storage);
    },
  },
  {
    key: "sight-races.extend",
    title: "a hold that is extended when it was about to run out counts for a decision that saw it run out",
    async run({ storage, second }) {
      const policies = [maximumPerDay({ count: 1 })];
      const at = (now: Date) => ({ clock: { ...clock, now: () => now }, policies, audienceOf });
      const [first, next] = (await slotsOf(storage, place.providerId, 2)) as [string, string];
      const { slot, holdToken } = await engineOn(second, at(minutes(-600))).hold({ actor: patient, slotId: first });
      const end = slot.hold?.expiresAt ?? minutes(0);
      const holder = engineOn(second, at(new Date(end.getTime() - 1)));
      const extend = () => holder.extend({ actor: patient, slotId: first, holdToken, seconds: 600 });
      const engine = engineOn(whenFirst(storage, "commit", extend), at(end));
      const call = engine.book({ actor: patient, slotId: next, subjectId: "p-2" });
      assert.deepEqual(await tally([call]), { policy_violation: 1 });
      await assertSound(storage);
    },
  },
  {
    key: "sight-races.move-and-book",
    title: "moving to a day and booking on it at once keep the day's cap, and so does accepting a request",
    async run({ storage, second }) {
      const engineOf = enginesOn([storage, second], [maximumPerDay({ count: 2 })]);
      const day = 24 * 60;
      const at = (from: number) => ({ start: minutes(from), end: minutes(from + 30) });
      const times = [at(0), at(30), at(60), at(90), at(day)];
      const { slots } = await engineOf(0).createSlots({ actor: provider, ...place, slots: times });
      const id = (index: number) => slots[index]?.id ?? "";
      const asked = await askFor(engineOf(0), minutes(200), minutes(230), "p-9");
      await engineOf(0).createSlots({ actor: provider, ...place, slots: [at(200)] });
      const { appointment } = await engineOf(0).book({ actor: patient, slotId: id(4), subjectId: "p-0" });
      const callers = [
        engineOf(0).reschedule({ actor: patient, appointmentId: appointment.id, slotId: id(0) }),
        engineOf(1).book({ actor: patient, slotId: id(1), subjectId: "p-1" }),
        engineOf(2).hold({ actor: patient, slotId: id(2) }),
        engineOf(3).accept({ actor: provider, appointmentId: asked.id }),
      ];
      assert.deepEqual(await tally(callers), { ok: 2, policy_violation: 2 });
      await assertSound(storage);
    },
  },
];
