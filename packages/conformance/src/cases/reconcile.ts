import assert from "node:assert/strict";
import type { Slot } from "@slotwright/core";
import { askFor, assertSound, engineOn, minutes, patient, place, provider, publish } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { operator } from "./orphans.ts";

export const reconcileCases: readonly ConformanceCase[] = [
  {
    key: "sync.range",
    title: "reconcile stays within its range, and counts the faults that do not fit in its report",
    async run(store) {
      const engine = engineOn(store.storage);
      const slots = await publish(engine, 6);
      await store.corrupt({ put: slots.map((slot) => ({ ...slot, status: "booked" })) });
      const found: unknown[] = [];
      const range = { from: minutes(30), to: minutes(150) };
      const dry = await engine.reconcile({
        actor: operator,
        dryRun: true,
        ...range,
        keepFindings: 1,
        onFinding: (one) => found.push(one),
      });
      assert.deepEqual([dry.repairable, dry.findings.length, found.length, dry.scanned.slots], [4, 1, 4, 4]);
      assert.equal((await engine.reconcile({ actor: operator, ...range })).repaired, 4);
      assert.equal((await engine.reconcile({ actor: operator })).repaired, 2);
      assert.equal(
        (await engine.listSlots({ providerIds: [place.providerId], statuses: ["available"] })).items.length,
        6,
      );
    },
  },
  {
    key: "sync.range-edge",
    title: "reconcile finds a slot that overlaps one from before its range",
    async run(store) {
      const engine = engineOn(store.storage);
      const [, second] = await publish(engine, 2);
      assert.ok(second);
      await store.corrupt({ put: [{ ...second, start: minutes(15) }] });
      const report = await engine.reconcile({ actor: operator, from: minutes(10) });
      assert.deepEqual(
        report.findings.map(({ kind, records }) => [kind, records[0]?.id]),
        [["slot_overlap", second.id]],
      );
    },
  },
  {
    key: "sync.pages",
    title: "reconcile visits every slot and every appointment of a long range exactly once",
    async run(store) {
      const engine = engineOn(store.storage);
      const slots = await publish(engine, 2, 600);
      const take = ({ id }: Slot) => engine.book({ actor: patient, slotId: id, subjectId: "p" });
      for (const slot of slots.slice(0, 520)) await take(slot);
      await store.corrupt({ put: slots.slice(1190).map((slot) => ({ ...slot, status: "booked" })) });
      const report = await engine.reconcile({ actor: operator });
      assert.deepEqual([report.scanned, report.repaired], [{ slots: 1200, appointments: 520 }, 10]);
    },
  },
  {
    key: "sync.while-bookings-go-on",
    title: "reconcile reports no fault for bookings that are made and cancelled while it runs",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const slots = await publish(engine, 40);
      let isDone = false;
      const traffic = async (from: number) => {
        for (let index = from; !isDone; index += 3) {
          const slotId = slots[index % slots.length]?.id ?? "";
          const got = await engineOn(second)
            .book({ actor: patient, slotId, subjectId: `p-${index}` })
            .catch(() => undefined);
          if (got) await engineOn(second).cancel({ actor: patient, appointmentId: got.appointment.id });
        }
      };
      const callers = [0, 1, 2].map(traffic);
      for (let round = 0; round < 5; round++) {
        const report = await engine.reconcile({ actor: operator, from: minutes(0), to: minutes(40 * 30) });
        assert.deepEqual(report.findings, []);
      }
      isDone = true;
      await Promise.all(callers);
      await assertSound(storage);
    },
  },
  {
    key: "sync.untouched",
    title: "checkSync and reconcile find nothing in a sound store, including scheduled and finished appointments",
    async run({ storage }) {
      const engine = engineOn(storage);
      await askFor(engine, minutes(900), minutes(910));
      const slots = await publish(engine, 4);
      const [a, b, c] = slots;
      assert.ok(a && b && c);
      const take = async (slotId: string) =>
        (await engine.book({ actor: patient, slotId, subjectId: "p" })).appointment.id;
      await engine.complete({ actor: provider, appointmentId: await take(a.id) });
      await engine.markNoShow({ actor: provider, appointmentId: await take(b.id) });
      await engine.hold({ actor: patient, slotId: c.id });
      const room = await engine.createSlots({
        actor: provider,
        ...place,
        providerId: "room",
        slots: [{ start: minutes(90), end: minutes(120) }],
      });
      await engine.book({
        actor: patient,
        slotId: slots[3]?.id ?? "",
        alsoSlotIds: [room.slots[0]?.id ?? ""],
        subjectId: "p",
      });
      const report = await engine.reconcile({ actor: operator });
      assert.deepEqual([report.findings, report.scanned], [[], { slots: 5, appointments: 4 }]);
    },
  },
];
