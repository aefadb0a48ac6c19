import { getEventListeners } from "node:events";
import { expect, it } from "vitest";
import { createEngine } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";

it("a subscriber that catches up leaves no listeners on its signal", async () => {
  const engine = createEngine({ storage: memoryAdapter() });
  const at = (minutes: number) => new Date(Date.UTC(2027, 2, 22) + minutes * 60_000);
  const slots = Array.from({ length: 4_000 }, (_, index) => ({ start: at(index * 10), end: at(index * 10 + 10) }));
  await engine.createSlots({ actor: { kind: "test", id: "t" }, providerId: "p", facilityId: "f", slots });
  const leaving = new AbortController();
  let given = 0;
  let mostListeners = 0;
  for await (const { entries } of engine.subscribe({ signal: leaving.signal })) {
    given += entries.length;
    mostListeners = Math.max(mostListeners, getEventListeners(leaving.signal, "abort").length);
    if (given === slots.length) leaving.abort();
  }
  expect(given).toBe(4_000);
  expect(mostListeners).toBeLessThan(3);
});
