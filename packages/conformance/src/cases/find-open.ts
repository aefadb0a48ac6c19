import assert from "node:assert/strict";
import type { Authorize, Engine, FindOpenInput, OpenSlot, Slot, StorageAdapter } from "@slotwright/core";
import { compareIds } from "@slotwright/core/adapter";
import fc from "fast-check";
import { checkProperty } from "../check-property.ts";
import {
  assertSound,
  engineOn,
  manualClock,
  minutes,
  patient,
  place,
  provider,
  publish,
  publishOne,
  refusal,
} from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { aroundCalls, intercepted } from "../intercepted.ts";
import { pagesOf } from "./access-stage.ts";

const dayMs = 24 * 60 * 60_000;

/** Ids in an order of their own, so that other slots lie between the seats of a group. */
function scatteredIds(): () => string {
  let made = 0;
  return () => {
    made += 1;
    return `${String((made * 7919) % 1009).padStart(4, "0")}-${made}`;
  };
}

const providerNames = ["dr-a", "dr-b", "dr-c", "dr-d"] as const;
const facilityNames = ["north", "south"] as const;

/** Groups of one to four seats: of each provider and facility three on a day, for two days, and one much later. */
async function furnished(storage: StorageAdapter): Promise<Engine> {
  const clock = manualClock();
  const engine = engineOn(storage, { clock, newId: scatteredIds() });
  const starts = [0, 30, 60, 1440, 1470, 1500, 60 * 24 * 60];
  for (const [index, providerId] of providerNames.entries()) {
    for (const facilityId of facilityNames) {
      const slots = starts.map((start, at) => ({
        ...{ start: minutes(start), end: minutes(start + (at === 1 ? 20 : 30)) },
        capacity: 1 + ((index + at) % 4),
      }));
      await engine.createSlots({ actor: provider, providerId, facilityId, slots });
    }
  }
  const { items } = await engine.listSlots({ limit: 500 });
  await engine.hold({ actor: patient, slotId: items[2]?.id ?? "", seconds: 1 });
  clock.advance(5_000);
  for (const [index, { id: slotId }] of items.entries()) {
    if (index % 5 === 1) await engine.book({ actor: patient, slotId, subjectId: "p-1" });
    if (index % 7 === 3 && index % 5 !== 1) await engine.block({ actor: provider, slotId });
    if (index % 11 === 4 && index % 5 !== 1 && index % 7 !== 3) await engine.hold({ actor: patient, slotId });
  }
  return engine;
}

/** What these free slots are on offer, found the long way. */
function offered(slots: readonly Slot[]): readonly OpenSlot[] {
  const groups = Map.groupBy(slots, ({ scheduleId, start, end }) => JSON.stringify([scheduleId, start, end]));
  const offers = [...groups.values()].map((seats) => {
    const [first] = seats.toSorted((a, b) => compareIds(a.id, b.id));
    assert.ok(first);
    const { id: slotId, providerId, facilityId, start, end, version } = first;
    return { slotId, providerId, facilityId, start, end, version, seats: seats.length };
  });
  return offers.sort((a, b) => a.start.getTime() - b.start.getTime() || compareIds(a.slotId, b.slotId));
}

async function offeredOf(engine: Engine, input: FindOpenInput): Promise<readonly OpenSlot[]> {
  const { order, limit, cursor, ...search } = input;
  const { items } = await engine.listSlots({ ...search, statuses: ["available"], limit: 500 });
  const offers = offered(items);
  return order === "latest" ? offers.toReversed() : offers;
}

const windows = fc.constantFrom<Pick<FindOpenInput, "from" | "to">>(
  { from: minutes(0), to: minutes(7 * 1440) },
  { from: minutes(30), to: minutes(1471) },
  { from: minutes(0), to: new Date(minutes(0).getTime() + 365 * dayMs) },
  { from: minutes(30) },
  { to: minutes(1500) },
  {},
);

const searches = fc
  .record({
    window: windows,
    providerIds: fc.option(fc.uniqueArray(fc.constantFrom(...providerNames), { minLength: 1 }), { nil: undefined }),
    others: fc.constantFrom(0, 8, 60),
    facilityId: fc.option(fc.constantFrom(...facilityNames), { nil: undefined }),
    order: fc.constantFrom("earliest" as const, "latest" as const),
    limit: fc.integer({ min: 1, max: 12 }),
  })
  .map(({ window, providerIds, others, facilityId, ...search }) => {
    const nobody = Array.from({ length: others }, (_, index) => `nobody-${index}`);
    const isBounded = window.from !== undefined && window.to !== undefined;
    const ids = providerIds ?? (isBounded ? undefined : [...providerNames]);
    return {
      ...window,
      ...search,
      ...(facilityId && { facilityId }),
      ...(ids && { providerIds: [...ids, ...nobody] }),
    };
  });

