import { describe, expect, it } from "vitest";
import { createEngine, type EngineOptions, type FollowInput } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { actor, caughtUpWith, minutes, movableClock, place, slotAt, until } from "./feed-stage.ts";

const dayMinutes = 24 * 60;

describe("a search for a subject among more providers than one search of the database takes", () => {
  const providerIds = Array.from({ length: 250 }, (_, index) => `p-${index}`);
  const [offered, most] = [[0, 240, 120, 60, 180, 1], 6];

  /** Slots of six providers, two of which start together, and a class of two. */
  async function stage(options: Partial<EngineOptions<unknown>>, input: Partial<FollowInput>) {
    const clock = movableClock();
    const storage = memoryAdapter();
    const engine = createEngine({ storage, clock });
    for (const [index, provider] of offered.entries()) {
      const slot = { ...slotAt(60 * Math.ceil(index / 2)), capacity: 1 + (index % 2) };
      await engine.createSlots({ actor, ...place, providerId: `p-${provider}`, slots: [slot] });
    }
    const window = { from: minutes(0), to: minutes(dayMinutes) };
    const searching = createEngine({ storage, clock, ...options });
    const live = await searching.follow({ ...window, providerIds, pollMs: 10, ...input } as FollowInput);
    const own = await live.forSubject({ actor, subjectId: "ada" });
    return { clock, engine, live, own };
  }

  async function inPages(own: Awaited<ReturnType<typeof stage>>["own"], order: "earliest" | "latest", limit: number) {
    const [found, sources] = [[] as string[], new Set<string>()];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof own.findOpen>> = await own.findOpen({ order, limit, cursor });
      found.push(...page.items.map(({ providerId, seats }) => `${providerId} ${seats}`));
      sources.add(page.source);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return { found, sources: [...sources] };
  }

  it("is answered from memory with authorize", async () => {
    const { live, own } = await stage({ authorize: () => undefined }, {});
    const all = live.findOpen().items.map(({ providerId, seats }) => `${providerId} ${seats}`);
    expect(all).toHaveLength(most);
    for (const limit of [1, 2, 100]) {
      expect(await inPages(own, "earliest", limit)).toEqual({ found: all, sources: ["live"] });
      expect(await inPages(own, "latest", limit)).toEqual({ found: all.toReversed(), sources: ["live"] });
    }
    live.close();
  });

  it("is answered by the database, page by page, where something is missing in memory", async () => {
    const { engine, live, own } = await stage({}, { maxSlots: 9 });
    const all = live.findOpen().items.map(({ providerId, seats }) => `${providerId} ${seats}`);
    const more = [slotAt(300)];
    await engine.createSlots({ actor, ...place, providerId: "p-249", slots: more });
    await engine.createSlots({ actor, ...place, providerId: "somebody else", slots: more });
    await until(() => live.freshness().isStale);
    const expected = [...all, "p-249 1"];
    for (const limit of [1, 2, 3, 100]) {
      expect(await inPages(own, "earliest", limit)).toEqual({ found: expected, sources: ["database"] });
      expect(await inPages(own, "latest", limit)).toEqual({ found: expected.toReversed(), sources: ["database"] });
    }
    live.close();
  });

  it("skips and repeats nothing where the page of some of them ends before it is full", async () => {
    const clock = movableClock();
    const storage = memoryAdapter();
    const plain = createEngine({ storage, clock });
    const hidden = Array.from({ length: 2_500 }, (_, index) => slotAt(index * 30));
    await plain.createSlots({ actor, ...place, providerId: "p-0", slots: hidden });
    const [first, ...others] = [10, 2_200 * 30, 2_300 * 30].map(slotAt);
    const shown = [first, ...others].map((slot) => slot?.start);
    await plain.createSlots({ actor, ...place, providerId: "p-240", slots: [first, others[0]] as never });
    const engine = createEngine({
      storage,
      clock,
      authorize: (request) =>
        request.action === "list" && request.record.providerId === "p-0" ? "They are not shown." : undefined,
    });
    const window = { from: minutes(0), to: minutes(60 * dayMinutes), providerIds, maxSlots: 2_502 };
    const live = await engine.follow({ ...window, pollMs: 10 });
    await plain.createSlots({ actor, ...place, providerId: "p-120", slots: [others[1]] as never });
    await until(() => live.freshness().isStale);
    const own = await live.forSubject({ actor, subjectId: "ada" });
    for (const order of ["earliest", "latest"] as const) {
      const starts: Date[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page: Awaited<ReturnType<typeof own.findOpen>> = await own.findOpen({ order, cursor });
        expect(page.source).toBe("database");
        starts.push(...page.items.map(({ start }) => start));
        cursor = page.nextCursor;
      }
      expect(starts).toEqual(order === "latest" ? shown.toReversed() : shown);
    }
    live.close();
  });
});

describe("live slots that are asked for what is before their window", () => {
  const openings = { openings: true, providerIds: [place.providerId], facilityId: place.facilityId } as const;
  const times = { providerIds: [place.providerId], facilityId: place.facilityId, minutes: 30 };
  const long = -40 * dayMinutes;

  async function stage(window: Partial<FollowInput>) {
    const clock = movableClock();
    const engine = createEngine({ storage: memoryAdapter(), clock });
    await engine.createSlots({ actor, ...place, slots: [slotAt(60)] });
    const live = await engine.follow({ ...window, ...openings, pollMs: 10 } as FollowInput);
    await caughtUpWith(engine, live);
    const own = await live.forSubject({ actor, subjectId: "ada" });
    const inputs = [{ to: minutes(long) }, { to: minutes(-1) }];
    return { live, own, inputs };
  }

  it("refuse it if the window stays: an empty answer would look as if nothing were free", async () => {
    const { live, own, inputs } = await stage({ from: minutes(0), to: minutes(dayMinutes) });
    const refused = { code: "invalid_input", details: { issues: [{ path: "to" }] } };
    const refusedTo = expect.objectContaining({ code: "invalid_input" });
    for (const input of inputs) {
      for (const ask of [
        () => live.findOpen(input),
        () => live.countByDay(input),
        () => live.findTimes({ ...times, ...input }),
        () => live.countTimes({ ...times, ...input }),
      ]) {
        expect(ask).toThrow(refusedTo);
      }
      await expect(own.findOpen(input)).rejects.toMatchObject(refused);
      await expect(own.findTimes({ ...times, ...input })).rejects.toMatchObject(refused);
    }
    live.close();
  });

  it("have none of what a window that moves has left behind", async () => {
    const { live, own, inputs } = await stage({ forDays: 7 });
    for (const input of [...inputs, { from: minutes(2 * long), to: minutes(long) }]) {
      expect(live.findOpen(input).items).toEqual([]);
      expect(live.countByDay(input).days).toEqual([]);
      expect(live.findTimes({ ...times, ...input }).items).toEqual([]);
      expect(live.countTimes({ ...times, ...input }).days).toEqual([]);
      expect((await own.findOpen(input)).items).toEqual([]);
      expect((await own.findTimes({ ...times, ...input })).items).toEqual([]);
    }
    expect(live.findOpen().items).toHaveLength(1);
    live.close();
  });
});
