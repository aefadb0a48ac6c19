import assert from "node:assert/strict";
import { buffer, type Engine, maximumPerDay, type Policy, type StorageAdapter } from "@slotwright/core";
import { assertSound, engineOn, manualClock, patient, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { id, refusedBy, slotsAt } from "./sight-stage.ts";

/** One alone, and two in a row. */
const times = [
  [0, 30],
  [120, 150],
  [150, 180],
] as const;

const theirs = { actor: patient, subjectId: "p-1" } as const;
const ben = { actor: { kind: "patient", id: "p-2" }, subjectId: "p-2" } as const;
const rules: readonly Policy[] = [buffer({ beforeMinutes: 10, afterMinutes: 10 }), maximumPerDay({ count: 1 })];

interface Staged {
  readonly engine: Engine;
  readonly clock: ReturnType<typeof manualClock>;
  readonly ids: readonly string[];
}

/** An engine with one policy for each of them, on slots of its own. */
async function stagesOn(
  open: () => Promise<{ readonly storage: StorageAdapter }>,
  play: (staged: Staged, policy: Policy, storage: StorageAdapter) => Promise<void>,
): Promise<void> {
  for (const policy of rules) {
    const { storage } = await open();
    const clock = manualClock();
    const engine = engineOn(storage, { clock, policies: [policy] });
    await play({ engine, clock, ids: await slotsAt(storage, times) }, policy, storage);
    await assertSound(storage);
  }
}

/** What was held for a request once, and is somebody else's by now. */
export const sightRequestCases: readonly ConformanceCase[] = [
  {
    key: "sight.once-a-wish",
    title: "a slot that a request held, and that somebody else has booked since, is in the way of accepting another",
    async run({ open }) {
      await stagesOn(open, async ({ engine, clock, ids }, policy) => {
        const wishes = { slotId: id(ids, 1), orSlotIds: [id(ids, 2)], holdSeconds: 60 };
        const { appointment } = await engine.request({ ...theirs, ...wishes });
        const accept = { actor: provider, appointmentId: appointment.id };
        clock.advance(60_000);
        await engine.book({ ...ben, slotId: id(ids, 2) });
        const preview = await engine.preview("accept", accept);
        assert.equal(preview.possible, false);
        assert.equal((await refusedBy(engine.accept(accept))).policy, policy.name);
        const offer = { ...accept, slotId: id(ids, 1), seconds: 60 };
        assert.equal((await refusedBy(engine.offer(offer))).policy, policy.name);
        assert.equal((await engine.getSlot(id(ids, 1))).status, "available");
      });
    },
  },
  {
    key: "sight.once-offered",
    title:
      "a slot of an offer that has ended, and that somebody else has booked since, is in the way of accepting another",
    async run({ open }) {
      await stagesOn(open, async ({ engine, clock, ids }, policy) => {
        const { appointment } = await engine.request({ ...theirs, slotId: id(ids, 1) });
        const accept = { actor: provider, appointmentId: appointment.id };
        await engine.offer({ ...accept, slotId: id(ids, 2), seconds: 60 });
        clock.advance(60_000);
        await engine.book({ ...ben, slotId: id(ids, 2) });
        assert.equal((await refusedBy(engine.accept(accept))).policy, policy.name);
        // It is in nobody's way once it is free again.
        const { appointmentId } = await engine.getSlot(id(ids, 2));
        await engine.cancel({ actor: provider, appointmentId: appointmentId ?? "" });
        assert.equal((await engine.accept(accept)).appointment.status, "confirmed");
      });
    },
  },
  {
    key: "sight.broken-wish",
    title:
      "a wish that is still held does not stand in the way of an offer; once its hold was broken and the slot booked, it stands in the way of the offer and of its acceptance",
    async run({ open }) {
      await stagesOn(open, async ({ engine, clock, ids }, policy, storage) => {
        const wishes = { slotId: id(ids, 0), orSlotIds: [id(ids, 1)], holdSeconds: 86_400 };
        const { appointment } = await engine.request({ ...theirs, ...wishes });
        const about = { actor: provider, appointmentId: appointment.id };
        const offer = { ...about, slotId: id(ids, 2), seconds: 600 };
        await engine.offer(offer);
        // Another engine, without the policy, takes the wish for somebody else.
        const other = engineOn(storage, { clock });
        await other.breakHold({ actor: provider, slotId: id(ids, 1), reason: "An emergency" });
        await other.book({ ...ben, slotId: id(ids, 1) });
        assert.equal((await refusedBy(engine.acceptOffer(about))).policy, policy.name);
        assert.equal((await refusedBy(engine.offer(offer))).policy, policy.name);
        await refusal(engine.book({ ...ben, slotId: id(ids, 0) }), "slot_held");
      });
    },
  },
];
