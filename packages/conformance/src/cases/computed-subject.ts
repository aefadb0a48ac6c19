import assert from "node:assert/strict";
import {
  type AccessRequest,
  buffer,
  type FreeTime,
  type Hours,
  type LiveOfSubject,
  type LiveSubjectTimesPage,
  minimumNotice,
  type Page,
  type Policy,
  weekdays,
} from "@slotwright/core";
import fc from "fast-check";
import { checkProperty } from "../check-property.ts";
import { engineOn, manualClock, minutes, patient, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { caughtUp, withLive } from "../live-slots.ts";
import { bookAt, computed, found, search, shownTimes, stage } from "./computed.ts";
import { anyHost } from "./live-records.ts";
import { anyHappening, happen } from "./live-subject.ts";
import { actorOf, anyScene, audienceOf, clockAt, furnish } from "./scenes.ts";

const dayMinutes = 24 * 60;
const by = { actor: provider, ...place };
const providerIds = ["dr-0", "dr-1"];
const range = { from: minutes(-60), to: minutes(2 * dayMinutes) };
const followed = { ...range, providerIds, facilityId: place.facilityId, openings: true };

const anyHours: fc.Arbitrary<Hours> = fc
  .record({
    step: fc.constantFrom(15, 30),
    capacity: fc.constantFrom(1, 2),
    openings: fc.constantFrom("computed", "both"),
  })
  .map(({ openings, ...offer }) => ({ ...computed("09:00", "11:30", offer), openings }) as Hours);

/** All pages of a search, and who answered them. */
async function allTimes(own: LiveOfSubject, input: Partial<Parameters<LiveOfSubject["findTimes"]>[0]>) {
  const times: FreeTime[] = [];
  const sources = new Set<LiveSubjectTimesPage["source"]>();
  let cursor: string | null = null;
  do {
    const page: LiveSubjectTimesPage = await own.findTimes({ ...search, ...range, ...input, cursor });
    times.push(...page.items);
    sources.add(page.source);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return { times, sources: [...sources] };
}

const looksAtProviders = ({ sees }: Policy): boolean => sees?.provider !== undefined;

export const computedSubjectCases: readonly ConformanceCase[] = [
  {
    key: "computed.live-subject",
    title:
      "at rest, a search of live slots for times for a subject finds what that of the database finds, by memory where the policies allow it",
    async run({ open, propertyRuns }) {
      const happenings = fc.array(anyHappening, { maxLength: 8 });
      const hosts = fc.option(anyHost, { nil: undefined });
      const property = fc.asyncProperty(
        fc.record({ scene: anyScene, hours: anyHours, length: fc.constantFrom(15, 30, 60), all: happenings }),
        hosts,
        async ({ scene, hours, length, all }, host) => {
          const { storage, second, close } = await open();
          const ids = await furnish(storage, scene);
          const clock = clockAt(scene.afterNine);
          // Time at other facilities is not followed. Half of the scenes are without policies that look at it.
          const isNear = scene.limit !== 100;
          const policies = [...scene.policies, ...(host?.policies ?? [])];
          const own = isNear ? policies.filter((policy) => !looksAtProviders(policy)) : policies;
          const engine = engineOn(storage, { ...host, policies: own, audienceOf, clock });
          const other = engineOn(second, { clock });
          for (const providerId of providerIds) await other.setAvailability({ ...by, providerId, hours });
          const [actor, subjectId] = [actorOf(scene), `p-${scene.subject}`];
          await withLive(engine, followed, async (live) => {
            const searches = await live.forSubject({ actor, subjectId });
            for (const one of all) await happen(other, one, ids);
            for (const from of [scene.subject * 30, 90]) {
              await bookAt(other, from, 30, { providerId: "dr-1", subjectId }).catch(() => {});
            }
            await caughtUp(live, other);
            const order = scene.latest ? ("latest" as const) : ("earliest" as const);
            const wanted = { providerIds, minutes: length, order, limit: scene.limit };
            const { times, sources } = await allTimes(searches, wanted);
            assert.deepEqual(times, await found(engine.as(actor), { ...wanted, ...range, subjectId, limit: 500 }));
            if (!own.some(looksAtProviders)) assert.deepEqual(sources, ["live"]);
            searches.close();
          });
          await close();
        },
      );
      await checkProperty(property, Math.max(4, Math.ceil(propertyRuns / 5)));
    },
  },
  {
    key: "computed.live-subject-range",
    title:
      "a search of live slots for times for a subject looks as far as one of the database, by whatever means it is decided",
    async run({ storage }) {
      const engine = stage(storage);
      const careful = stage(storage, { policies: [buffer({ beforeMinutes: 5, afterMinutes: 0 })] });
      const last = { days: weekdays, from: "09:00", to: "10:00", validFrom: "2026-05-01", validUntil: "2026-05-04" };
      const hours = computed("09:00", "10:00", {}, { weekly: [last] });
      await engine.setAvailability({ ...by, hours });
      for (const one of [engine, careful]) {
        const window = { forDays: 80, providerIds: [place.providerId], facilityId: place.facilityId, openings: true };
        await withLive(one, window, async (live) => {
          const own = await live.forSubject({ actor: patient, subjectId: "p-1" });
          const { items, source } = await own.findTimes(search);
          const inDatabase = await one.as(patient).findTimes({ ...search, subjectId: "p-1" });
          assert.deepEqual(items, inDatabase.items);
          assert.deepEqual([items.length, source], [2, one === careful ? "database" : "live"]);
          const { details } = await refusal(
            own.findTimes({ ...search, to: minutes(70 * dayMinutes) }),
            "invalid_input",
          );
          assert.deepEqual([details.issues[0]?.path, details.issues[0]?.code], ["to", "too_large"]);
          assert.equal(live.findTimes(search).items.length, 8);
        });
      }
    },
  },
  {
    key: "computed.live-subject-source",
    title:
      "a search of live slots for times for a subject says who decided, refuses what is not followed, and goes on in either",
    async run({ storage }) {
      const notice = minimumNotice({ minutes: 60 });
      const clock = clockAt(-30);
      const engine = stage(storage, { policies: [notice], clock });
      const careful = stage(storage, { policies: [notice, buffer({ beforeMinutes: 5, afterMinutes: 0 })], clock });
      await engine.setAvailability({ ...by, hours: computed("09:00", "11:00") });
      const whom = { actor: patient, subjectId: "p-1" };
      const window = { ...followed, providerIds: [place.providerId] };
      await withLive(engine, { ...window, openings: false }, async (live) => {
        const own = await live.forSubject(whom);
        await refusal(own.findTimes(search), "invalid_input");
      });
      const pages: LiveSubjectTimesPage[] = [];
      for (const one of [engine, careful]) {
        await withLive(one, window, async (live) => {
          const own = await live.forSubject(whom);
          await refusal(own.findTimes({ ...search, providerIds: ["nobody"] }), "invalid_input");
          await refusal(own.findTimes({ ...search, to: minutes(9 * dayMinutes) }), "invalid_input");
          const to = minutes(dayMinutes);
          pages.push(await own.findTimes({ ...search, to, limit: 2, cursor: pages[0]?.nextCursor }));
          own.close();
          await refusal(own.findTimes(search), "storage_misused");
        });
      }
      assert.deepEqual(
        pages.map(({ items, source, cursor, isStale }) => [shownTimes(items), source, cursor === null, isStale]),
        [
          [["30", "60"], "live", false, false],
          [["90"], "database", true, false],
        ],
      );
    },
  },
  {
    key: "computed.own-holds",
    title:
      "what the caller holds is among the times, each seat by itself, in the database and on live slots, and for nobody else",
    async run({ storage }) {
      const clock = manualClock();
      const policies = [minimumNotice({ minutes: 1 })];
      const hides = ({ action, actor }: AccessRequest) =>
        action === "list" && actor.id === "nosy" ? { hide: ["hold" as const] } : undefined;
      const engine = stage(storage, { policies, clock, authorize: hides });
      const own = [{ start: minutes(0), end: minutes(60), capacity: 3 }];
      const { slots } = await engine.createSlots({ ...by, slots: own });
      await engine.setAvailability({ ...by, hours: computed("09:00", "11:00") });
      const holdOf = async (nth: number, more = {}) =>
        (await engine.hold({ actor: patient, slotId: slots[nth]?.id ?? "", seconds: 600, ...more })).holdToken;
      const [token] = [await holdOf(1), await holdOf(2, { holderId: "h-1" })];
      const mine = (times: readonly FreeTime[]) =>
        times
          .filter((time) => time.mine)
          .map(({ slotId, seats }) => [slots.findIndex(({ id }) => id === slotId), seats]);
      const whole = { ...search, from: range.from, to: range.to };
      const ada = engine.as(patient);
      const nosy = engine.as({ ...patient, id: "nosy" });
      const holds = { holdTokens: [token], holderId: "h-1" };
      await withLive(engine, { ...followed, providerIds: [place.providerId] }, async (live) => {
        const subject = await live.forSubject({ actor: patient, subjectId: "p-1" });
        const everywhere = async (more: object, of = ada) => [
          (await of.findTimes({ ...whole, ...more })).items,
          (await of.findTimes({ ...whole, ...more, subjectId: "p-1" })).items,
          ...(of === ada ? [live.findTimes({ ...whole, ...more }).items] : []),
          ...(of === ada ? [(await subject.findTimes({ ...whole, ...more })).items] : []),
        ];
        const seen = async (more: object, of = ada) => (await everywhere(more, of)).map((times) => mine(times).sort());
        const alike = (one: unknown, of = ada) => Array.from({ length: of === ada ? 4 : 2 }, () => one);
        assert.deepEqual(await seen({}), alike([]));
        assert.deepEqual(await seen({ holdTokens: [token] }), alike([[1, 1]]));
        assert.deepEqual(
          await seen(holds),
          alike([
            [1, 1],
            [2, 1],
          ]),
        );
        // Who may not know who holds a slot finds nothing by a holder's id.
        assert.deepEqual(await seen(holds, nosy), alike([[1, 1]], nosy));
        const [inDatabase, ...others] = await everywhere(holds);
        for (const other of others) assert.deepEqual(other, inDatabase);
        const pages: FreeTime[] = [];
        let cursor: string | null = null;
        do {
          const page: Page<FreeTime> = await ada.findTimes({ ...whole, ...holds, limit: 1, cursor });
          pages.push(...page.items);
          cursor = page.nextCursor;
        } while (cursor !== null);
        assert.deepEqual(pages, inDatabase);
        clock.advance(600_000);
        assert.deepEqual(await seen(holds), alike([]));
      });
    },
  },
];
