import { describe, expect, it } from "vitest";
import type { Contender, Load, Tally } from "../contenders/contender.ts";
import { templateOf } from "../contenders/template.ts";
import { measure } from "../measuring/measure.ts";
import { median, percentile } from "../measuring/statistics.ts";

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
