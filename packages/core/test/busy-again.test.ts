import { expect, it } from "vitest";
import { createEngine } from "../src/index.ts";
import { createMemoryDatabase, memoryAdapter } from "../src/memory/index.ts";

const first = Date.UTC(2027, 2, 22);
const minuteMs = 60_000;
/** The most that one call takes. */
const count = 10_000;

const intervals = Array.from({ length: count }, (_, index) => {
  const start = first + index * 2 * minuteMs;
  return { start: new Date(start), end: new Date(start + minuteMs) };
});

it("busy times that are there already cost about what they did at first, however many there are", async () => {
  const storage = memoryAdapter({ database: createMemoryDatabase() });
  const engine = createEngine({ storage });
  const place = { providerId: "dr-grey", facilityId: "north" };
  const actor = { id: "dr-grey", kind: "provider" };
  const weekly = [{ days: ["monday" as const], from: "09:00", to: "10:00" }];
  await engine.setAvailability({ actor, ...place, timeZone: "UTC", hours: { offer: { minutes: 30 }, weekly } });
  const until = new Date(first + 14 * 24 * 60 * minuteMs);
  const wanted = { actor, ...place, source: "hospital", from: new Date(first), until, intervals };
  const costs: number[] = [];
  for (const expected of [{ created: count }, { created: 0, kept: count }]) {
    const before = process.cpuUsage();
    expect(await engine.importBusy(wanted)).toMatchObject(expected);
    const { user, system } = process.cpuUsage(before);
    costs.push((user + system) / 1000);
  }
  const [atFirst, again] = costs as [number, number];
  expect(again).toBeLessThan(2 * atFirst);
});
