import assert from "node:assert/strict";
import {
  buffer,
  maximumAppointments,
  maximumHolds,
  maximumPerDay,
  noOverlapOfSubject,
  type StorageAdapter,
} from "@slotwright/core";
import { assertSound, engineOn, manualClock, patient, place, refusal, tally } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { enginesOn, slotsOf, whenFirst } from "./sight-races.ts";

const byPatient = (slotId: string, subjectId = "p-1") => ({ actor: patient, slotId, subjectId });

/** An engine with a cap of two a day, before whose commit something else is done. */
function cappedOn(storage: StorageAdapter, doThis: () => Promise<unknown>) {
  return engineOn(whenFirst(storage, "commit", doThis), { policies: [maximumPerDay({ count: 2 })] });
}

export const sightMeetingCases: readonly ConformanceCase[] = [
  {
    key: "sight-meetings.runs-out-while-read",
    title: "a hold that runs out while a command reads has run out for the rule and for the policies",
    async run({ storage, second }) {
      const policies = [buffer({ beforeMinutes: 0, afterMinutes: 5 }), maximumHolds({ count: 1 })];
      const [wanted = "", next = "", other = "", also = ""] = await slotsOf(storage, place.providerId, 4);
      const clock = manualClock();
      const holder = engineOn(second, { clock });
      const slow = (call: string) =>
        engineOn(
          whenFirst(storage, call, async () => clock.advance(10_000)),
          { clock, policies },
        );
      await holder.hold({ actor: patient, slotId: wanted, alsoSlotIds: [next], seconds: 10 });
      await slow("loadAround").book(byPatient(wanted));
      await holder.hold({ actor: patient, slotId: other, alsoSlotIds: [also], seconds: 10, holderId: "h-1" });
      await slow("loadAround").hold({ actor: patient, slotId: also, holderId: "h-1" });
      await assertSound(storage);
    },
  },
  {
    key: "sight-meetings.new-agendas-in-transactions",
    title: "two transactions of hosts that make the same new agenda meet on it: of a cap of one, one is committed",
    async run({ storage, second }) {
      const caps = [maximumPerDay({ count: 1 }), maximumAppointments({ count: 1, minutes: 600 })];
      const engineOf = enginesOn([storage, second], caps);
      for (let round = 0; round < 4; round++) {
        // Nobody has looked at this provider before, and then at this subject.
        const ofProvider = await slotsOf(storage, `dr-new-${round}`, 2);
        const callers = ofProvider.map((slotId, i) =>
          engineOf(i).transaction(({ engine }) => engine.book(byPatient(slotId, `p-${round}-${i}`))),
        );
        assert.deepEqual(await tally(callers), { ok: 1, policy_violation: 1 });
        const [one] = await slotsOf(storage, `dr-one-${round}`, 1);
        const [other] = await slotsOf(storage, `dr-other-${round}`, 1);
        const ofSubject = [one, other].map((slotId, i) =>
          engineOf(i).transaction(({ engine }) => engine.book(byPatient(slotId ?? "", `p-new-${round}`))),
        );
        assert.deepEqual(await tally(ofSubject), { ok: 1, policy_violation: 1 });
      }
      await assertSound(storage);
    },
  },
  {
    key: "sight-meetings.other-policies",
    title: "engines with other policies meet if these look at the same, and go unnoticed if they do not",
    async run({ storage, second }) {
      const looksAtSame = engineOn(second, { policies: [buffer({ beforeMinutes: 0, afterMinutes: 0 })] });
      const [first, next, third] = (await slotsOf(storage, place.providerId, 3)) as [string, string, string];
      await looksAtSame.book(byPatient(first, "p-2"));
      const noticing = cappedOn(storage, () => looksAtSame.book(byPatient(next, "p-3")));
      await refusal(noticing.book(byPatient(third)), "policy_violation");
      // What such an engine adds is seen, and what it is refused by is its own.
      const close = engineOn(second, { policies: [buffer({ beforeMinutes: 0, afterMinutes: 5 })] });
      await refusal(close.book(byPatient(third)), "policy_violation");
      await looksAtSame.book(byPatient(third, "p-4"));

      const looksElsewhere = engineOn(second, { policies: [noOverlapOfSubject()] });
      const others = (await slotsOf(storage, "dr-yang", 3)) as [string, string, string];
      await looksElsewhere.book(byPatient(others[0], "p-5"));
      const unaware = cappedOn(storage, () => looksElsewhere.book(byPatient(others[1], "p-6")));
      // As the guide says: it has added to what was looked at, and nobody noticed. The next one sees it.
      await unaware.book(byPatient(others[2], "p-7"));
      const { slots } = await engineOn(storage).createSlots({
        actor: patient,
        ...place,
        providerId: "dr-yang",
        slots: [{ start: new Date("2026-03-02T15:00:00Z"), end: new Date("2026-03-02T15:30:00Z") }],
      });
      await refusal(unaware.book(byPatient(slots[0]?.id ?? "", "p-8")), "policy_violation");
      await assertSound(storage);
    },
  },
];
