import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createEngine } from "../../src/index.ts";
import { createMemoryDatabase, memoryAdapter } from "../../src/memory/index.ts";

const actor = { id: "dr-0", kind: "provider" };
const facilityId = "north";
const providerIds = Array.from({ length: 20 }, (_, index) => `dr-${index}`);
const now = new Date("2026-03-02T09:00:00Z");
const place = { providerIds, facilityId, minutes: 30 };
const days = (count: number) => new Date(now.getTime() + count * 24 * 60 * 60 * 1000);

/** Of each provider, an opening begins each minute from 32 days on: nearly a million. */
async function stage() {
  const storage = memoryAdapter({ database: createMemoryDatabase() });
  const engine = createEngine({
    storage,
    clock: { now: () => now, sleep: (ms: number) => sleep(ms, undefined, { ref: false }) },
  });
  const always = { days: ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const };
  const weekly = [{ ...always, from: "00:00", to: "24:00", validFrom: "2026-04-03" }];
  const hours = { openings: "computed", offer: { minutes: 30, step: 1 }, weekly } as const;
  for (const providerId of providerIds) {
    await engine.setAvailability({ actor, providerId, facilityId, timeZone: "UTC", hours });
  }
  return engine;
}

/** In milliseconds of the processor. */
async function costOf<Found>(search: () => Found | Promise<Found>): Promise<readonly [found: Found, cost: number]> {
  const before = process.cpuUsage();
  const found = await search();
  const { user, system } = process.cpuUsage(before);
  return [found, (user + system) / 1000];
}

describe("a search for the first of very many openings", () => {
  const first = { providerId: "dr-0", start: new Date("2026-04-03T00:00:00Z") };

  it("costs what the first ones cost, in either order and in memory", async () => {
    const engine = await stage();
    const live = await engine.follow({ forDays: 80, providerIds, facilityId, openings: true });
    try {
      const costs: number[] = [];
      const [earliest, cost] = await costOf(() => engine.findTimes({ ...place, limit: 1 }));
      expect(earliest.items).toMatchObject([first]);
      const [next, ofNext] = await costOf(() => engine.nextTimes({ ...place, count: 1 }));
      expect(next.items).toMatchObject([first]);
      const range = { from: now, to: days(62) };
      const [latest, ofLatest] = await costOf(() =>
        engine.findTimes({ ...place, ...range, order: "latest", limit: 1 }),
      );
      expect(latest.items).toMatchObject([{ providerId: "dr-9", start: new Date("2026-05-03T08:59:00Z") }]);
      const [inMemory, ofMemory] = await costOf(() => live.findTimes({ ...place, limit: 1 }));
      expect(inMemory.items).toMatchObject([first]);
      costs.push(cost, ofNext, ofLatest, ofMemory);
      // All of them together take more than a second each time.
      expect(costs.filter((one) => one > 250)).toEqual([]);
    } finally {
      live.close();
    }
  });
});
