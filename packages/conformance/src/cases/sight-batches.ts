import assert from "node:assert/strict";
import {
  buffer,
  type Engine,
  maximumAppointments,
  maximumPerDay,
  noOverlapOfSubject,
  type Policy,
  type StorageAdapter,
} from "@slotwright/core";
import { assertSound, engineOn, minutes, patient, place, provider, refusal, tally } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { intercepted } from "../intercepted.ts";
import { slotsOf, whenFirst } from "./sight-races.ts";

/** The storage, and how many transitions each commit had. */
function counted(storage: StorageAdapter) {
  const batches: number[] = [];
  const watched = intercepted(storage, (target) => ({
    commit(transitions, call) {
      batches.push(transitions.length);
      return target.commit(transitions, call);
    },
  }));
  return { storage: watched, batches };
}

/** One engine, whose calls of the same moment go together. The first of them only agrees on the settings. */
async function settled(storage: StorageAdapter, policies: readonly Policy[]): Promise<Engine> {
  const engine = engineOn(storage, { policies });
  await slotsOf(storage, "dr-first", 1).then(([slotId = ""]) => engine.hold({ actor: provider, slotId }));
  return engine;
}

const byPatients = (engine: Engine, ids: readonly string[]) =>
  ids.map((slotId, i) => engine.book({ actor: patient, slotId, subjectId: `p-${i}` }));

async function takenOf(engine: Engine, ids: readonly string[]): Promise<readonly boolean[]> {
  return Promise.all(ids.map(async (id) => (await engine.getSlot(id)).status !== "available"));
}

