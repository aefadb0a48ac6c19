import assert from "node:assert/strict";
import { type SlotStatus, slotStatuses } from "@slotwright/core";
import { computedSlotId } from "@slotwright/core/checking";
import type { ConformanceCase } from "../harness.ts";
import { creation, sampleInstant, sampleSchedule, slotAt, transitionOf } from "../records.ts";

const holdOf = (until: number, holderId: string | null) => {
  return { tokenHash: "0".repeat(64), expiresAt: sampleInstant(until), holderId };
};

export const contractListCases: readonly ConformanceCase[] = [
  {
    key: "contract.find-slots-filters",
    title: "findSlots applies every condition, and counts an expired hold as available",
    async run({ storage }) {
      const held = { status: "held", hold: holdOf(5, null) } as const;
      const elsewhere = { providerId: "provider-2", facilityId: "facility-2" };
      const schedule = { ...sampleSchedule, ...elsewhere, id: "schedule-2" };
      const slots = [
        slotAt(0),
        slotAt(30, held),
        slotAt(60, { ...elsewhere, scheduleId: schedule.id }),
        slotAt(90, { status: "blocked" }),
      ];
      await storage.commit([transitionOf("create", sampleSchedule, schedule, ...slots)]);
      const find = async (query: object, asOf = sampleInstant(0)) =>
        (await storage.findSlots({ asOf, limit: 10, ...query })).map(({ id }) => id);
      assert.deepEqual(await find({}), ["slot-0", "slot-30", "slot-60", "slot-90"]);
      assert.deepEqual(await find({ statuses: ["available"] }), ["slot-0", "slot-60"]);
      assert.deepEqual(await find({ statuses: ["available"] }, sampleInstant(5)), ["slot-0", "slot-30", "slot-60"]);
      assert.deepEqual(await find({ statuses: ["held"] }), ["slot-30"]);
      assert.deepEqual(await find({ statuses: ["held"] }, sampleInstant(5)), []);
      assert.deepEqual(await find({ statuses: ["held", "blocked", "booked"] }), ["slot-30", "slot-90"]);
      assert.deepEqual(await find({ providerIds: ["provider-2"] }), ["slot-60"]);
      assert.deepEqual(await find({ providerIds: ["provider-2", "provider-1", "nobody"] }), [
        "slot-0",
        "slot-30",
        "slot-60",
        "slot-90",
      ]);
      assert.deepEqual(await find({ facilityId: "facility-1" }), ["slot-0", "slot-30", "slot-90"]);
      assert.deepEqual(await find({ scheduleId: sampleSchedule.id, providerIds: ["provider-1"] }), [
        "slot-0",
        "slot-30",
        "slot-90",
      ]);
      assert.deepEqual(await find({ startFrom: sampleInstant(30) }), ["slot-30", "slot-60", "slot-90"]);
      assert.deepEqual(await find({ startBefore: sampleInstant(60) }), ["slot-0", "slot-30"]);
      assert.deepEqual(await find({ endAfter: sampleInstant(60) }), ["slot-60", "slot-90"]);
      assert.deepEqual(await find({ descending: true, limit: 3 }), ["slot-90", "slot-60", "slot-30"]);
      assert.deepEqual(await find({ descending: true, after: { start: sampleInstant(60), id: "slot-60" } }), [
        "slot-30",
        "slot-0",
      ]);
    },
  },
  {
    key: "contract.find-slots-computed",
    title: "findSlots counts a slot that was made of a computed opening as withdrawn once its hold has expired",
    async run({ storage, second }) {
      const id = computedSlotId("hours", sampleInstant(0), 0, 1);
      const held = { status: "held", hold: holdOf(5, "ada") } as const;
      // Another id of the same length is one of a slot like others.
      const other = id.replace(/^(.{14})8/, "$17");
      await storage.commit([creation(slotAt(0, { id, ...held }), slotAt(30, { id: other, ...held }), slotAt(60))]);
      const query = { providerIds: ["provider-1"], limit: 10 };
      const names = new Map([
        [id, "computed"],
        [other, "held"],
      ]);
      const find = async (statuses: readonly SlotStatus[] | undefined, asOf: number) =>
        (await second.findSlots({ ...query, asOf: sampleInstant(asOf), ...(statuses && { statuses }) })).map(
          (slot) => names.get(slot.id) ?? "free",
        );
      const [all, rest] = [
        ["computed", "held", "free"],
        ["held", "free"],
      ];
      assert.deepEqual([await find(undefined, 4), await find(undefined, 5)], [all, all]);
      assert.deepEqual([await find(["available"], 4), await find(["available"], 5)], [["free"], rest]);
      assert.deepEqual([await find(["held"], 4), await find(["held"], 5)], [["computed", "held"], []]);
      assert.deepEqual([await find(["withdrawn"], 4), await find(["withdrawn"], 5)], [[], ["computed"]]);
      assert.deepEqual([await find(["available", "held"], 4), await find(["available", "held"], 5)], [all, rest]);
      const free = ["available", "withdrawn"] as const;
      assert.deepEqual([await find(free, 4), await find(free, 5)], [["free"], all]);
      const taken = ["held", "withdrawn"] as const;
      assert.deepEqual([await find(taken, 4), await find(taken, 5)], [["computed", "held"], ["computed"]]);
      assert.deepEqual([await find(slotStatuses, 4), await find(slotStatuses, 5)], [all, all]);
      const open = async (asOf: number) =>
        (await second.findOpen({ ...query, asOf: sampleInstant(asOf) })).map((seat) => names.get(seat.id) ?? "free");
      assert.deepEqual([await open(4), await open(5)], [["free"], rest]);
    },
  },
  {
    key: "contract.find-slots-of-holder",
    title: "findSlots finds the slots that a holder holds, by an id that is exactly the same, and no others",
    async run({ storage, second }) {
      const heldBy = (holderId: string, until = 500) => ({ status: "held", hold: holdOf(until, holderId) }) as const;
      const slots = [
        slotAt(0),
        slotAt(30, heldBy("ada")),
        slotAt(60, heldBy("Ada")),
        slotAt(90, { status: "held", hold: holdOf(500, null) }),
        slotAt(120, heldBy("ada", 5)),
        slotAt(150, heldBy("ada ")),
        slotAt(180, heldBy("ada")),
        slotAt(210, { status: "blocked" }),
      ];
      await storage.commit([creation(...slots)]);
      const find = async (query: object, asOf = sampleInstant(0)) =>
        (await second.findSlots({ asOf, limit: 10, holderId: "ada", ...query })).map(({ id }) => id);
      assert.deepEqual(await find({}), ["slot-30", "slot-120", "slot-180"]);
      assert.deepEqual(await find({ statuses: ["held"] }, sampleInstant(5)), ["slot-30", "slot-180"]);
      assert.deepEqual(await find({ descending: true, limit: 2 }), ["slot-180", "slot-120"]);
      assert.deepEqual(await find({ after: { start: sampleInstant(30), id: "slot-30" } }), ["slot-120", "slot-180"]);
      assert.deepEqual(await find({ startFrom: sampleInstant(60), startBefore: sampleInstant(180) }), ["slot-120"]);
      assert.deepEqual(await find({ providerIds: ["provider-1"], limit: 1 }), ["slot-30"]);
      assert.deepEqual(await find({ providerIds: ["provider-2"] }), []);
      assert.deepEqual(await find({ holderId: "" }), []);
    },
  },
  {
    key: "contract.find-slots-pages",
    title: "findSlots continues after a position, by id if starts are equal",
    async run({ storage }) {
      const seats = ["s-b", "s-a", "s-d", "s-c"].map((id, seat) => slotAt(0, { id, seat }));
      await storage.commit([creation(...seats, slotAt(30))]);
      const query = { asOf: sampleInstant(0), limit: 2 };
      const page1 = await storage.findSlots(query);
      assert.deepEqual(
        page1.map(({ id }) => id),
        ["s-a", "s-b"],
      );
      const page2 = await storage.findSlots({ ...query, after: { start: sampleInstant(0), id: "s-b" } });
      assert.deepEqual(
        page2.map(({ id }) => id),
        ["s-c", "s-d"],
      );
      const page3 = await storage.findSlots({ ...query, after: { start: sampleInstant(0), id: "s-d" } });
      assert.deepEqual(
        page3.map(({ id }) => id),
        ["slot-30"],
      );
    },
  },
  {
    key: "contract.list-id-order",
    title: "slots with the same start are listed by the code points of their ids, page by page and backwards",
    async run({ storage }) {
      // In UTF-16 the last two would swap places; in the order of a language nearly all of them would.
      const ids = ["B", "a", "z", "ä", "\uff5e", "\u{1f3d6}"];
      const slots = ids.map((id, seat) => slotAt(0, { id, seat }));
      await storage.commit([creation(...slots.toReversed())]);
      const find = async (query: object) =>
        (await storage.findSlots({ asOf: sampleInstant(0), limit: 3, ...query })).map(({ id }) => id);
      assert.deepEqual(await find({}), ids.slice(0, 3));
      assert.deepEqual(await find({ after: { start: sampleInstant(0), id: "z" } }), ids.slice(3));
      assert.deepEqual(await find({ descending: true }), ids.toReversed().slice(0, 3));
    },
  },
];
