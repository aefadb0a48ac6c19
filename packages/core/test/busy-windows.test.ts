import fc from "fast-check";
import { expect, it } from "vitest";
import { createEngine, type Engine, type ImportBusyInput } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";

const hourMs = 60 * 60_000;
/** A Monday. A week of busy times ends after three of these days. */
const first = Date.UTC(2027, 2, 22);
const hours = 7 * 24;
const at = (hour: number): Date => new Date(first + hour * hourMs);

const actor = { id: "dr-grey", kind: "provider" };
const place = { providerId: "dr-grey", facilityId: "north" };

const ranges = fc
  .tuple(fc.nat(hours - 1), fc.integer({ min: 1, max: 80 }))
  .map(([start, length]) => ({ start, end: start + length }));
const imports = fc.record({ window: ranges, times: fc.array(ranges, { maxLength: 5 }) });

type Import = typeof imports extends fc.Arbitrary<infer One> ? One : never;

async function stage(): Promise<Engine> {
  const engine = createEngine({ storage: memoryAdapter(), clock: { now: () => at(0), sleep: async () => {} } });
  const slots = Array.from({ length: hours / 3 }, (_, index) => ({ start: at(index * 3), end: at(index * 3 + 2) }));
  await engine.createSlots({ actor, ...place, timeZone: "UTC", slots });
  return engine;
}

const inputOf = ({ window, times }: Import): ImportBusyInput => ({
  ...{ actor, ...place, source: "hospital", from: at(window.start), until: at(window.end) },
  intervals: times.map(({ start, end }) => ({ start: at(start), end: at(end) })),
});

/**
 * What is busy after an import, hour by hour: within the window what it says, and outside what was busy before. Of what it says
 * of other times, it may have taken any.
 */
function busyAfter(before: ReadonlySet<number>, { window, times }: Import, now: ReadonlySet<number>) {
  const isWithin = (hour: number) => hour >= window.start && hour < window.end;
  const told = times.flatMap(({ start, end }) => hoursFrom(start, end));
  const stays = [...before].filter((hour) => !isWithin(hour));
  return new Set([...stays, ...told.filter((hour) => isWithin(hour) || now.has(hour))]);
}

const hoursFrom = (start: number, end: number) => Array.from({ length: end - start }, (_, index) => start + index);
const hourOf = (instant: Date) => (instant.getTime() - first) / hourMs;

/** What lists show: hours that are busy, and slots that are not as they should be then. */
async function shownBy(engine: Engine) {
  const { items } = await engine.listSlots({ from: at(-24), to: at(3 * hours), limit: 500 });
  const isBusy = ({ metadata }: (typeof items)[number]) => metadata.busy !== undefined;
  const busy = new Set(items.filter(isBusy).flatMap(({ start, end }) => hoursFrom(hourOf(start), hourOf(end))));
  const wrong = items.filter((slot) => {
    const isMet = hoursFrom(hourOf(slot.start), hourOf(slot.end)).some((hour) => busy.has(hour));
    return !isBusy(slot) && slot.status !== (isMet ? "blocked" : "available");
  });
  return { busy, wrong };
}

it("whatever window an import has, what was busy outside of it stays, and the same again writes nothing", async () => {
  let replaced = 0;
  const property = fc.asyncProperty(fc.array(imports, { minLength: 3, maxLength: 8 }), async (all) => {
    const engine = await stage();
    let busy: ReadonlySet<number> = new Set();
    for (const one of all) {
      const expected = await engine.importBusy({ ...inputOf(one), dryRun: true });
      const done = await engine.importBusy(inputOf(one));
      expect(done).toEqual({ ...expected, dryRun: false });
      const shown = await shownBy(engine);
      busy = busyAfter(busy, one, shown.busy);
      expect(shown).toEqual({ busy, wrong: [] });
      const again = await engine.importBusy(inputOf(one));
      expect(again).toMatchObject({ created: 0, withdrawn: 0, blocked: 0, freed: 0 });
      replaced += done.withdrawn;
    }
  });
  await fc.assert(property, { numRuns: 25 });
  expect(replaced).toBeGreaterThan(10);
});
