import assert from "node:assert/strict";
import {
  type Actor,
  type Audience,
  type AudienceOf,
  buffer,
  type Engine,
  type EngineOptions,
  type FindOpenInput,
  maximumAppointments,
  maximumHorizon,
  maximumPerDay,
  minimumNotice,
  noOverlapOfSubject,
  type OpenSlot,
  type Policy,
  type StorageAdapter,
} from "@slotwright/core";
import fc from "fast-check";
import { engineOn, minutes, patient, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

const audienceOf: AudienceOf = ({ kind }: Actor) => (kind === "patient" ? "self_service" : "staff");

interface Scene {
  readonly afterNine: number;
  readonly policies: readonly Policy[];
  readonly by: "patient" | "staff";
  readonly subject: number;
  readonly limit: number;
  readonly latest: boolean;
  readonly slots: readonly {
    readonly provider: number;
    readonly from: number;
    readonly length: number;
    readonly seats: number;
  }[];
  /** Which slot is booked for which subject, held for ten minutes, or blocked. */
  readonly deeds: readonly {
    readonly what: "book" | "hold" | "block" | "request";
    readonly slot: number;
    readonly subject: number;
  }[];
}

const audiences = fc.constantFrom<readonly Audience[] | undefined>(undefined, ["self_service"], ["staff"]);
const some = { min: 1, max: 90 };

const withAudience = <Options extends object>(options: fc.Arbitrary<Options>) =>
  fc.tuple(options, audiences).map(([one, audience]) => ({ ...one, ...(audience && { audience }) }));

const anyPolicies: fc.Arbitrary<readonly Policy[]> = fc.subarray([0, 1, 2, 3, 4, 5], { minLength: 1 }).chain((kinds) =>
  fc.tuple(
    ...kinds.map((kind): fc.Arbitrary<Policy> => {
      const count = fc.integer({ min: 1, max: 4 });
      const period = fc.integer({ min: 1, max: 3000 });
      const made = [
        withAudience(fc.record({ beforeMinutes: fc.nat(40), afterMinutes: fc.nat(40) })).map(buffer),
        withAudience(fc.record({})).map(noOverlapOfSubject),
        withAudience(fc.record({ count, minutes: period, withOneProvider: fc.boolean() })).map(maximumAppointments),
        withAudience(fc.record({ count })).map(maximumPerDay),
        withAudience(fc.record({ days: fc.nat(2) })).map(maximumHorizon),
        withAudience(fc.record({ minutes: fc.integer(some) })).map(minimumNotice),
      ];
      return made[kind] as fc.Arbitrary<Policy>;
    }),
  ),
);

const anyScene: fc.Arbitrary<Scene> = fc.record({
  afterNine: fc.integer({ min: -1500, max: 300 }),
  policies: anyPolicies,
  by: fc.constantFrom("patient", "staff"),
  subject: fc.nat(2),
  limit: fc.constantFrom(1, 3, 100),
  latest: fc.boolean(),
  slots: fc.array(
    fc.record({
      provider: fc.nat(2),
      from: fc.nat(500).map((n) => n * 5),
      length: fc.constantFrom(15, 30, 60),
      seats: fc.constantFrom(1, 1, 1, 3),
    }),
    { minLength: 4, maxLength: 24 },
  ),
  deeds: fc.array(
    fc.record({
      what: fc.constantFrom("book", "book", "book", "hold", "block", "request"),
      slot: fc.nat(40),
      subject: fc.nat(2),
    }),
    { maxLength: 14 },
  ),
});

const zones = ["Europe/Berlin", "Asia/Singapore", "America/New_York"];
const clockAt = (afterNine: number) => ({ now: () => minutes(afterNine), sleep: async () => {} });
const actorOf = ({ by }: Scene): Actor => (by === "patient" ? patient : provider);

/** Publishes the slots, those that overlap others left out, and does the deeds, without policies. */
async function furnish(storage: StorageAdapter, scene: Scene): Promise<readonly string[]> {
  const engine = engineOn(storage, { clock: clockAt(scene.afterNine - 5) });
  const ids: string[] = [];
  for (const { provider: index, from, length, seats } of scene.slots) {
    const where = { providerId: `dr-${index}`, facilityId: from % 2 === 0 ? "north" : "south" };
    const slot = { start: minutes(from), end: minutes(from + length), capacity: seats };
    const created = await engine
      .createSlots({ actor: provider, ...where, timeZone: zones[index] ?? "UTC", slots: [slot] })
      .catch(() => undefined);
    ids.push(...(created?.slots ?? []).map(({ id }) => id));
  }
  for (const { what, slot, subject } of scene.deeds)
    await engineDeed(engine, what, ids[slot % ids.length] ?? "", subject);
  return ids;
}

async function engineDeed(engine: Engine, what: Scene["deeds"][number]["what"], slotId: string, subject: number) {
  const subjectId = `p-${subject}`;
  const asked = { actor: patient, ...place, start: minutes(subject * 70), end: minutes(subject * 70 + 30), subjectId };
  const deed = {
    book: () => engine.book({ actor: patient, slotId, subjectId }),
    hold: () => engine.hold({ actor: patient, slotId, seconds: 60 * (1 + subject * 4) }),
    block: () => engine.block({ actor: provider, slotId }),
    request: () => engine.book({ ...asked, ifNoSlot: "schedule" }),
  }[what];
  // A slot that is taken already stays as it is.
  await deed().catch(() => undefined);
}

/** All pages of a search. */
async function offersTo(
  engine: { findOpen(input: FindOpenInput): Promise<{ items: readonly OpenSlot[]; nextCursor: string | null }> },
  input: FindOpenInput,
) {
  const offers: OpenSlot[] = [];
  let cursor: string | null = null;
  let pages = 0;
  do {
    const page: { items: readonly OpenSlot[]; nextCursor: string | null } = await engine.findOpen({ ...input, cursor });
    offers.push(...page.items);
    cursor = page.nextCursor;
    pages += 1;
    assert.ok(pages < 200, "the pages have no end");
  } while (cursor !== null);
  return offers;
}

const window = { from: minutes(-3000), to: minutes(6000) };

export const sightSearchCases: readonly ConformanceCase[] = [
  {
    key: "sight-search.tells-the-truth",
    title: "a search for a subject offers all that the actor could book for them at that instant, and nothing else",
    async run({ open, propertyRuns }) {
      const property = fc.asyncProperty(anyScene, async (scene) => {
        const { storage, close } = await open();
        const ids = await furnish(storage, scene);
        const options: Partial<EngineOptions<unknown>> = {
          policies: scene.policies,
          audienceOf,
          clock: clockAt(scene.afterNine),
        };
        const own = engineOn(storage, options).as(actorOf(scene));
        const subjectId = `p-${scene.subject}`;
        const order = scene.latest ? "latest" : "earliest";
        const offers = await offersTo(own, { ...window, subjectId, limit: scene.limit, order });
        const possible: string[] = [];
        for (const slotId of ids)
          if ((await own.preview("book", { slotId, subjectId })).possible) possible.push(slotId);
        const seats = offers.reduce((sum, offer) => sum + offer.seats, 0);
        assert.equal(seats, possible.length);
        for (const { slotId } of offers) assert.ok(possible.includes(slotId), `${slotId} cannot be booked`);
        const [first] = offers;
        if (first !== undefined) await own.book({ slotId: first.slotId, subjectId });
        await close();
      });
      await fc.assert(property, { numRuns: Math.ceil(propertyRuns / 2) });
    },
  },
  {
    key: "sight-search.authorize",
    title: "a search for a subject offers nothing that authorize would refuse to book or to show",
    async run({ storage }) {
      const slots = [0, 30, 60].map((from) => ({ start: minutes(from), end: minutes(from + 30), metadata: { from } }));
      const { slots: created } = await engineOn(storage).createSlots({ actor: provider, ...place, slots });
      const engine = engineOn(storage, {
        authorize(request) {
          if (request.action === "command") return request.slot?.metadata.from === 0 ? "Not the first." : undefined;
          const isLast =
            request.action === "list" && request.record.kind === "slot" && request.record.metadata.from === 60;
          return isLast ? "Not listed." : undefined;
        },
      });
      const offers = await offersTo(engine.as(patient), { ...window, subjectId: "p-1" });
      assert.deepEqual(
        offers.map(({ slotId }) => slotId),
        [created[1]?.id],
      );
      const { details } = await refusal(engine.findOpen({ ...window, subjectId: "p-1" }), "invalid_input");
      assert.deepEqual(
        details.issues.map(({ path }) => path),
        ["subjectId"],
      );
      await refusal(engine.as(patient).findOpen({ subjectId: "p-1" }), "invalid_input");
    },
  },
  {
    key: "sight-search.bounded",
    title: "a search of which policies refuse most reads a bounded part, and continues with a cursor",
    async run({ storage }) {
      const slots = Array.from({ length: 2_500 }, (_, index) => {
        return { start: minutes(index * 5), end: minutes(index * 5 + 5) };
      });
      const { slots: created } = await engineOn(storage).createSlots({ actor: provider, ...place, slots });
      const last = created.at(-1);
      const onlyLast: Policy = {
        name: "only_last",
        sees: { provider: { beforeMinutes: 60, afterMinutes: 60 } },
        check: ({ slots: [slot] }) => (slot?.id === last?.id ? undefined : "Not this one."),
      };
      const own = engineOn(storage, { policies: [onlyLast] }).as(patient);
      const wanted = { from: minutes(-10), to: minutes(20_000), subjectId: "p-1", limit: 10 };
      const first = await own.findOpen(wanted);
      assert.deepEqual(first.items, []);
      assert.ok(first.nextCursor !== null);
      const offers = await offersTo(own, wanted);
      assert.deepEqual(
        offers.map(({ slotId }) => slotId),
        [last?.id],
      );
    },
  },
];