export const sightBatchCases: readonly ConformanceCase[] = [
  {
    key: "sight-batches.one-commit",
    title: "bookings of one provider at one moment are committed together, and each counts for those after it",
    async run({ storage }) {
      const { storage: watched, batches } = counted(storage);
      const engine = await settled(watched, [maximumPerDay({ count: 100 }), noOverlapOfSubject()]);
      const ids = await slotsOf(storage, place.providerId, 12);
      batches.length = 0;
      assert.deepEqual(await tally(byPatients(engine, ids)), { ok: 12 });
      assert.deepEqual(batches, [12]);
      const [slot] = await Promise.all(ids.map((id) => engine.getSlot(id)));
      assert.equal(slot?.status, "booked");
      await assertSound(storage);
    },
  },
  {
    key: "sight-batches.cap",
    title:
      "of callers at one moment as many are served as a cap allows, and the others are refused for what these have",
    async run({ storage, second }) {
      const { storage: watched, batches } = counted(storage);
      const engine = await settled(watched, [maximumPerDay({ count: 3 })]);
      const ids = await slotsOf(storage, place.providerId, 9);
      batches.length = 0;
      assert.deepEqual(await tally(byPatients(engine, ids)), { ok: 3, policy_violation: 6 });
      assert.deepEqual(batches, [3]);
      // And in several batches, some of which are on the way at the same time as those of another engine.
      const small = { coalesce: { batchSize: 3, lanes: 3 }, policies: [maximumPerDay({ count: 5 })] };
      const [here, there] = [engineOn(storage, small), engineOn(second, small)];
      const more = await slotsOf(storage, "dr-more", 20);
      const callers = more.map((slotId, i) =>
        i % 3 === 0
          ? here.hold({ actor: patient, slotId })
          : (i % 2 === 0 ? here : there).book({ actor: patient, slotId, subjectId: `p-${i}` }),
      );
      assert.deepEqual(await tally(callers), { ok: 5, policy_violation: 15 });
      await assertSound(storage);
    },
  },
  {
    key: "sight-batches.subject",
    title: "a subject who wants several providers at one moment gets one at each time, and no more than the cap",
    async run({ storage }) {
      const engine = await settled(storage, [
        noOverlapOfSubject(),
        maximumAppointments({ count: 3, minutes: 24 * 60 }),
      ]);
      const doctors = ["a", "b", "c", "d", "e"].map((name) => `dr-${name}`);
      const ids = (await Promise.all(doctors.map((doctor) => slotsOf(storage, doctor, 5)))).flat();
      const callers = ids.map((slotId) => engine.book({ actor: patient, slotId, subjectId: "p-1" }));
      assert.deepEqual(await tally(callers), { ok: 3, policy_violation: 22 });
      const { items } = await engine.listAppointments({ subjectId: "p-1" });
      assert.equal(new Set(items.map(({ start }) => start.getTime())).size, 3);
      await assertSound(storage);
    },
  },
  {
    key: "sight-batches.buffer",
    title: "of slots that are closer than the buffer, those with enough time between them are taken at one moment",
    async run({ storage }) {
      const engine = await settled(storage, [buffer({ beforeMinutes: 0, afterMinutes: 10 })]);
      const ids = await slotsOf(storage, place.providerId, 6, 5);
      const [first, second, third, fourth, fifth, sixth] = ids as [string, string, string, string, string, string];
      const at = { start: minutes(4 * 35), end: minutes(4 * 35 + 30) };
      const callers = [
        engine.book({ actor: patient, slotId: first, subjectId: "p-1" }),
        engine.hold({ actor: patient, slotId: second }),
        engine.hold({ actor: patient, slotId: third }),
        engine.book({ actor: patient, slotId: fourth, subjectId: "p-2" }),
        engine.book({ actor: patient, ...place, ...at, subjectId: "p-3" }),
        engine.request({ actor: patient, slotId: sixth, subjectId: "p-4" }),
      ];
      const outcomes = await tally(callers);
      const taken = await takenOf(engine, [first, second, third, fourth, fifth]);
      assert.ok(!taken.some((one, index) => one && taken[index + 1]), `taken: ${taken.join(", ")}`);
      assert.ok(taken.filter(Boolean).length >= 2, `taken: ${taken.join(", ")}`);
      assert.deepEqual(
        Object.keys(outcomes).filter((name) => !["ok", "policy_violation", "no_slot_available"].includes(name)),
        [],
      );
      await assertSound(storage);
    },
  },
  {
    key: "sight-batches.freed",
    title: "what one command gives up at one moment is free for those that it is committed with, or for none of them",
    async run({ storage }) {
      const engine = await settled(storage, [maximumPerDay({ count: 2 })]);
      const day = 24 * 60;
      const at = (from: number) => ({ start: minutes(from), end: minutes(from + 30) });
      const times = [at(0), at(30), at(60), at(90), at(day)];
      const { slots } = await engine.createSlots({ actor: provider, ...place, slots: times });
      const id = (index: number) => slots[index]?.id ?? "";
      const { appointment } = await engine.book({ actor: patient, slotId: id(0), subjectId: "p-0" });
      const callers = [
        engine.reschedule({ actor: patient, appointmentId: appointment.id, slotId: id(4) }),
        ...[1, 2, 3].map((index) => engine.book({ actor: patient, slotId: id(index), subjectId: `p-${index}` })),
      ];
      // The day has room for two at last, so each refusal came while it was full.
      const { ok = 0, policy_violation: refused = 0 } = await tally(callers);
      assert.ok(ok >= 2 && ok <= 3 && ok + refused === 4, `${ok} took effect, ${refused} were refused`);
      const taken = await takenOf(engine, [id(0), id(1), id(2), id(3)]);
      assert.ok(taken.filter(Boolean).length <= 2);
      await assertSound(storage);
    },
  },
  {
    key: "sight-batches.refusals",
    title: "a refusal in a batch does not take others with it, and leaves nothing behind",
    async run({ storage, second }) {
      const { storage: watched, batches } = counted(storage);
      const engine = await settled(watched, [buffer({ beforeMinutes: 0, afterMinutes: 5 }), noOverlapOfSubject()]);
      const ids = await slotsOf(storage, place.providerId, 6, 10);
      const close = await slotsOf(storage, "dr-close", 2);
      await engineOn(second).book({ actor: patient, slotId: ids[2] ?? "", subjectId: "p-2" });
      batches.length = 0;
      const same = engine.book({ actor: patient, slotId: close[0] ?? "", subjectId: "p-5" });
      const callers = [...byPatients(engine, ids), same, engine.hold({ actor: patient, slotId: close[1] ?? "" })];
      const outcomes = await tally(callers);
      assert.equal(outcomes.slot_booked, 1);
      assert.equal((outcomes.ok ?? 0) + (outcomes.policy_violation ?? 0), 7);
      assert.ok((outcomes.ok ?? 0) >= 6 && batches.length <= 3, `${JSON.stringify(outcomes)} in ${batches.join(", ")}`);
      await assertSound(storage);
    },
  },
  {
    key: "sight-batches.lost",
    title:
      "a batch that loses its commit to somebody else is decided again as a whole: of a cap of three, one is theirs",
    async run({ storage, second }) {
      const policies = [maximumPerDay({ count: 3 })];
      const ids = await slotsOf(storage, place.providerId, 8);
      await settled(storage, policies);
      const rival = engineOn(second, { policies });
      const faster = () => rival.book({ actor: patient, slotId: ids[7] ?? "", subjectId: "p-faster" });
      const engine = engineOn(whenFirst(storage, "commit", faster), { policies });
      assert.deepEqual(await tally(byPatients(engine, ids.slice(0, 7))), { ok: 2, policy_violation: 5 });
      // Somebody else has left the very version of the agenda on which the second one rests.
      const apart = await slotsOf(storage, "dr-apart", 4, 5);
      const close = { policies: [buffer({ beforeMinutes: 0, afterMinutes: 10 })] };
      const beside = () =>
        engineOn(second, close).book({ actor: patient, slotId: apart[3] ?? "", subjectId: "p-beside" });
      const unaware = engineOn(whenFirst(storage, "commit", beside), close);
      const both = byPatients(unaware, [apart[0] ?? "", apart[2] ?? ""]);
      assert.deepEqual(await tally(both), { ok: 1, policy_violation: 1 });
      // Only the slot of one of them has changed. Those before it are committed, and those after it decide again.
      const more = await slotsOf(storage, "dr-more", 5);
      const block = () => engineOn(second).block({ actor: provider, slotId: more[2] ?? "" });
      const late = engineOn(whenFirst(storage, "commit", block), { policies });
      assert.deepEqual(await tally(byPatients(late, more)), { ok: 3, policy_violation: 1, slot_blocked: 1 });
      await assertSound(storage);
    },
  },
  {
    key: "sight-batches.throws",
    title: "a policy that throws for one command of a batch is met by its caller, and by nobody else",
    async run({ storage }) {
      const throwing: Policy = {
        name: "throwing",
        sees: { provider: { beforeMinutes: 600, afterMinutes: 600 } },
        check({ appointments: [wanted], neighbours }) {
          if (wanted?.subjectId === "p-2" && neighbours.length > 0) throw new Error("p-2 is not to be asked about");
          return undefined;
        },
      };
      const engine = await settled(storage, [throwing]);
      const ids = await slotsOf(storage, place.providerId, 5);
      const outcomes = await Promise.allSettled(byPatients(engine, ids));
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ["fulfilled", "fulfilled", "rejected", "fulfilled", "fulfilled"],
      );
      assert.match(String((outcomes[2] as PromiseRejectedResult).reason), /not to be asked about/);
      await assertSound(storage);
    },
  },
  {
    key: "sight-batches.looked-at",
    title: "a request that is decided after a booking of the same moment sees that its slot is taken",
    async run({ storage }) {
      const policies = [maximumAppointments({ count: 1, minutes: 60 })];
      const engine = await settled(storage, policies);
      const [slotId = ""] = await slotsOf(storage, place.providerId, 1);
      const wanted = { actor: patient, slotId, subjectId: "p-1" };
      const booking = engine.book(wanted);
      // It writes nothing of the slot, so that only the subject's agenda puts it after the booking.
      const override = [{ policy: "maximum_appointments", reason: "It is urgent." }];
      await refusal(engine.request({ ...wanted, override }), "slot_booked");
      await booking;
      await assertSound(storage);
    },
  },
];
