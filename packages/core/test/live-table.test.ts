import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createIdIndex } from "../src/engine/live/id-index.ts";
import { searchOpen } from "../src/engine/live/search.ts";
import { createSlotTable, type HeldSlotRow, type SlotTable } from "../src/engine/live/slot-table.ts";
import { compacted } from "../src/engine/live/snapshot.ts";
import { compareIds } from "../src/model/id-order.ts";
import { heldMemory } from "./feed-stage.ts";

const minuteMs = 60_000;
const t0 = Date.UTC(2027, 2, 22, 8);

function slotAt(id: string, fields: Partial<HeldSlotRow> = {}): HeldSlotRow {
  const { providerId = "dr-a", facilityId = "north", start = t0 } = fields;
  const scheduleId = `${providerId} ${facilityId}`;
  const part = { seat: 0, metadata: {}, createdAt: 0, updatedAt: 0, appointmentId: null };
  const state = { ...part, version: 1, status: "available", heldUntil: 0, appointment: 0, hold: undefined } as const;
  return { id, scheduleId, end: start + 30 * minuteMs, ...state, ...fields, providerId, facilityId, start };
}

const everything = { now: t0, facilityId: undefined, leastMs: 0, from: 0, to: t0 * 2, limit: 500, latestFirst: false };

describe("the index of ids", () => {
  it("finds what a map finds, whatever is added and removed, and whatever the ids are", () => {
    const anyId = fc.oneof(
      fc.nat(40).map(String),
      fc.string({ unit: "binary", minLength: 1, maxLength: 4 }),
      fc.uuid(),
    );
    const steps = fc.array(fc.tuple(anyId, fc.boolean()), { maxLength: 400, size: "max" });
    const property = fc.property(steps, (all) => {
      const [ids, known]: [string[], Map<string, number>] = [[], new Map()];
      const index = createIdIndex((row) => ids[row] as string);
      for (const [id, isAdded] of all) {
        const row = known.get(id);
        expect(index.get(id)).toBe(row ?? -1);
        if (isAdded && row === undefined) {
          known.set(id, ids.length);
          index.add(id, ids.push(id) - 1);
        } else if (!isAdded && row !== undefined) {
          index.remove(id);
          known.delete(id);
        }
      }
      for (const id of ids) expect(index.get(id)).toBe(known.get(id) ?? -1);
    });
    fc.assert(property, { numRuns: 30 });
  });
});

/** Any slots of a few providers, many of which start together, with ids that UTF-16 sorts otherwise. */
const anySlots = fc.uniqueArray(
  fc.record({
    id: fc.oneof(fc.nat(500).map(String), fc.constantFrom("\u{1f600}", "\uff61", "\u{10000}a", "é")),
    providerId: fc.constantFrom("dr-a", "dr-b", "dr-c", "dr-d"),
    facilityId: fc.constantFrom("north", "south"),
    start: fc.nat(60).map((number) => t0 + number * 10 * minuteMs),
    status: fc.constantFrom("available", "held", "booked", "blocked"),
    heldUntil: fc.constantFrom(t0 - 1, t0, t0 + 1),
  }),
  { selector: ({ id }) => id, maxLength: 120, size: "max" },
);

type AnySlot = typeof anySlots extends fc.Arbitrary<readonly (infer One)[]> ? One : never;

/** The ids that a search finds, by the plainest way. */
function plainly(slots: readonly AnySlot[], search: typeof everything): readonly string[] {
  const open = slots.filter(
    ({ status, heldUntil, start, facilityId }) =>
      (status === "available" || (status === "held" && heldUntil <= search.now)) &&
      start >= search.from &&
      start < search.to &&
      (search.facilityId === undefined || facilityId === search.facilityId),
  );
  const groups = new Map<string, AnySlot>();
  for (const slot of open) {
    const name = JSON.stringify([slot.providerId, slot.facilityId, slot.start]);
    const known = groups.get(name);
    if (known === undefined || compareIds(slot.id, known.id) < 0) groups.set(name, slot);
  }
  const sorted = [...groups.values()].sort((a, b) => a.start - b.start || compareIds(a.id, b.id));
  return (search.latestFirst ? sorted.reverse() : sorted).slice(0, search.limit).map(({ id }) => id);
}

describe("a search", () => {
  const anySearch = fc.record({
    facilityId: fc.constantFrom(undefined, "north"),
    from: fc.nat(60).map((number) => t0 + number * 10 * minuteMs),
    length: fc.nat(60),
    latestFirst: fc.boolean(),
    limit: fc.integer({ min: 1, max: 40 }),
  });

  it("finds what sorting all slots finds, before and after they are moved together", async () => {
    const property = fc.asyncProperty(anySlots, fc.array(fc.nat(119)), anySearch, async (slots, gone, asked) => {
      const table = createSlotTable();
      for (const slot of slots) table.add(slotAt(slot.id, slot as Partial<HeldSlotRow>));
      const removed = new Set(gone.flatMap((index) => slots[index]?.id ?? []));
      for (const id of removed) table.setState(table.rowOf(id), { ...slotAt(id), version: 2, status: "booked" });
      const left = slots.filter(({ id }) => !removed.has(id));
      const search = { ...everything, ...asked, to: asked.from + asked.length * 10 * minuteMs };
      const expected = plainly(left, search as typeof everything);
      for (const one of [table, await compacted(table)]) {
        const found = searchOpen(one, { ...search, providers: one.providers.values() });
        expect(found.map(({ row }) => one.ids[row])).toEqual(expected);
      }
    });
    await fc.assert(property, { numRuns: 300 });
  });

  it("drops what has begun, and reuses its rows", () => {
    const table = createSlotTable();
    for (let round = 0; round < 50; round++) {
      const start = t0 + round * 100 * minuteMs;
      for (let number = 0; number < 20; number++) {
        const providerId = `dr-${number % 3}`;
        table.add(slotAt(`${round}-${number}`, { providerId, start: start + number * minuteMs }));
      }
      table.dropBefore(start);
      expect(table.size()).toBe(20);
      expect(table.rowOf(`${round - 1}-3`)).toBe(-1);
      const found = searchOpen(table, { ...everything, providers: table.providers.values() });
      expect(found.map(({ row }) => table.ids[row])).toEqual(Array.from({ length: 20 }, (_, at) => `${round}-${at}`));
    }
    expect(table.ids.length).toBeLessThanOrEqual(40);
  });
});

describe("what is held", () => {
  it("takes less than 150 bytes a slot, ids of 36 characters included", async () => {
    const count = 50_000;
    const before = heldMemory();
    let loose: SlotTable | undefined = createSlotTable();
    for (let number = 0; number < count; number++) {
      const id = `0198a1b2-0000-7000-8000-${String(number).padStart(12, "0")}`;
      const providerId = `provider-${number % 50}`;
      // A flat text, as a driver returns it, and not one that is made of parts.
      loose.add(slotAt(Buffer.from(id).toString(), { providerId, start: t0 + number * minuteMs }));
    }
    const table = await compacted(loose);
    loose = undefined;
    expect((heldMemory() - before) / count).toBeLessThan(150);
    expect(table.size()).toBe(count);
    expect(table.rowOf("none")).toBe(-1);
  });
});
