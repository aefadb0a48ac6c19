import assert from "node:assert/strict";
import type { Slot } from "@slotwright/core";
import { keyOf } from "@slotwright/core/adapter";
import { engineOn, patient, provider, publish, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { appointmentOn, bookedBy, booking, commandKey, creation, slotAt, slotKey } from "../records.ts";

const first = slotAt(0);
const next = slotAt(30);
const created = creation(first, next);
const broken = booking(first, { slotIds: [next.id] });
const appointment = appointmentOn(first);
/** What a storage promises if it guards the invariants a second time, against bugs and rows changed by hand. */
export const contractGuardCases: readonly ConformanceCase[] = [
  {
    key: "contract.commit-names-guard",
    title: "a refusal names the guard that refused, and nothing of its transition is written",
    async run({ storage, second }) {
      await storage.commit([created]);
      assert.deepEqual(await storage.commit([broken]), [{ status: "refused", guard: "appointment_fits_slot" }]);
      const keys = [commandKey(broken.command.id), slotKey(first.id), keyOf(appointment)];
      assert.deepEqual(await second.load(keys), [undefined, first, undefined]);
      assert.deepEqual(await second.commit([booking(first)]), [{ status: "committed" }]);
    },
  },
  {
    key: "contract.commit-neighbours-of-refused",
    title: "the neighbours of refused, stale or replayed transitions are committed",
    async run({ storage, second }) {
      const [a, b, c] = [slotAt(60), slotAt(90), slotAt(120)] as const;
      await storage.commit([creation(first, next, a, b, c)]);
      await storage.commit([booking(next)]);
      const late = { ...booking(b), expect: [{ key: slotKey(b.id), version: 9 }] };
      const outcomes = await storage.commit([booking(a), broken, booking(next), late, booking(c)]);
      const statuses = outcomes.map(({ status }) => status);
      assert.deepEqual(statuses, ["committed", "refused", "replayed", "stale", "committed"]);
      const stored = await second.load([a, first, b, c].map(keyOf));
      assert.deepEqual(stored, [bookedBy(a, appointmentOn(a)), first, b, bookedBy(c, appointmentOn(c))]);
    },
  },
  {
    key: "contract.commit-keeps-booked-by-hand",
    title: "an engine that saw slots free does not take them if they were given away by hand at the same versions",
    async run({ storage, second, corrupt }) {
      const engine = engineOn(storage);
      const slots = (await publish(engine, 3)) as [Slot, Slot, Slot];
      const byHand = slots.map((slot): Slot => ({ ...slot, status: "booked", appointmentId: appointmentOn(slot).id }));
      await corrupt({ put: [...slots.map((slot) => appointmentOn(slot)), ...byHand] });
      const [{ id: slotId }, held, blocked] = slots;
      await refusal(engine.book({ actor: patient, slotId, subjectId: "p-1" }), "slot_booked");
      await refusal(engine.hold({ actor: patient, slotId: held.id }), "slot_booked");
      await refusal(engine.block({ actor: provider, slotId: blocked.id }), "slot_booked");
      assert.deepEqual(await second.load(slots.map(keyOf)), byHand);
    },
  },
];
