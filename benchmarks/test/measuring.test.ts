import { describe, expect, it } from "vitest";
import type { Contender, Load, Tally } from "../contenders/contender.ts";
import { templateOf } from "../contenders/template.ts";
import { measure } from "../measuring/measure.ts";
import { median, percentile } from "../measuring/statistics.ts";
import { intervalTo } from "../report/ratios.ts";

const scenario = { engine: "sqlite", workload: "own-slots", callers: 2, rttMs: 0 } as const;
const effort = { rounds: 3, roundMs: 10 };
const watched = { onTurn: () => {}, signal: new AbortController().signal };

/** Acknowledges everything, and has done what the tally says. */
function liar(tallyOf: (acknowledged: number) => Tally, order: string[] = [], name = "slotwright"): Contender {
  let acknowledged = 0;
  return {
    name: name as "slotwright",
    workloads: ["own-slots"],
    turn: async ({ operations }: Load) => {
      order.push(name);
      acknowledged += operations;
      const latenciesMs = Array.from({ length: operations }, () => 1);
      return { elapsedMs: 10, done: operations, latenciesMs, errors: [], booked: operations };
    },
    tally: async () => tallyOf(acknowledged),
    close: async () => {},
  };
}

describe("measuring", () => {
  it("counts a booking that was acknowledged and is not in the database as an error, and reports it", async () => {
    const losing = liar((acknowledged) => ({ appointments: acknowledged - 3, bookedSlots: acknowledged - 3 }));
    const { rows, errors } = await measure([losing], scenario, effort, watched);
    expect(rows[0]?.errors).toBe(3);
    expect(errors).toEqual(["slotwright: 3 bookings were acknowledged and are not in the database"]);
  });

  it("counts slots that were promised twice, and how many there were", async () => {
    const doubling = liar((acknowledged) => ({ appointments: acknowledged, bookedSlots: acknowledged - 5 }));
    const { rows, doubleBookings } = await measure([doubling], scenario, effort, watched);
    expect(rows[0]?.errors).toBe(5);
    expect(doubleBookings[0]).toMatchObject({ doubleBooked: 5 });
  });

  it("lets the contenders take turns, after all have warmed up", async () => {
    const order: string[] = [];
    const honest = (acknowledged: number) => ({ appointments: acknowledged, bookedSlots: acknowledged });
    const contenders = ["slotwright", "lock-row"].map((name) => liar(honest, order, name));
    await measure(contenders, scenario, effort, watched);
    const round = ["slotwright", "lock-row"];
    expect(order).toEqual(["slotwright", "slotwright", "lock-row", "lock-row", ...round, ...round, ...round]);
  });

  it("compares contenders round by round, so that what slows both of them widens no interval", async () => {
    const row = { ...scenario, opsPerSecond: 1, p50Ms: 1, p95Ms: 1, p99Ms: 1, errors: 0 };
    const ours = { ...row, contender: "slotwright", perRound: [50, 100, 400, 10] } as const;
    const rows = [ours, { ...row, contender: "floor", perRound: [100, 200, 800, 20] } as const];
    expect(intervalTo("floor", ours, rows)).toMatchObject({ ratio: 0.5, lower: 0.5, upper: 0.5, pairs: 4 });
    const slower = { ...ours, perRound: [50, 100, 400, 5] };
    const { ratio, lower = 1, upper = 0 } = intervalTo("floor", slower, [slower, ...rows.slice(1)]) ?? {};
    expect(ratio).toBeCloseTo(0.5 / 2 ** 0.25);
    expect(lower).toBeLessThan(0.3);
    expect(upper).toBeGreaterThan(0.6);
  });

  it("gives no interval for less than three rounds, nor for a round without an answer", () => {
    const row = { ...scenario, opsPerSecond: 1, p50Ms: 1, p95Ms: 1, p99Ms: 1, errors: 0 };
    const between = (ours: readonly number[], theirs: readonly number[] | undefined) => {
      const one = { ...row, contender: "slotwright", perRound: ours } as const;
      const other = { ...row, contender: "floor", ...(theirs && { perRound: theirs }) } as const;
      return intervalTo("floor", one, [one, other]);
    };
    expect(between([1, 1], [1, 1])).toBeUndefined();
    expect(between([1, 1, 1], [1, 1])).toBeUndefined();
    expect(between([1, 1, 1], [1, 0, 1])).toBeUndefined();
    expect(between([1, 1, 1], undefined)).toBeUndefined();
    expect(between([1, 1, 1], [1, 1, 1])).toBeDefined();
  });

  it("keeps the rate of each round", async () => {
    const honest = liar((acknowledged) => ({ appointments: acknowledged, bookedSlots: acknowledged }));
    const { rows } = await measure([honest], scenario, effort, watched);
    expect(rows[0]?.perRound).toHaveLength(effort.rounds);
  });

  it("takes medians and percentiles of figures in any order", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 7])).toBe(6);
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([0.5, 0.95, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([50, 95, 99, 100]);
  });
});

describe("the floor's statements", () => {
  it("carry different ids and times wherever the model's were: in texts, bytes, numbers, arrays and objects", () => {
    const keep = () => "kept";
    const value = [{ sql: "select ?", keep, values: ["id-1", 1700, ["id-10"], Buffer.from('{"a":"id-1","at":1700}')] }];
    expect(templateOf(value, ["id-1", "id-10", "1700"])(["x", "y", "1800"])).toEqual([
      { sql: "select ?", keep, values: ["x", 1800, ["y"], Buffer.from('{"a":"x","at":1800}')] },
    ]);
  });
});
