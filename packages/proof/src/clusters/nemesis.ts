import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import type { Chance, ClusterFault, Nodes } from "./nodes.ts";
import type { Pulse } from "./pulse.ts";

/** A fault that has struck. */
export interface Strike {
  readonly key: string;
  /** From the strike to the next booking that was asked for after it, on any node. Undefined if there was none. */
  readonly nextBookingMs: number | undefined;
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
    let since = process.hrtime.bigint();
    await harm(chances[index] as Chance, () => {
      since = process.hrtime.bigint();
    });
    await settle();
    const nextBookingMs = await nextBooking(pulse, since);
    strikes.push({ key, nextBookingMs });
    await sleep(between);
  }
  return strikes;
}

/** If nobody could book for so long after the cluster is whole, something is wrong with our engines. */
const mostWaitMs = 15_000;

async function nextBooking(pulse: Pulse, since: bigint): Promise<number | undefined> {
  for (let waitedMs = 0; ; waitedMs += between) {
    const found = pulse.nextBookingMs(since);
    if (found !== undefined || waitedMs > mostWaitMs) return found;
    await sleep(between);
  }
}
