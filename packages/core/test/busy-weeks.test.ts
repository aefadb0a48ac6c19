import fc from "fast-check";
import { expect, it } from "vitest";
import { createEngine, type Engine, type ImportBusyInput, type ImportedBusy, type Slot } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";

const hourMs = 60 * 60_000;
/** A Monday. Weeks of busy times meet after three of these days, and then after each seven more. */
const first = Date.UTC(2027, 2, 22);
const hours = 24 * 24;
const at = (hour: number): Date => new Date(first + hour * hourMs);
const hourOf = (instant: Date) => (instant.getTime() - first) / hourMs;

const actor = { id: "dr-grey", kind: "provider" };
const place = { providerId: "dr-grey", facilityId: "north" };

const ranges = fc
  .tuple(fc.nat(hours - 1), fc.integer({ min: 1, max: 250 }))
  .map(([start, length]) => ({ start, end: start + length }));
/** Near an edge, so that much moves over one. */
const nearEdges = fc
  .tuple(fc.constantFrom(72, 240, 408), fc.integer({ min: -6, max: 5 }), fc.integer({ min: 1, max: 8 }))
  .map(([edge, offset, length]) => ({ start: edge + offset, end: edge + offset + length }));
const times = fc.array(fc.oneof(nearEdges, nearEdges, ranges), { maxLength: 4 });
const windows = fc.oneof(fc.constant({ start: 0, end: hours }), ranges, nearEdges);
const imports = fc.record({ source: fc.constantFrom("hospital", "private"), window: windows, times });
/** One time that goes to and fro over an edge. */
const moving = fc
  .tuple(fc.integer({ min: -4, max: 3 }), fc.integer({ min: 1, max: 4 }))
  .map(([offset, length]) => ({ start: 240 + offset, end: 240 + offset + length }))
  .map((time) => ({ source: "hospital", window: { start: 0, end: hours }, times: [time] }));
/** How long slots last, how far they are apart, and where the first one begins: two hours, or weeks. */
const layouts = fc.constantFrom([2, 3, 2], [5, 5, 1], [200, 205, 3], [500, 500, 20]);

interface Import {
  readonly source: string;
  readonly window: { readonly start: number; readonly end: number };
  readonly times: readonly { readonly start: number; readonly end: number }[];
}

const sequences: fc.Arbitrary<readonly Import[]> = fc.oneof(
  fc.array(imports, { minLength: 3, maxLength: 8 }),
  fc.array(moving, { minLength: 3, maxLength: 8 }),
);

async function stage([length, step, start]: readonly number[]): Promise<Engine> {
  const engine = createEngine({ storage: memoryAdapter(), clock: { now: () => at(0), sleep: async () => {} } });
  const slots = [];
  for (let hour = start as number; hour < hours; hour += step as number) {
    slots.push({ start: at(hour), end: at(hour + (length as number)), capacity: 2 });
  }
  const created = await engine.createSlots({ actor, ...place, timeZone: "UTC", slots });
  for (const { id: slotId, seat } of created.slots) {
    if (seat === 1) await engine.book({ actor, slotId, subjectId: `of ${slotId}` });
  }
  return engine;
}

const inputOf = ({ source, window, times }: Import): ImportBusyInput => ({
  ...{ actor, ...place, source, from: at(window.start), until: at(window.end) },
  intervals: times.map(({ start, end }) => ({ start: at(start), end: at(end) })),
});

const slotsOf = async (engine: Engine) =>
  (await engine.listSlots({ from: at(-24), to: at(3 * hours), limit: 500 })).items;

const isBusy = ({ metadata }: Slot) => metadata.busy !== undefined;
const meet = (a: Slot, start: number, end: number) => hourOf(a.start) < end && start < hourOf(a.end);

/** Slots that are not as they should be beside what is busy, and slots that were free on the way from blocked to blocked. */
function wrongAmong(before: readonly Slot[], after: readonly Slot[]): readonly string[] {
  const busy = after.filter(isBusy).map(({ start, end }) => [hourOf(start), hourOf(end)] as const);
  return after.flatMap((slot) => {
    if (isBusy(slot) || slot.seat === 1) return [];
    const expected = busy.some(([start, end]) => meet(slot, start, end)) ? "blocked" : "available";
    const was = before.find(({ id }) => id === slot.id);
    const isNew = slot.status === "blocked" && was?.status === "blocked" && was.version !== slot.version;
    const name = `${hourOf(slot.start)} ${slot.status}`;
    return [...(slot.status === expected ? [] : [name]), ...(isNew ? [`${name} again`] : [])];
  });
}

/** The booked slots that busy time of the source meets within the window. */
function takenBy({ source, window }: Import, after: readonly Slot[]): ReadonlySet<string> {
  const busy = after.filter(({ metadata }) => (metadata.busy as { source?: string } | undefined)?.source === source);
  const told = after.filter(
    (slot) =>
      slot.seat === 1 &&
      !isBusy(slot) &&
      busy.some((time) => {
        const start = Math.max(hourOf(time.start), window.start);
        const end = Math.min(hourOf(time.end), window.end);
        return start < end && meet(slot, start, end);
      }),
  );
  return new Set(told.map(({ id }) => id));
}

function expectTaken(done: ImportedBusy, expected: ReadonlySet<string>): void {
  const ids = done.taken.map(({ slotId }) => slotId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(done.takenCount).toBe(ids.length);
  expect([...expected].filter((id) => !ids.includes(id))).toEqual([]);
}

it("a slot across weeks is blocked while anything meets it, never free in between, and counts once", async () => {
  let freed = 0;
  const property = fc.asyncProperty(layouts, sequences, async (layout, all) => {
    const engine = await stage(layout);
    for (const one of all) {
      const before = await slotsOf(engine);
      const expected = await engine.importBusy({ ...inputOf(one), dryRun: true });
      const done = await engine.importBusy(inputOf(one));
      expect(done).toEqual({ ...expected, dryRun: false });
      const after = await slotsOf(engine);
      expect(wrongAmong(before, after)).toEqual([]);
      expectTaken(done, takenBy(one, after));
      const again = await engine.importBusy(inputOf(one));
      expect(again).toMatchObject({ created: 0, withdrawn: 0, blocked: 0, freed: 0 });
      freed += done.freed;
    }
  });
  await fc.assert(property, { numRuns: 40 });
  expect(freed).toBeGreaterThan(10);
});
