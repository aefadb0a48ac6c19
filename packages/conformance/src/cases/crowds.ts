import assert from "node:assert/strict";
import type { StorageAdapter } from "@slotwright/core";
import { askFor, assertSound, engineOn, minutes, patient, place, provider, publish, tally } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { intercepted } from "../intercepted.ts";

/** The adapter, with counts of the searches and transitions that it received. */
function counting(storage: StorageAdapter) {
  const sent = { searches: 0, transitions: 0 };
  const counted = intercepted(storage, (real) => ({
    findSlots: (query, call) => {
      sent.searches += 1;
      return real.findSlots(query, call);
    },
    commit: (transitions, call) => {
      sent.transitions += transitions.length;
      return real.commit(transitions, call);
    },
  }));
  return { storage: counted, sent };
}

const wanted = { actor: patient, ...place, start: minutes(0), end: minutes(30) };

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

export const crowdCases: readonly ConformanceCase[] = [
  {
    key: "crowds.one-engine",
    title: "callers of one engine who want the same time get a seat each without conflict, and share their searches",
    async run({ storage }) {
      await publish(engineOn(storage), 1, 150);
      const { storage: counted, sent } = counting(storage);
      const engine = engineOn(counted);
      const callers = times(160, (index) => engine.book({ ...wanted, subjectId: `p-${index}` }));
      assert.deepEqual(await tally(callers), { ok: 150, no_slot_available: 10 });
      assert.equal(sent.transitions, 150);
      assert.ok(sent.searches <= 3, `${sent.searches} searches`);
      await assertSound(storage);
    },
  },
  {
    key: "crowds.several-engines",
    title: "callers of four engines who want the same time are all served, in few attempts",
    async run({ storage, second }) {
      await publish(engineOn(storage), 1, 150);
      const counted = [storage, second, storage, second].map(counting);
      const engines = counted.map((one) => engineOn(one.storage));
      const callers = times(160, (index) => engines[index % 4]?.book({ ...wanted, subjectId: `p-${index}` }));
      assert.deepEqual(await tally(callers as Promise<unknown>[]), { ok: 150, no_slot_available: 10 });
      const attempts = counted.reduce((sum, { sent }) => sum + sent.transitions, 0);
      assert.ok(attempts <= 3 * 160, `${attempts} attempts`);
      await assertSound(storage);
    },
  },
  {
    key: "crowds.accept",
    title: "appointments accepted into the same time at once get a seat each",
    async run({ storage }) {
      const engine = engineOn(storage);
      const asked = await Promise.all(times(20, (index) => askFor(engine, minutes(0), minutes(30), `p-${index}`)));
      await publish(engine, 1, 20);
      const accepted = asked.map(({ id }) => engine.accept({ actor: provider, appointmentId: id }));
      assert.deepEqual(await tally(accepted), { ok: 20 });
      await assertSound(storage);
    },
  },
  {
    key: "crowds.named-beside",
    title: "the slot found for an appointment is never one that the command also names",
    async run({ storage }) {
      const engine = engineOn(storage);
      const { id } = await askFor(engine, minutes(0), minutes(30));
      const seats = (await publish(engine, 1, 10)).map((slot) => slot.id);
      const { slots } = await engine.accept({ actor: provider, appointmentId: id, alsoSlotIds: seats.slice(1) });
      assert.deepEqual(
        slots.map((slot) => slot.id),
        seats,
      );
    },
  },
  {
    key: "crowds.refused",
    title: "a slot that is not taken after all goes to the next caller",
    async run({ storage }) {
      await publish(engineOn(storage), 1, 3);
      const onlyOdd = {
        name: "odd",
        check: ({ appointments }: { readonly appointments: readonly { readonly subjectId: string }[] }) =>
          appointments.some(({ subjectId }) => /[02468]$/.test(subjectId)) ? "An even number." : undefined,
      };
      const engine = engineOn(storage, { policies: [onlyOdd] });
      const callers = times(6, (index) => engine.book({ ...wanted, subjectId: `p-${index}` }));
      assert.deepEqual(await tally(callers), { ok: 3, policy_violation: 3 });
      await assertSound(storage);
    },
  },
];
