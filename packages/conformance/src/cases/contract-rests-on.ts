import assert from "node:assert/strict";
import type { StorageAdapter } from "@slotwright/core";
import { type Agenda, agendaIdOf, type CommitOutcome, keyOf, type Transition } from "@slotwright/core/adapter";
import type { ConformanceCase } from "../harness.ts";
import { journalOf } from "../journal-of.ts";
import {
  agendaAt,
  appointmentOn,
  bookedBy,
  booking,
  commandKey,
  creation,
  slotAt,
  slotKey,
  transitionOf,
} from "../records.ts";

const committed: CommitOutcome = { status: "committed" };
const slots = Array.from({ length: 6 }, (_, index) => slotAt(index * 30));
const idOf = (minutes: number) => booking(slotAt(minutes)).command.id;
const behind = (...minutes: number[]): CommitOutcome => {
  return { status: "stale", keys: minutes.map((one) => commandKey(idOf(one))) };
};
const theirs = (version: number) => agendaAt(version, agendaIdOf("subject", "subject-1"));

/** A booking that rests on these agendas, and rests on the bookings of these slots. */
function resting(minutes: number, agendas: readonly Agenda[], ...restsOn: readonly number[]): Transition {
  const own = booking(slotAt(minutes));
  return {
    ...own,
    ...(restsOn.length > 0 && { restsOn: restsOn.map(idOf) }),
    expect: [...own.expect, ...agendas.map((agenda) => ({ key: keyOf(agenda), version: agenda.version - 1 }))],
    put: [...own.put, ...agendas],
  };
}

/** One after the other at the agenda, from this version on. */
const chain = (from = 1): readonly Transition[] => [
  resting(0, [agendaAt(from)]),
  resting(30, [agendaAt(from + 1)], 0),
  resting(60, [agendaAt(from + 2)], 30),
  resting(90, [agendaAt(from + 3)], 60),
];

/** Which of the slots are booked, and the agenda. Of a slot that is not booked, nothing else is there either. */
async function left(storage: StorageAdapter): Promise<{ readonly booked: readonly number[]; readonly agenda: number }> {
  const booked: number[] = [];
  for (const [index, slot] of slots.entries()) {
    const own = booking(slot);
    const stored = await storage.load([slotKey(slot.id), keyOf(appointmentOn(slot)), commandKey(own.command.id)]);
    if (stored[0]?.kind === "slot" && stored[0].status !== "booked")
      assert.deepEqual(stored.slice(1), [undefined, undefined]);
    else booked.push(index * 30);
    const entries = await journalOf(storage, { record: slotKey(slot.id), limit: 9 });
    const isWritten = entries.some(({ commandId }) => commandId === own.command.id);
    assert.equal(isWritten, booked.includes(index * 30));
  }
  const [agenda] = (await storage.load([keyOf(agendaAt(1))])) as [Agenda | undefined];
  return { booked, agenda: agenda?.version ?? 0 };
}