export const findOpenCases: readonly ConformanceCase[] = [
  {
    key: "find-open.offers",
    title: "find-open shows free slots in compact form, those of expired holds included, and nothing that is taken",
    async run({ storage, second }) {
      const clock = manualClock();
      const engine = engineOn(storage, { clock });
      const [booked, held, blocked, expiring, free] = await publish(engine, 5);
      assert.ok(booked && held && blocked && expiring && free);
      await engine.book({ actor: patient, slotId: booked.id, subjectId: "p-1" });
      await engine.block({ actor: provider, slotId: blocked.id });
      await engine.hold({ actor: patient, slotId: expiring.id, seconds: 60 });
      clock.advance(59_999);
      await engine.hold({ actor: patient, slotId: held.id, seconds: 60 });
      const other = engineOn(second, { clock });
      const found = (input: FindOpenInput) => other.findOpen({ providerIds: [place.providerId], ...input });
      const compact = ({ id: slotId, providerId, facilityId, start, end }: Slot, version: number): OpenSlot => {
        return { slotId, providerId, facilityId, start, end, version, seats: 1 };
      };
      assert.deepEqual((await found({})).items, [compact(free, 1)]);
      clock.advance(1);
      assert.deepEqual(await found({}), { items: [compact(expiring, 2), compact(free, 1)], nextCursor: null });
      const [{ slotId, version } = { slotId: "", version: 0 }] = (await found({})).items;
      const { appointment } = await other.book({ actor: patient, slotId, ifVersion: version, subjectId: "p-2" });
      assert.deepEqual((await found({ from: minutes(0), to: minutes(1440) })).items, [compact(free, 1)]);
      await other.cancel({ actor: patient, appointmentId: appointment.id });
      assert.deepEqual((await found({ to: free.start })).items, [compact(expiring, 4)]);
      await assertSound(storage);
    },
  },
  {
    key: "find-open.agrees",
    title: "find-open agrees with listSlots in every window, by providers and facility, in both orders and on any page",
    async run({ storage, second, propertyRuns }) {
      const engine = await furnished(storage);
      const clock = manualClock();
      clock.advance(5_000);
      const reader = engineOn(second, { clock });
      const property = fc.asyncProperty(searches, async (search) => {
        const expected = await offeredOf(engine, search);
        const pages = await pagesOf((page) => reader.findOpen({ ...search, ...page }), search.limit);
        assert.deepEqual(pages.flat(), expected);
        const whole = await reader.findOpen({ ...search, limit: 500 });
        assert.deepEqual(whole, { items: expected, nextCursor: null });
      });
      await checkProperty(property, propertyRuns);
      const all = { from: minutes(0), to: minutes(1440) };
      const seats = (await reader.findOpen(all)).items.map((offer) => offer.seats);
      assert.ok(seats.some((count) => count > 1) && seats.includes(1));
    },
  },
  {
    key: "find-open.pages",
    title: "find-open fills each page but the last, and counts all seats of a group that two reads would cut",
    async run({ storage }) {
      const engine = engineOn(storage, { newId: scatteredIds() });
      for (const providerId of providerNames) {
        const slots = [0, 30, 60].map((at) => ({ start: minutes(at), end: minutes(at + 30), capacity: 5 }));
        await engine.createSlots({ actor: provider, providerId, facilityId: "north", slots });
      }
      for (const order of ["earliest", "latest"] as const) {
        for (const limit of [1, 2, 3, 5]) {
          const search = { providerIds: providerNames, order, limit };
          const pages = await pagesOf((page) => engine.findOpen({ ...search, ...page }), limit);
          assert.deepEqual(
            pages.flat().map(({ seats }) => seats),
            Array(12).fill(5),
          );
          assert.deepEqual(
            pages.map(({ length }) => length),
            Array.from({ length: Math.ceil(12 / limit) }, (_, index) => Math.min(limit, 12 - index * limit)),
          );
        }
      }
    },
  },
  {
    key: "find-open.one-moment",
    title: "the seats of a group are counted at one moment, also where others are booked between two reads of the page",
    async run({ storage, second }) {
      const slots = [0, 30].map((start) => ({ start: minutes(start), end: minutes(start + 30), capacity: 2 }));
      const { slots: seats } = await engineOn(second).createSlots({ actor: provider, ...place, slots });
      const early = seats.filter(({ start }) => start.getTime() === minutes(0).getTime());
      let reads = 0;
      const meanwhile = aroundCalls(async (call, proceed) => {
        const answer = await proceed();
        if (call !== "findOpen") return answer;
        // After the first read, the seat that it has, the one of the higher id; after the second, which has the other one, that.
        const slotId = [...early].sort((a, b) => compareIds(b.id, a.id))[reads++]?.id;
        if (slotId !== undefined) await engineOn(second).book({ actor: patient, slotId, subjectId: "p-1" });
        return answer;
      });
      const { items } = await engineOn(intercepted(storage, meanwhile)).findOpen({
        ...{ providerIds: [place.providerId], from: minutes(0), to: minutes(60), limit: 2, order: "latest" },
      });
      const told = items.map(({ start, seats }) => [start.getTime(), seats]);
      assert.deepEqual(told, [[minutes(30).getTime(), 2]]);
    },
  },
  {
    key: "find-open.access",
    title: "find-open of an actor shows what authorize lets them list, and counts only these seats",
    async run({ storage, propertyRuns }) {
      const engine = await furnished(storage);
      const hidden = new Set((await engine.listSlots({ limit: 500 })).items.map(({ id }) => id).filter(isOdd));
      const authorize: Authorize = (request) => {
        if (request.action !== "list") return undefined;
        assert.ok("scheduleId" in request.record && request.record.metadata !== undefined);
        return hidden.has(request.record.id) ? "Not for you." : undefined;
      };
      const clock = manualClock();
      clock.advance(5_000);
      const actor = engineOn(storage, { clock, authorize }).as(patient);
      const property = fc.asyncProperty(searches, async ({ limit, ...search }) => {
        const { items } = await engine.listSlots({ ...withoutOrder(search), statuses: ["available"], limit: 500 });
        const expected = offered(items.filter(({ id }) => !hidden.has(id)));
        const pages = await pagesOf((page) => actor.findOpen({ ...search, limit, ...page }), limit);
        assert.deepEqual(pages.flat(), search.order === "latest" ? expected.toReversed() : expected);
      });
      await checkProperty(property, Math.ceil(propertyRuns / 4));
    },
  },
  {
    key: "find-open.transaction",
    title: "find-open in a host's transaction sees what it has booked, and locks nothing",
    async run({ storage, second, beginHostTransaction }) {
      const engine = engineOn(storage);
      const slot = await publishOne(engine);
      const search = { providerIds: [place.providerId] };
      const host = await beginHostTransaction();
      const inside = engine.within(host.transaction);
      assert.equal((await inside.findOpen(search)).items.length, 1);
      const other = engineOn(second, { retry: { budgetMs: 0 } });
      await other.book({ actor: patient, slotId: slot.id, subjectId: "p-1" }).catch(isBusy);
      await host.rollback();
      const again = await beginHostTransaction();
      const later = engine.within(again.transaction);
      await later.createSlots({ actor: provider, ...place, slots: [{ start: minutes(60), end: minutes(90) }] });
      const { items } = await later.findOpen({ ...search, from: minutes(60), to: minutes(90) });
      assert.deepEqual(
        items.map(({ start, seats }) => [start, seats]),
        [[minutes(60), 1]],
      );
      await again.rollback();
      await assertSound(storage);
    },
  },
  {
    key: "find-open.input",
    title: "find-open refuses an input without bounds, a cursor of another list or order, and a window that ends first",
    async run({ storage }) {
      const engine = engineOn(storage);
      await publish(engine, 3);
      const by = { providerIds: [place.providerId] };
      const wrong: readonly (readonly [string, FindOpenInput])[] = [
        ["providerIds", {}],
        ["providerIds", { from: minutes(0), facilityId: "north" }],
        ["providerIds", { providerIds: [] }],
        ["limit", { ...by, limit: 501 }],
        ["order", { ...by, order: "newest" as never }],
        ["cursor", { ...by, cursor: (await engine.listSlots({ limit: 1 })).nextCursor }],
        ["cursor", { ...by, order: "latest", cursor: (await engine.findOpen({ ...by, limit: 1 })).nextCursor }],
      ];
      for (const [path, input] of wrong) {
        const { details } = await refusal(engine.findOpen(input), "invalid_input");
        assert.deepEqual(
          details.issues.map((issue) => issue.path),
          [path],
        );
      }
      await refusal(engine.findOpen({ ...by, from: minutes(30), to: minutes(0) }), "invalid_time_range");
    },
  },
];

const isOdd = (_id: string, index: number): boolean => index % 3 === 0;

function withoutOrder({ order, ...search }: FindOpenInput) {
  return search;
}

/** A database with one writer at a time lets nobody write beside a host's transaction. */
function isBusy(error: unknown): void {
  assert.equal((error as { readonly code?: string }).code, "storage_busy");
}
