import assert from "node:assert/strict";
import { assertSound, engineOn, patient, place, publish, refusal, tally } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

export const hostTransactionCases: readonly ConformanceCase[] = [
  {
    key: "booking.within",
    title: "a booking within the host's transaction commits or vanishes with it, and a refusal leaves it usable",
    async run({ storage, second, beginHostTransaction }) {
      const engine = engineOn(storage);
      const [slot, other] = await publish(engine, 2);
      assert.ok(slot && other);
      const want = { actor: patient, slotId: slot.id, subjectId: "p-1" };
      const lost = await beginHostTransaction();
      await engine.within(lost.transaction).book(want);
      await lost.rollback();
      assert.equal((await engineOn(second).getSlot(slot.id)).status, "available");
      const kept = await beginHostTransaction();
      const inside = engine.within(kept.transaction);
      await inside.book(want);
      await refusal(inside.book({ ...want, subjectId: "p-2" }), "slot_booked");
      await inside.book({ ...want, slotId: other.id });
      await kept.commit();
      assert.deepEqual(
        (await engineOn(second).listSlots({ providerIds: [place.providerId], statuses: ["available"] })).items,
        [],
      );
      await assertSound(second);
    },
  },
  {
    key: "booking.within-at-once",
    title:
      "concurrent calls within one host's transaction have one winner per slot, and everything acknowledged is stored",
    async run({ storage, second, beginHostTransaction }) {
      const engine = engineOn(storage);
      const [slot, other] = await publish(engine, 2);
      assert.ok(slot && other);
      const host = await beginHostTransaction();
      const inside = engine.within(host.transaction);
      const book = (slotId: string, subjectId: string) => inside.book({ actor: patient, slotId, subjectId });
      const calls = [book(slot.id, "p-1"), book(slot.id, "p-2"), book(other.id, "p-3"), inside.getSlot(other.id)];
      assert.deepEqual(await tally(calls), { ok: 3, slot_booked: 1 });
      await host.commit();
      assert.equal((await engineOn(second).listAppointments({})).items.length, 2);
      assert.deepEqual(
        (await engineOn(second).listSlots({ providerIds: [place.providerId], statuses: ["available"] })).items,
        [],
      );
      await assertSound(second);
    },
  },
];
