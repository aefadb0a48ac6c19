import { describe, expect, it } from "vitest";
import { createParking } from "../src/engine/relay/parking.ts";
import { createEngine, createRelay, type JournalEntry } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { actor, place, slotAt, until } from "./feed-stage.ts";

const entry = { recordKind: "slot", recordId: "s-1", version: 3 } as JournalEntry;
const now = 1_000_000;

/** The pauses before the first so many retries of a record that always fails. */
function pausesOf(random: number, count: number): readonly number[] {
  const parking = createParking([], () => random);
  parking.park(entry, { now, error: "no" });
  const pauses: number[] = [];
  for (let attempt = 1; attempt <= count; attempt++) {
    const [parked] = parking.states();
    pauses.push((parked?.retryAt ?? 0) - now);
    const due = parking.due(Number.MAX_SAFE_INTEGER, () => false);
    if (due !== undefined) parking.failAgain(due, { now, error: "no" });
  }
  return pauses;
}

describe("the pauses of a parked record", () => {
  const longest = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000, 300_000];

  it("double from a second to five minutes, of which half is random", () => {
    expect(pausesOf(0, 12)).toEqual(longest.map((ms) => ms / 2));
    const last = pausesOf(0.999, 12);
    for (const [index, ms] of longest.entries()) {
      expect(last[index]).toBeLessThanOrEqual(ms);
      expect(last[index]).toBeGreaterThan(ms * 0.99);
    }
  });

  it("stay at five minutes, however often it fails", () => {
    expect(
      pausesOf(0, 5_000)
        .slice(9)
        .every((ms) => ms === 150_000),
    ).toBe(true);
  });

  it("are not ended by a skip of what was parked before", () => {
    const parking = createParking([], () => 0);
    parking.park(entry, { now, error: "no" });
    const [state] = parking.states();
    if (state === undefined) return expect.fail("nothing is parked");
    const noteOf = (skipTo: number) => [{ ...state, asked: "skip", skipTo } as const];
    parking.hear(noteOf(2), () => false);
    expect(parking.states()).toEqual([state]);
    parking.hear(noteOf(3), () => false);
    expect(parking.states()).toEqual([]);
  });

  it("begin with a second again for the next version, and go on where they were for the next holder", () => {
    const parking = createParking([], () => 0);
    parking.park(entry, { now, error: "no" });
    const first = parking.get(parking.due(Number.MAX_SAFE_INTEGER, () => false)?.key ?? "");
    for (let attempt = 1; attempt < 6 && first !== undefined; attempt++) parking.failAgain(first, { now, error: "no" });
    const heir = createParking(parking.states(), () => 0);
    const parked = heir.due(Number.MAX_SAFE_INTEGER, () => false);
    expect(parked).toMatchObject({ attempts: 6, retryAt: now + 16_000 });
    if (parked === undefined) return;
    heir.failAgain(parked, { now, error: "no" });
    expect(parked.retryAt).toBe(now + 32_000);
    // As after an entry of it was handed over.
    parked.attempts = 0;
    heir.failAgain(parked, { now, error: "no" });
    expect(parked.retryAt).toBe(now + 500);
  });

  it("are those that a running relay makes: each retry comes later than the one before, and not sooner than it is due", async () => {
    const engine = createEngine({ storage: memoryAdapter(), random: () => 0 });
    await engine.createSlots({ actor, ...place, slots: [slotAt(0)] });
    const triedAt: number[] = [];
    const handle = async () => {
      triedAt.push(performance.now());
      throw new Error("Not now.");
    };
    const stopping = new AbortController();
    const relay = createRelay({ engine, name: "mail", from: "beginning", pollMs: 10, handle });
    const running = relay.run({ signal: stopping.signal });
    await until(() => triedAt.length === 4);
    stopping.abort();
    await running;
    const gaps = triedAt.slice(1).map((at, index) => at - (triedAt[index] ?? 0));
    // Timers may be a few milliseconds early.
    for (const [index, ms] of [500, 1_000, 2_000].entries()) expect(gaps[index]).toBeGreaterThan(ms - 20);
    expect(gaps.toSorted((one, another) => one - another)).toEqual(gaps);
  });
});
