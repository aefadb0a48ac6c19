import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createEngine, type Engine, type EngineOptions, type Warning } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";

const twoMinutes = 120_000;
const actor = { kind: "provider", id: "dr" };

/** An engine on a database whose clock is behind by so much. */
function behind(byMs: number, options: Partial<EngineOptions<unknown>> = {}) {
  const warnings: Warning[] = [];
  const asked: number[] = [];
  const memory = memoryAdapter();
  const storage = {
    ...memory,
    readClock: async () => {
      asked.push(Date.now());
      return new Date(Date.now() - byMs);
    },
  };
  const engine = createEngine({ storage, onWarning: (warning) => warnings.push(warning), ...options });
  return { engine, storage, memory, warnings, asked };
}

async function createSlot(engine: Engine): Promise<void> {
  const slots = [{ start: "2026-03-02T09:00:00Z", end: "2026-03-02T09:30:00Z" }];
  await engine.createSlots({ actor, providerId: `dr-${Math.random()}`, facilityId: "f", slots });
}

describe("the engine's clock beside the database's", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "performance"], now: Date.UTC(2026, 2, 1) }));
  afterEach(() => void vi.useRealTimers());

  it("is compared after the first answer, and two minutes between them are warned of", async () => {
    const { engine, warnings } = behind(twoMinutes);
    expect(warnings).toEqual([]);
    await createSlot(engine);
    await vi.waitFor(() => expect(warnings).toHaveLength(1));
    const [{ code, details, message }] = warnings as [Warning];
    expect({ code, details }).toEqual({ code: "clock_skew", details: { aheadMs: twoMinutes } });
    expect(message).toMatch(/120\.0 s ahead of the database's.*NTP/);
  });

  it("may be behind, too, and a read is enough to notice", async () => {
    const { engine, warnings } = behind(-twoMinutes);
    await engine.listSlots({ providerIds: ["dr"] });
    await vi.waitFor(() => expect(warnings).toHaveLength(1));
    expect(warnings[0]).toMatchObject({ code: "clock_skew", details: { aheadMs: -twoMinutes } });
    expect(warnings[0]?.message).toContain("120.0 s behind the database's");
  });

  it("is compared again after five minutes, and not before, however many calls there are", async () => {
    const { engine, warnings, asked } = behind(twoMinutes);
    for (const _ of [1, 2, 3]) await createSlot(engine);
    vi.advanceTimersByTime(299_000);
    await createSlot(engine);
    expect(asked).toHaveLength(1);
    vi.advanceTimersByTime(2_000);
    await Promise.all([createSlot(engine), createSlot(engine)]);
    await vi.waitFor(() => expect(warnings).toHaveLength(2));
    expect(asked).toHaveLength(2);
  });

  it("may differ by up to a second", async () => {
    const { engine, warnings, asked } = behind(1_000);
    await createSlot(engine);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    expect(warnings).toEqual([]);
  });

  it("is not warned of where the answer took so long that it proves nothing", async () => {
    const { memory } = behind(0);
    const warnings: Warning[] = [];
    const slow = async () => {
      const now = new Date();
      vi.setSystemTime(Date.now() + 10_000);
      return now;
    };
    const storage = { ...memory, readClock: slow };
    await createSlot(createEngine({ storage, onWarning: (warning) => warnings.push(warning) }));
    await new Promise(setImmediate);
    expect(warnings).toEqual([]);
  });

  it("is not compared where the host gives a clock, nobody listens, or all calls are within a host's transaction", async () => {
    const clock = { now: () => new Date(0), sleep: async () => {} };
    const given = behind(twoMinutes, { clock });
    await createSlot(given.engine);
    const unheard = behind(twoMinutes);
    await createSlot(createEngine({ storage: unheard.storage }));
    const inside = behind(twoMinutes);
    await createSlot(inside.engine.within((await inside.memory.begin()).transaction));
    await new Promise(setImmediate);
    expect([given, unheard, inside].map(({ asked }) => asked)).toEqual([[], [], []]);
  });

  it("is compared at the end of a transaction that the engine opens", async () => {
    const { engine, warnings } = behind(twoMinutes);
    await engine.transaction(({ engine: inside }) => createSlot(inside));
    await new Promise(setImmediate);
    expect(warnings).toMatchObject([{ code: "clock_skew" }]);
  });

  it("delays no command, and fails none, where the database does not tell the time", async () => {
    const { memory } = behind(0);
    const mute = { ...memory, readClock: () => new Promise<never>(() => {}) };
    const broken = { ...memory, readClock: async () => Promise.reject(new Error("no clock")) };
    for (const storage of [mute, broken]) {
      const warnings: Warning[] = [];
      const engine = createEngine({ storage, onWarning: (warning) => warnings.push(warning) });
      await createSlot(engine);
      await createSlot(engine);
      expect(warnings).toEqual([]);
    }
  });
});
