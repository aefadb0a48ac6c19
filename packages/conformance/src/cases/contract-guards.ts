import assert from "node:assert/strict";
import type { Slot } from "@slotwright/core";
import { keyOf } from "@slotwright/core/adapter";
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
    key: "contract.commit-over-booked-by-hand",
    title: "a slot that was given to an appointment by hand, at the same version, is not given to another one",
    async run({ storage, second, corrupt }) {
      await storage.commit([created]);
      const owner = appointmentOn(first, { id: "by hand" });
      const byHand: Slot = { ...first, status: "booked", appointmentId: owner.id };
      await corrupt({ put: [owner, byHand] });
      const [outcome] = await storage.commit([booking(first)]);
      assert.equal(outcome?.status, "refused");
      assert.deepEqual(await second.load([keyOf(first), keyOf(owner), keyOf(appointment)]), [byHand, owner, undefined]);
    },
  },
];
