import * as fc from "fast-check";
import { expect, test } from "vitest";
import * as product from "../src/index.ts";
import { openMemory, openSqlite } from "./simulation/databases.ts";
import { foreseen, takenBack } from "./simulation/foresight.ts";
import { examples, plan } from "./simulation/plans.ts";
import { play } from "./simulation/play.ts";

// `INTERLEAVINGS=50000 SEED=7 vitest run packages/client/test/interleavings.test.ts` plays more of them.
const numRuns = Number(process.env.INTERLEAVINGS ?? 1_000) / 2;
const seed = process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) };

const requestActs = [
  ...["request", "requestHeld", "requestOneOf", "requestTime", "accept", "decline", "cancel"],
  ...["offer", "acceptOffer", "declineOffer", "breakHold"],
];

test.each([
  ["in memory", openMemory],
  ["on SQLite", openSqlite],
])(
  "whatever happens in whatever order, a store ends in the server's state and never shows an earlier version: %s",
  async (_, open) => {
    let played = 0;
    const property = fc.asyncProperty(plan, async (steps) => {
      await play(steps, product, open);
      played++;
    });
    await fc.assert(property, { numRuns, examples, ...seed });
    expect(played).toBe(numRuns);
    expect(takenBack.get("policy_violation")).toBeGreaterThan(0);
    for (const act of requestActs) expect(foreseen.get(act), act).toBeGreaterThan(0);
  },
  3_600_000,
);
