import assert from "node:assert/strict";
import { type Engine, type FreeTime, type Hours, type OpenDay, type TimesByDay, weekdays } from "@slotwright/core";
import fc from "fast-check";
import { checkProperty } from "../check-property.ts";
import { engineOn, manualClock, minutes, patient, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { withLive } from "../live-slots.ts";
import { bookAt, computed, found, search, stage } from "./computed.ts";
import { actorOf, anyScene, audienceOf, clockAt, furnish, type Scene } from "./scenes.ts";

const dayMinutes = 24 * 60;
const by = { actor: provider, ...place };
const offices = ["dr-0", "dr-1"];
const zones = ["Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu"];

type Counting = Pick<Engine, "findTimes" | "countTimes" | "nextTimes">;
type Wanted = Partial<Parameters<Engine["countTimes"]>[0]>;

/** Late hours, so that days end within them wherever the providers are. */
const anyHours: fc.Arbitrary<Hours> = fc
  .record({
    from: fc.constantFrom("08:00", "20:30"),
    to: fc.constantFrom("21:45", "26:00"),
    minutes: fc.constantFrom(30, 45),
    step: fc.constantFrom(15, 45, 60),
    capacity: fc.constantFrom(1, 3),
    openings: fc.constantFrom("computed" as const, "both" as const),
  })
  .map(({ from, to, openings, ...offer }) => ({ ...computed(from, to, offer), openings }));

const anyCuts = fc.array(fc.integer({ min: -600, max: 3 * dayMinutes }), { maxLength: 3 });

/** The date of an instant, the slow way. */
const dateIn = (timeZone: string, at: Date) => new Intl.DateTimeFormat("sv-SE", { timeZone }).format(at);

function countedBy(times: readonly FreeTime[], zoneOf: (providerId: string) => string): readonly OpenDay[] {
  const days = Map.groupBy(times, ({ providerId, start }) => dateIn(zoneOf(providerId), start));
  return [...days]
    .map(([date, one]) => ({ date, open: one.length, seats: one.reduce((sum, { seats }) => sum + seats, 0) }))
    .sort((a, b) => (a.date < b.date ? -1 : 1));
}

function summed(parts: readonly (readonly OpenDay[])[]): readonly OpenDay[] {
  const days = Map.groupBy(parts.flat(), ({ date }) => date);
  const sum = (of: readonly OpenDay[], field: "open" | "seats") => of.reduce((total, one) => total + one[field], 0);
  return [...days]
    .map(([date, of]) => ({ date, open: sum(of, "open"), seats: sum(of, "seats") }))
    .sort((a, b) => (a.date < b.date ? -1 : 1));
}

/** Counts the range in the parts that these cuts make of it. */
async function inParts(
  count: (range: { from: Date; to: Date }) => Promise<TimesByDay> | TimesByDay,
  { from, to }: { readonly from: Date; readonly to: Date },
  cuts: readonly number[],
): Promise<readonly OpenDay[]> {
  const bounds = [from, ...cuts.map(minutes).filter((at) => at > from && at < to), to].sort((a, b) => +a - +b);
  const parts: (readonly OpenDay[])[] = [];
  for (let at = 1; at < bounds.length; at += 1) {
    const { days, nextFrom } = await count({ from: bounds[at - 1] as Date, to: bounds[at] as Date });
    assert.equal(nextFrom, null);
    parts.push(days);
  }
  return summed(parts);
}

interface Checked {
  readonly range: { readonly from: Date; readonly to: Date };
  readonly cuts: readonly number[];
  readonly zoneOf: (providerId: string) => string;
}

/** Counts and next times say what `findTimes` finds, in either order and page by page. */
async function assertAgrees(engine: Counting, wanted: Wanted, { range, cuts, zoneOf }: Checked) {
  const input = { ...search, providerIds: offices, ...wanted };
  const all = await found(engine, { ...input, ...range, limit: 7 });
  const latest = await found(engine, { ...input, ...range, order: "latest", limit: 500 });
  assert.deepEqual(latest.toReversed(), all);
  for (const timeZone of [undefined, "Asia/Tokyo"]) {
    const days = countedBy(all, (id) => timeZone ?? zoneOf(id));
    assert.deepEqual(await engine.countTimes({ ...input, ...range, timeZone }), { days, nextFrom: null });
    const count = (part: typeof range) => engine.countTimes({ ...input, ...part, timeZone });
    assert.deepEqual(await inParts(count, range, cuts), days);
  }
  for (const count of [1, 5, 400]) {
    // The hours are of two days, so that nothing lies beyond.
    const next = await engine.nextTimes({ ...input, from: range.from, count });
    assert.deepEqual(next.items, all.slice(0, count));
  }
  return all;
}

async function zonesOf(engine: Engine): Promise<(providerId: string) => string> {
  const known = new Map<string, string>();
  for (const providerId of offices)
    known.set(providerId, (await engine.getSchedule({ ...place, providerId })).timeZone);
  return (providerId) => known.get(providerId) ?? "";
}

const hoursOf = (scene: Scene): Hours => ({
  ...computed("09:00", "11:30", { step: 15, capacity: 1 + scene.subject }),
  openings: "both",
});

/** Counts from where the call before has ended, to the end. */
async function allParts(engine: Counting, input: Parameters<Engine["countTimes"]>[0]) {
  const parts: (readonly OpenDay[])[] = [];
  let from: Wanted["from"] | null = input.from;
  while (from !== null) {
    const { days, nextFrom }: TimesByDay = await engine.countTimes({ ...input, from });
    parts.push(days);
    assert.ok(nextFrom === null || from === undefined || nextFrom > from);
    from = nextFrom;
  }
  return parts;
}

export const computedCountCases: readonly ConformanceCase[] = [
  {
    key: "computed.counts",
    title:
      "counts by day and the next times say what a search finds, in each zone, however the range is cut, and live slots say the same",
    async run({ open, propertyRuns }) {
      const places = fc.record({
        zones: fc.tuple(fc.constantFrom(...zones), fc.constantFrom(...zones)),
        hours: anyHours,
      });
      const deeds = fc.array(fc.integer({ min: -4, max: 60 }), { maxLength: 6 });
      const property = fc.asyncProperty(
        places,
        deeds,
        anyCuts,
        fc.constantFrom(30, 45, 90),
        async (one, some, cuts, length) => {
          const { storage, second, close } = await open();
          const [engine, other] = [stage(storage), stage(second)];
          for (const [index, providerId] of offices.entries()) {
            const timeZone = one.zones[index] as string;
            await other.setAvailability({ ...by, providerId, timeZone, hours: one.hours });
          }
          const range = { from: minutes(-2 * dayMinutes), to: minutes(4 * dayMinutes) };
          const followed = { ...range, providerIds: offices, facilityId: place.facilityId, openings: true };
          for (const [index, at] of some.entries()) {
            const where = { providerId: offices[index % 2] as string, facilityId: place.facilityId };
            const time = { start: minutes(at * 15), end: minutes(at * 15 + 45) };
            if (index % 3 === 0)
              await other.createSlots({ ...by, ...where, slots: [{ ...time, capacity: 2 }] }).catch(() => {});
            else await bookAt(other, at * 15, 45, where).catch(() => {});
          }
          const zoneOf = await zonesOf(engine);
          const wanted = { minutes: length };
          const all = await assertAgrees(engine, wanted, { range, cuts, zoneOf });
          await withLive(engine, followed, async (live) => {
            const input = { ...search, ...wanted, providerIds: offices };
            const count = (part: typeof range) => live.countTimes({ ...input, ...part });
            assert.deepEqual(await inParts(count, range, cuts), countedBy(all, zoneOf));
            const { days } = live.countTimes({ ...input, timeZone: "Asia/Tokyo" });
            assert.deepEqual(
              days,
              countedBy(
                all.filter(({ start }) => start >= manualClock().now()),
                () => "Asia/Tokyo",
              ),
            );
            assert.deepEqual(live.nextTimes({ ...input, from: range.from, count: 5 }).items, all.slice(0, 5));
          });
          await close();
        },
      );
      await checkProperty(property, Math.max(3, Math.ceil(propertyRuns / 8)));
    },
  },
  {
    key: "computed.counts-for-subject",
    title: "counts and next times for a subject have what the actor could book, and nothing else",
    async run({ open, propertyRuns }) {
      const property = fc.asyncProperty(anyScene, anyCuts, async (scene, cuts) => {
        const { storage, close } = await open();
        await furnish(storage, scene);
        for (const providerId of offices) {
          await engineOn(storage).setAvailability({ ...by, providerId, hours: hoursOf(scene) });
        }
        const options = { policies: scene.policies, audienceOf, clock: clockAt(scene.afterNine) };
        const engine = engineOn(storage, options);
        const range = { from: minutes(-60), to: minutes(3 * dayMinutes) };
        const checked = { range, cuts, zoneOf: await zonesOf(engine) };
        await assertAgrees(engine.as(actorOf(scene)), { subjectId: `p-${scene.subject}` }, checked);
        await close();
      });
      await checkProperty(property, Math.max(3, Math.ceil(propertyRuns / 12)));
    },
  },
  {
    key: "computed.counts-bounded",
    title: "a count of very many times says where the next one goes on, and all together count each once",
    async run({ storage }) {
      const engine = stage(storage, { authorize: () => undefined });
      const always = { days: weekdays, from: "00:00", to: "24:00" };
      const hours: Hours = { openings: "computed", offer: { minutes: 1 }, weekly: [always] };
      for (const providerId of offices) await engine.setAvailability({ ...by, providerId, hours });
      const days = (count: number) => ({ from: minutes(-540), to: minutes(-540 + count * dayMinutes) });
      const input = { ...search, providerIds: offices, minutes: 1, ...days(40) };
      const parts = await allParts(engine, input);
      const perDay = offices.length * dayMinutes;
      assert.ok(parts.every((days) => summed([days]).reduce((sum, { open }) => sum + open, 0) <= 50_000 + perDay));
      const whole = summed(parts);
      assert.deepEqual([whole.length, whole.every(({ open }) => open === perDay)], [40, true]);
      // Of an actor's engine, authorize is asked about each.
      const own = engine.as(patient);
      const week = { ...input, ...days(4) };
      const shown = await own.countTimes(week);
      assert.ok(shown.nextFrom !== null && shown.nextFrom < week.to);
      const others = await own.countTimes({ ...week, from: shown.nextFrom });
      const four = summed([shown.days, others.days]);
      assert.deepEqual(
        [four.length, four.every(({ open }) => open === 2 * dayMinutes), others.nextFrom],
        [4, true, null],
      );
    },
  },
  {
    key: "computed.counts-looked",
    title: "a count ends after so many times that it looks at, if none of them is free",
    async run({ storage }) {
      const engine = stage(storage);
      const always = { days: weekdays, from: "00:00", to: "24:00" };
      const hours: Hours = { openings: "computed", offer: { minutes: 1 }, weekly: [always] };
      for (const providerId of offices) await engine.setAvailability({ ...by, providerId, hours });
      const range = { from: minutes(0), to: minutes(28 * dayMinutes) };
      const input = { ...search, providerIds: offices, minutes: 1, ...range };
      const away = { source: "away", from: range.from, until: range.to };
      for (const providerId of offices) {
        const intervals = [{ start: range.from, end: range.to }];
        await engine.importBusy({ ...by, providerId, ...away, intervals });
      }
      const { days, nextFrom } = await engine.countTimes(input);
      assert.deepEqual(days, []);
      assert.ok(nextFrom !== null && nextFrom > range.from && nextFrom < range.to, `it goes on at ${nextFrom}`);
      assert.deepEqual(await engine.countTimes({ ...input, from: nextFrom }), { days: [], nextFrom: null });
      const followed = { ...range, providerIds: offices, facilityId: place.facilityId, openings: true };
      await withLive(engine, followed, async (live) => {
        const counted = live.countTimes(input);
        assert.deepEqual([counted.days, counted.nextFrom], [days, nextFrom]);
      });
    },
  },
  {
    key: "computed.counts-input",
    title: "counts and next times are bounded as searches are, and what nobody may list is not counted",
    async run({ storage }) {
      const engine = stage(storage, {
        authorize: ({ actor }: { actor: { kind: string } }) => (actor.kind === "patient" ? "No." : undefined),
      });
      await engine.setAvailability({ ...by, hours: computed("09:00", "10:00") });
      const wrong: readonly (readonly [path: string, input: object])[] = [
        ["minutes", { minutes: 0 }],
        ["facilityId", { facilityId: undefined }],
        ["providerIds", { providerIds: [] }],
        ["timeZone", { timeZone: "Mars/Olympus" }],
        ["to", { from: minutes(0), to: minutes(62 * dayMinutes + 1) }],
        ["", { limit: 3 }],
      ];
      for (const [path, more] of wrong) {
        const { details } = await refusal(engine.countTimes({ ...search, ...more } as never), "invalid_input");
        assert.equal(details.issues[0]?.path, path);
      }
      for (const count of [0, 501, 1.5]) await refusal(engine.nextTimes({ ...search, count }), "invalid_input");
      await refusal(engine.countTimes({ ...search, from: minutes(1), to: minutes(0) }), "invalid_time_range");
      await refusal(engine.countTimes({ ...search, subjectId: "p-1" }), "invalid_input");
      await refusal(engine.nextTimes({ ...search, subjectId: "p-1" }), "invalid_input");
      const whole = await engine.countTimes(search);
      assert.deepEqual(
        whole.days.map(({ date, open }) => [date, open]),
        [
          ["2026-03-02", 2],
          ["2026-03-03", 2],
        ],
      );
      assert.deepEqual(await engine.as(patient).countTimes(search), { days: [], nextFrom: null });
      assert.deepEqual(await engine.as(patient).nextTimes(search), { items: [] });
    },
  },
];
