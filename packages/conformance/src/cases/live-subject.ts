import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import {
  type ActorEngine,
  buffer,
  type Engine,
  type FollowInput,
  type LiveOfSubject,
  type LiveSubjectPage,
  maximumAppointments,
  maximumPerDay,
  maximumRequestAge,
  minimumNotice,
  noOverlapOfSubject,
  type OpenSlot,
  type Policy,
} from "@slotwright/core";
import fc from "fast-check";
import { checkProperty } from "../check-property.ts";
import { engineOn, manualClock, minutes, patient, place, provider, publish, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { intercepted } from "../intercepted.ts";
import { caughtUp, idsOf, withLive } from "../live-slots.ts";
import { actorOf, anyScene, audienceOf, clockAt, engineDeed, furnish, offersTo, type Scene } from "./scenes.ts";

/** What happens while the slots are followed. */
interface Happening {
  readonly what: "book" | "book two" | "hold" | "cancel" | "move" | "create";
  readonly slot: number;
  readonly subject: number;
}

export const anyHappening: fc.Arbitrary<Happening> = fc.record({
  what: fc.constantFrom("book", "book", "book two", "book two", "hold", "cancel", "move", "create"),
  slot: fc.nat(60),
  subject: fc.nat(2),
});

/** A part of the scene, so that what lies around it matters as well. */
export const anyWindow = fc.constantFrom<FollowInput>(
  { from: minutes(-3000), to: minutes(6000) },
  { from: minutes(400), to: minutes(1500) },
  { from: minutes(1000), to: minutes(1700), providerIds: ["dr-0", "dr-1", "nobody"] },
);

/** One after another; what is refused changes nothing. */
export async function happen(
  engine: Engine,
  { what, slot, subject }: Happening,
  ids: readonly string[],
): Promise<void> {
  const [slotId, other] = [ids[slot % ids.length] ?? "", ids[(slot + 1) % ids.length] ?? ""];
  if (what === "book" || what === "hold") return engineDeed(engine, what, slotId, subject);
  const appointment = async () => {
    const { items } = await engine.listAppointments({
      subjectId: `p-${subject}`,
      statuses: ["confirmed", "scheduled"],
    });
    return items[slot % Math.max(items.length, 1)]?.id ?? "none";
  };
  const start = minutes(slot * 40 - 100);
  const created = { start, end: new Date(start.getTime() + 20 * 60_000), capacity: 1 + (slot % 2) };
  const deed = {
    "book two": () => engine.book({ actor: patient, slotId, alsoSlotIds: [other], subjectId: `p-${subject}` }),
    cancel: async () => engine.cancel({ actor: patient, appointmentId: await appointment() }),
    move: async () => engine.reschedule({ actor: patient, appointmentId: await appointment(), slotId }),
    create: () =>
      engine.createSlots({ actor: provider, providerId: `dr-${subject}`, facilityId: "north", slots: [created] }),
  }[what];
  await deed().catch(() => undefined);
}

export async function allPages(own: LiveOfSubject, scene: Pick<Scene, "limit" | "latest">) {
  const offers: OpenSlot[] = [];
  const sources = new Set<LiveSubjectPage["source"]>();
  let cursor: string | null = null;
  do {
    const order = scene.latest ? "latest" : "earliest";
    const page: LiveSubjectPage = await own.findOpen({ cursor, limit: scene.limit, order });
    offers.push(...page.items);
    sources.add(page.source);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return { offers, sources: [...sources] };
}

/** Everything that is offered can be booked, and nothing else of what is followed. */
async function assertTrue(offers: readonly OpenSlot[], actor: ActorEngine, subjectId: string, search: FollowInput) {
  const { from, to, providerIds } = search;
  const slots = await actor.listSlots({ from, to, providerIds, limit: 500 });
  const possible: string[] = [];
  for (const { id } of slots.items) {
    if ((await actor.preview("book", { slotId: id, subjectId })).possible) possible.push(id);
  }
  assert.equal(
    offers.reduce((sum, { seats }) => sum + seats, 0),
    possible.length,
  );
  for (const { slotId } of offers) assert.ok(possible.includes(slotId), `${slotId} cannot be booked`);
}

const search = { from: minutes(-60), to: minutes(24 * 60) };
const deskOnly: Policy = { name: "desk_only", check: ({ actor }) => (actor.kind === "desk" ? undefined : "Call us.") };

export const liveSubjectCases: readonly ConformanceCase[] = [
  {
    key: "live-subject.tells-the-truth",
    title:
      "at rest, a search of live slots for a subject offers all that the actor could book for them, and nothing else, without the database",
    async run({ open, propertyRuns }) {
      const happenings = fc.array(anyHappening, { maxLength: 12 });
      const property = fc.asyncProperty(anyScene, happenings, anyWindow, async (scene, all, window) => {
        const { storage, second, close } = await open();
        const ids = await furnish(storage, scene);
        const options = { policies: scene.policies, audienceOf, clock: clockAt(scene.afterNine) };
        const engine = engineOn(storage, options);
        const other = engineOn(second, { clock: options.clock });
        const [actor, subjectId] = [actorOf(scene), `p-${scene.subject}`];
        await withLive(engine, window, async (live) => {
          const halfway = Math.floor(all.length / 2);
          for (const one of all.slice(0, halfway)) await happen(other, one, ids);
          // What is committed while the appointments are read must not be lost.
          const [own] = await Promise.all([
            live.forSubject({ actor, subjectId }),
            ...all.slice(halfway, halfway + 1).map((one) => happen(other, one, ids)),
          ]);
          for (const one of all.slice(halfway + 1)) await happen(other, one, ids);
          await caughtUp(live, other);
          const { offers, sources } = await allPages(own, scene);
          assert.deepEqual(sources, ["live"]);
          const order = scene.latest ? "latest" : "earliest";
          const { from, to, providerIds } = window;
          const own100 = { from, to, providerIds, subjectId, order, limit: 100 } as const;
          assert.deepEqual(offers, await offersTo(engine.as(actor), own100));
          await assertTrue(offers, engine.as(actor), subjectId, window);
          const [first] = offers;
          if (first !== undefined) await engine.as(actor).book({ slotId: first.slotId, subjectId });
          own.close();
        });
        await close();
      });
      await checkProperty(property, Math.ceil(propertyRuns / 3));
    },
  },
  {
    key: "live-subject.database",
    title: "a search of live slots for a subject asks the database where what it holds does not tell, and says so",
    async run({ storage }) {
      const bare = engineOn(storage);
      await publish(bare, 2);
      const around: Policy = buffer({ beforeMinutes: 30, afterMinutes: 0 });
      const ways = [
        [{ policies: [deskOnly] }, {}, "live", 0],
        // The check of a supplied one may be replaced by one that looks at anything.
        [{ policies: [{ ...minimumNotice({ minutes: 0 }), check: () => "No." }] }, {}, "live", 0],
        [{ authorize: () => undefined }, {}, "live", 2],
        [{ authorize: async () => undefined }, {}, "live", 0],
        [{ policies: [around] }, { facilityId: place.facilityId }, "database", 2],
        [{ policies: [{ ...around, check: () => undefined }] }, { facilityId: place.facilityId }, "database", 2],
        [{ policies: [around], authorize: () => undefined }, { facilityId: place.facilityId }, "database", 2],
        [{ policies: [{ ...around, name: "own" }, maximumRequestAge({ minutes: 5 })] }, {}, "live", 2],
        [{}, { facilityId: place.facilityId }, "live", 2],
      ] as const;
      for (const [options, scope, source, found] of ways) {
        await withLive(engineOn(storage, options as object), { ...search, ...scope }, async (live) => {
          const own = await live.forSubject({ actor: patient, subjectId: "p-1" });
          const page = await own.findOpen();
          assert.deepEqual([page.source, page.items.length], [source, found]);
          assert.equal(page.cursor === null, source === "database");
          await refusal(own.findOpen({ to: minutes(5000) }), "invalid_input");
          own.close();
          await refusal(own.findOpen(), "storage_misused");
          await refusal(live.forSubject({ actor: patient } as never), "invalid_input");
        });
      }
    },
  },
  {
    key: "live-subject.follows",
    title: "live slots of a subject follow what is booked, moved and cancelled for them with any provider",
    async run({ storage, second }) {
      const other = engineOn(second);
      const [first, next] = await publish(engineOn(storage), 2);
      const elsewhere = { providerId: "dr-yang", facilityId: "south" };
      const far = { start: minutes(4000), end: minutes(4030) };
      const near = { start: minutes(10), end: minutes(20) };
      const { slots } = await other.createSlots({ actor: provider, ...elsewhere, slots: [far, near] });
      const [farId, nearId] = slots.map(({ id }) => id) as [string, string];
      // Long before all that the search for it looks at.
      const engine = engineOn(storage, { policies: [maximumAppointments({ count: 1, minutes: 60 })] });
      const scope = { ...search, providerIds: [place.providerId] };
      await withLive(engine, scope, async (live) => {
        const own = await live.forSubject({ actor: patient, subjectId: "p-1" });
        const offered = async () => {
          await caughtUp(live, other);
          const { items, source } = await own.findOpen();
          assert.equal(source, "live");
          return idsOf(items);
        };
        assert.deepEqual(await offered(), [first?.id, next?.id]);
        const { appointment } = await other.book({ actor: patient, slotId: farId, subjectId: "p-1" });
        assert.deepEqual(await offered(), [first?.id, next?.id]);
        await other.reschedule({ actor: patient, appointmentId: appointment.id, slotId: nearId });
        assert.deepEqual(await offered(), []);
        await other.cancel({ actor: patient, appointmentId: appointment.id });
        assert.deepEqual(await offered(), [first?.id, next?.id]);
        await other.book({ actor: patient, slotId: first?.id ?? "", subjectId: "p-2" });
        assert.deepEqual(await offered(), [next?.id]);
      });
    },
  },
  {
    key: "live-subject.around",
    title:
      "live slots of a subject see what reaches in from before and after their window, and slots of one appointment as one",
    async run({ storage }) {
      const bare = engineOn(storage);
      const created = async (facilityId: string, times: readonly (readonly [from: number, to: number])[]) => {
        const slots = times.map(([from, to]) => ({ start: minutes(from), end: minutes(to) }));
        const where = { providerId: place.providerId, facilityId, timeZone: "UTC" };
        return (await bare.createSlots({ actor: provider, ...where, slots })).slots.map(({ id }) => id);
      };
      const day = 24 * 60;
      const [before, next, free, after] = await created("north", [
        [-20, -5],
        [0, 30],
        [300, 330],
        [420, 450],
      ]);
      const [long] = await created("south", [[-3 * day, -2 * day + 320]]);
      const [one, last] = await created("west", [
        [day, day + 10],
        [day + 200, day + 210],
      ]);
      const [two] = await created("east", [[day, day + 10]]);
      for (const slotId of [before, after]) await bare.book({ actor: patient, slotId: slotId ?? "", subjectId: "p-2" });
      await bare.book({ actor: patient, slotId: one ?? "", alsoSlotIds: [two ?? ""], subjectId: "p-2" });
      const policies = [buffer({ beforeMinutes: 15, afterMinutes: 15 }), maximumPerDay({ count: 2 })];
      const engine = engineOn(storage, { policies });
      const offered = async (from: number, to: number) => {
        const window = { from: minutes(from), to: minutes(to) };
        let found: readonly string[] = [];
        await withLive(engine, window, async (live) => {
          const own = await live.forSubject({ actor: patient, subjectId: "p-1" });
          const { items, source } = await own.findOpen();
          assert.equal(source, "live");
          const { items: inDatabase } = await engine.as(patient).findOpen({ ...window, subjectId: "p-1" });
          assert.deepEqual(items, inDatabase);
          found = idsOf(items);
        });
        return found;
      };
      // The day is full by what lies before and after the window.
      assert.deepEqual(await offered(-1, 400), []);
      assert.deepEqual(await offered(day + 100, day + 300), [last]);
      await bare.cancel({ actor: patient, appointmentId: (await bare.getSlot(after ?? "")).appointmentId ?? "" });
      assert.deepEqual(await offered(-1, 400), [free]);
      await bare.cancel({ actor: patient, appointmentId: (await bare.getSlot(before ?? "")).appointmentId ?? "" });
      assert.deepEqual(await offered(-1, 400), [next, free]);
      // Two days long, and over shortly before another one of the same provider.
      await bare.book({ actor: patient, slotId: long ?? "", subjectId: "p-2" });
      const [late] = await created("north", [[-2 * day + 325, -2 * day + 340]]);
      assert.deepEqual(await offered(-2 * day + 322, -2 * day + 400), []);
      await bare.cancel({ actor: patient, appointmentId: (await bare.getSlot(long ?? "")).appointmentId ?? "" });
      assert.deepEqual(await offered(-2 * day + 322, -2 * day + 400), [late]);
    },
  },
  {
    key: "live-subject.while-read",
    title:
      "live slots of a subject miss nothing that is committed while the appointments are read, or that comes from long ago",
    async run({ storage, second }) {
      const other = engineOn(second);
      const [first, next] = await publish(other, 2);
      const longAgo = { start: minutes(-60 * 24 * 40), end: minutes(-60 * 24 * 40 + 30) };
      const elsewhere = {
        providerId: "dr-yang",
        facilityId: "south",
        slots: [longAgo, { start: minutes(5), end: minutes(55) }],
      };
      const { slots } = await other.createSlots({ actor: provider, ...elsewhere });
      const third = { providerId: "dr-lee", facilityId: "south", slots: [{ start: minutes(32), end: minutes(40) }] };
      const [besides] = (await other.createSlots({ actor: provider, ...third })).slots;
      const [past, now] = slots.map(({ id }) => id) as [string, string];
      const { appointment } = await other.book({ actor: patient, slotId: past, subjectId: "p-1" });
      let meanwhile = async () => {};
      const slow = intercepted(storage, (target) => ({
        findAppointments: async (query, call) => {
          const found = await target.findAppointments(query, call);
          await meanwhile();
          return found;
        },
      }));
      const engine = engineOn(slow, { policies: [noOverlapOfSubject()] });
      await withLive(engine, search, async (live) => {
        meanwhile = async () => {
          await other.book({ actor: patient, slotId: besides?.id ?? "", subjectId: "p-1" });
          await caughtUp(live, other);
        };
        const own = await live.forSubject({ actor: patient, subjectId: "p-1" });
        meanwhile = async () => {};
        const offered = async () => {
          await caughtUp(live, other);
          const { items, source } = await own.findOpen({ providerIds: [place.providerId] });
          return [source, ...idsOf(items)];
        };
        assert.deepEqual(await offered(), ["live", first?.id]);
        await other.reschedule({ actor: patient, appointmentId: appointment.id, slotId: now });
        assert.deepEqual(await offered(), ["live"]);
        await other.cancel({ actor: patient, appointmentId: appointment.id });
        assert.deepEqual(await offered(), ["live", first?.id]);
        const { items } = await other.listAppointments({ subjectId: "p-1", from: minutes(20) });
        await other.cancel({ actor: patient, appointmentId: items[0]?.id ?? "" });
        assert.deepEqual(await offered(), ["live", first?.id, next?.id]);
      });
    },
  },
  {
    key: "live-subject.moving-window",
    title: "a window that moves keeps what has begun as long as policies look back at it",
    async run({ storage }) {
      const clock = manualClock();
      const start = clock.now().getTime();
      const at = (from: number) => ({
        start: new Date(start + from * 60_000),
        end: new Date(start + (from + 30) * 60_000),
      });
      const bare = engineOn(storage, { clock });
      const zone = { ...place, timeZone: "UTC" };
      const { slots } = await bare.createSlots({ actor: provider, ...zone, slots: [at(10), at(300), at(24 * 60)] });
      const [first, second, third] = slots.map(({ id }) => id) as [string, string, string];
      await bare.book({ actor: patient, slotId: first, subjectId: "p-2" });
      const engine = engineOn(storage, { clock, policies: [maximumPerDay({ count: 1 })] });
      await withLive(engine, { forDays: 3 }, async (live) => {
        const own = await live.forSubject({ actor: patient, subjectId: "p-1" });
        assert.deepEqual(idsOf((await own.findOpen()).items), [third]);
        clock.advance(4 * 60 * 60_000);
        for (let waited = 0; live.freshness().isStale; waited += 5) {
          assert.ok(waited < 2_000, "the window has not moved on");
          await pause(5);
        }
        const after = await own.findOpen();
        assert.deepEqual([idsOf(after.items), after.source], [[third], "live"]);
        assert.deepEqual(idsOf(live.findOpen().items), [second, third]);
        assert.equal(live.freshness().isStale, false);
      });
    },
  },
];