export const contractRestsOnCases: readonly ConformanceCase[] = [
  {
    key: "contract.rests-on",
    title: "transitions of a batch that rest on one another at an agenda are all committed, and raise it by one each",
    async run({ storage, second }) {
      await storage.commit([creation(...slots)]);
      assert.deepEqual(
        await storage.commit(chain()),
        chain().map(() => committed),
      );
      assert.deepEqual(await left(second), { booked: [0, 30, 60, 90], agenda: 4 });
      const next = [resting(120, [agendaAt(5), theirs(1)]), resting(150, [agendaAt(6), theirs(2)], 120)];
      assert.deepEqual(await second.commit(next), [committed, committed]);
      assert.deepEqual(await storage.load([agendaAt(1), theirs(1)].map(keyOf)), [agendaAt(6), theirs(2)]);
    },
  },
  {
    key: "contract.rests-on-stale",
    title:
      "what rests on a stale transition is stale, also where the agenda is as it expects, and what it rests on is committed",
    async run({ storage, second }) {
      await storage.commit([creation(...slots)]);
      // Somebody else has made the agenda: the version that the second one expects is theirs.
      await second.commit([transitionOf("somebody else", agendaAt(1))]);
      const other = resting(120, [theirs(1)]);
      const [first, next] = chain() as [Transition, Transition];
      const stale = { status: "stale", keys: [keyOf(agendaAt(1))] };
      assert.deepEqual(await storage.commit([first, next, other]), [stale, behind(0), committed]);
      assert.deepEqual(await left(second), { booked: [120], agenda: 1 });
      // Now only the slot of one in the midst is not as it expects.
      const third = { ...slotAt(60), version: 2, metadata: { by: "somebody else" } };
      await second.commit([transitionOf("change", third)]);
      const lost = { status: "stale", keys: [slotKey("slot-60")] };
      assert.deepEqual(await storage.commit(chain(2)), [committed, committed, lost, behind(60)]);
      assert.deepEqual(await left(second), { booked: [0, 30, 120], agenda: 3 });
    },
  },
  {
    key: "contract.rests-on-replayed",
    title: "what rests on a transition that took effect before is stale, whatever the versions are",
    async run({ storage, second }) {
      await storage.commit([creation(...slots)]);
      const [first, next, ...more] = chain() as [Transition, Transition, Transition, Transition];
      await second.commit([first]);
      const { requestHash, result } = first.command;
      const replayed = { status: "replayed", requestHash, result };
      assert.deepEqual(await storage.commit([first, next, ...more]), [replayed, behind(0), behind(30), behind(60)]);
      // It is not in the batch at all.
      assert.deepEqual(await storage.commit([next]), [behind(0)]);
      assert.deepEqual(await left(second), { booked: [0], agenda: 1 });
      assert.deepEqual(await storage.commit([resting(120, [agendaAt(2)]), resting(150, [agendaAt(3)], 120)]), [
        committed,
        committed,
      ]);
    },
  },
  {
    key: "contract.rests-on-refused",
    title: "what rests on a transition that a guard refuses is stale, and nothing of it is written",
    async run({ storage, second }) {
      await storage.commit([creation(...slots)]);
      const [first, next, third, last] = chain() as [Transition, Transition, Transition, Transition];
      const appointment = { ...appointmentOn(slotAt(30)), slotIds: ["elsewhere"] };
      const broken = { ...next, put: [appointment, bookedBy(slotAt(30), appointment), agendaAt(2)] };
      const outcomes = await storage.commit([first, broken, third, last]);
      // Not every storage guards the invariants itself.
      if (outcomes[1]?.status === "committed")
        return assert.deepEqual(
          outcomes,
          chain().map(() => committed),
        );
      const statuses = outcomes.map(({ status }) => status);
      assert.deepEqual(statuses, ["committed", "refused", "stale", "stale"]);
      assert.deepEqual(await left(second), { booked: [0], agenda: 1 });
    },
  },
  {
    key: "contract.rests-on-several",
    title: "a transition may rest on several, and is committed only if all of them are",
    async run({ storage, second }) {
      await storage.commit([creation(...slots)]);
      const batch = (from: number) => [
        resting(0, [agendaAt(from)]),
        resting(30, [theirs(from)]),
        resting(60, [agendaAt(from + 1), theirs(from + 1)], 0, 30),
        resting(90, [theirs(from + 2)], 60),
      ];
      const [, lost] = batch(1) as [Transition, Transition];
      const late = { ...lost, expect: [{ key: slotKey("slot-30"), version: 9 }, ...lost.expect] };
      const [first, , third, last] = batch(1) as [Transition, Transition, Transition, Transition];
      const stale = { status: "stale", keys: [slotKey("slot-30")] };
      assert.deepEqual(await storage.commit([first, late, third, last]), [committed, stale, behind(30), behind(60)]);
      assert.deepEqual(await left(second), { booked: [0], agenda: 1 });
      const again = [
        resting(120, [agendaAt(2)]),
        resting(30, [theirs(1)]),
        resting(60, [agendaAt(3), theirs(2)], 120, 30),
      ];
      assert.deepEqual(await second.commit(again), [committed, committed, committed]);
      assert.deepEqual(await storage.load([agendaAt(1), theirs(1)].map(keyOf)), [agendaAt(3), theirs(2)]);
    },
  },
  {
    key: "contract.rests-on-busy",
    title: "what rests on a transition that needs a locked row is not committed, and what it rests on is",
    async run({ storage, second, beginHostTransaction }) {
      await storage.commit([creation(...slots)]);
      const host = await beginHostTransaction();
      // Only the row is in the way, and not a command of the same id, which a storage may have to wait for.
      const theirs = booking(slotAt(30));
      const another = { ...theirs, command: { ...theirs.command, id: "theirs" } };
      assert.deepEqual(await storage.within(host.transaction).commit([another]), [committed]);
      const outcomes = await second.commit(chain()).catch((error: { readonly failure?: unknown }) => error.failure);
      await host.rollback();
      // With one writer at a time, nothing can be said.
      if (outcomes === "transient") return assert.deepEqual(await left(second), { booked: [], agenda: 0 });
      const busy = { status: "busy", keys: [slotKey("slot-30")] };
      assert.deepEqual(outcomes, [committed, busy, behind(30), behind(60)]);
      assert.deepEqual(await left(second), { booked: [0], agenda: 1 });
    },
  },
  {
    key: "contract.rests-on-within",
    title: "within a host's transaction, transitions rest on one another as well",
    async run({ storage, second, beginHostTransaction }) {
      await storage.commit([creation(...slots)]);
      const host = await beginHostTransaction();
      const inside = storage.within(host.transaction);
      assert.deepEqual(await inside.commit(chain().slice(0, 2)), [committed, committed]);
      const late = resting(120, [agendaAt(1)]);
      const stale = { status: "stale", keys: [keyOf(agendaAt(1))] };
      assert.deepEqual(await inside.commit([late, resting(150, [agendaAt(2)], 120)]), [stale, behind(120)]);
      assert.deepEqual(await inside.commit([resting(60, [agendaAt(3)]), resting(90, [agendaAt(4)], 60)]), [
        committed,
        committed,
      ]);
      await host.commit();
      assert.deepEqual(await left(second), { booked: [0, 30, 60, 90], agenda: 4 });
    },
  },
];
