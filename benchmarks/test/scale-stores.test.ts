import { noServer } from "@slotwright/test-servers/vitest";
import { describe, expect, it } from "vitest";
import { checkLoaded } from "../scale/check.ts";
import { bookingOrderOf, type DataSet, dataSetOf, loadedId, slotIdOf } from "../scale/data-set.ts";
import { quickEffort } from "../scale/measure.ts";
import { runScale, scaleEngines } from "../scale/run.ts";
import { sqliteSite } from "../scale/stores/sqlite.ts";

const calls = { book: 6, search: 4, history: 6 };
const silent = {
  filled: () => {},
  turn: () => {},
  measured: () => {},
  failed: (_: string, error: unknown) => console.error(error),
};

describe("the data of the scale benchmark", () => {
  it.each([10_000, 100_000, 1_000_000, 10_000_000])(
    "has %i slots of 50 to 5000 providers, a tenth of them booked",
    (wanted) => {
      const { slots, providers, weeks, appointments } = dataSetOf(wanted);
      expect(slots).toBe(wanted);
      expect(appointments).toBe(wanted / 10);
      expect(providers * weeks * 40).toBe(slots);
      expect(providers).toBeGreaterThanOrEqual(50);
      expect(providers).toBeLessThanOrEqual(5000);
    },
  );

  it("has ids of the form that the library makes, each only once", () => {
    const ids = Array.from({ length: 5000 }, (_, number) => slotIdOf(number));
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(loadedId(2, 1, 0) > loadedId(1, 2, 0)).toBe(true);
  });

  it("books each slot of a tenth once, in a different order from that of the slots", () => {
    const data: DataSet = dataSetOf(10_000);
    const { step, inverse } = bookingOrderOf(data);
    const order = Array.from({ length: data.appointments }, (_, index) => (index * step) % data.appointments);
    expect(new Set(order).size).toBe(data.appointments);
    expect(order.map((rank) => (rank * inverse) % data.appointments)).toEqual(order.map((_, index) => index));
  });
});

describe("bench:scale", () => {
  it.for(scaleEngines)(
    "measures every call on every size on %s, after counting what it loaded",
    { timeout: 120_000 },
    async (engine, { skip }) => {
      const options = { engines: [engine], sizes: [10_000, 20_000], effort: { ...quickEffort, rounds: 1, calls } };
      const { engines } = await runScale(options, silent, new AbortController().signal);
      const [measured] = engines;
      if (measured === undefined && engine !== "sqlite" && process.env.CI !== "true") return skip(noServer(engine));
      if (measured === undefined) throw new Error(`${engine} was not measured.`);
      const { rows, sizes } = measured;
      expect(sizes.map(({ slots }) => slots)).toEqual([10_000, 20_000]);
      const warm = rows.filter(({ reach }) => reach !== "cold");
      expect(warm).toHaveLength(2 * 2 * 3);
      for (const { workload, operations, p50Ms, p95Ms } of warm) {
        expect(operations).toBe(calls[workload]);
        expect(p50Ms).toBeGreaterThan(0);
        expect(p95Ms).toBeGreaterThanOrEqual(p50Ms);
      }
    },
  );

  it("finds what is wrong with loaded tables", { timeout: 60_000 }, async () => {
    const site = await sqliteSite();
    try {
      const store = await site.fill(dataSetOf(10_000));
      await checkLoaded(store);
      const more = { ...store, data: { ...store.data, appointments: 999 } };
      await expect(checkLoaded(more)).rejects.toThrow("999 booked were expected, and 1000 are there.");
    } finally {
      await site.close();
    }
  });
});
