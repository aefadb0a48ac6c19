import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import type { Chance, ClusterFault, Nodes } from "./nodes.ts";
import type { Pulse } from "./pulse.ts";

/** A fault that has struck. */
export interface Strike {
  readonly key: string;
  /**
   * The longest time without a booking on any node, from the strike until one that was asked for when the cluster was
   * whole again. Undefined if there was none.
   */
  readonly longestGapMs: number | undefined;
}

const anyChance: fc.Arbitrary<Chance> = fc.record({
  node: fc.nat(5),
  lastingMs: fc.integer({ min: 50, max: 3_000 }),
});

/** Milliseconds in which callers are at work before a fault, and after it. */
const between = 300;

/** Does each of these once, in an order that the seed decides, and waits each time until the cluster is whole again. */
export async function strikeAll(
  { settle }: Nodes,
  faults: readonly ClusterFault[],
  pulse: Pulse,
  seed: number,
  signal: AbortSignal,
): Promise<readonly Strike[]> {
  const strikes: Strike[] = [];
  const whole = { minLength: faults.length, maxLength: faults.length };
  const [order] = fc.sample(fc.shuffledSubarray([...faults], whole), { numRuns: 1, seed }) as [ClusterFault[]];
  const chances = fc.sample(anyChance, { numRuns: order.length, seed });
  await sleep(between);
  for (const [index, { key, harm }] of order.entries()) {
    if (signal.aborted) break;
    let struck = process.hrtime.bigint();
    await harm(chances[index] as Chance, () => {
      struck = process.hrtime.bigint();
    });
    await settle();
    const whole = process.hrtime.bigint();
    strikes.push({ key, longestGapMs: await longestGap(pulse, struck, whole) });
    await sleep(between);
  }
  return strikes;
}

/** If nobody could book for so long after the cluster is whole, something is wrong with our engines. */
const mostWaitMs = 15_000;

async function longestGap(pulse: Pulse, struck: bigint, whole: bigint): Promise<number | undefined> {
  for (let waitedMs = 0; ; waitedMs += between) {
    const found = pulse.longestGapMs(struck, whole);
    if (found !== undefined || waitedMs > mostWaitMs) return found;
    await sleep(between);
  }
}
