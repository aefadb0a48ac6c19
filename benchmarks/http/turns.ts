import type { Effort } from "../measuring/measure.ts";
import { median } from "../measuring/statistics.ts";
import { intervalOf } from "../pairs/interval.ts";
import { type Caller, createCaller } from "./caller.ts";
import type { HttpComparison } from "./result.ts";

/** One call, which resolves with the status of its answer. */
export type Work = (caller: Caller) => Promise<number>;

export type Ports = Readonly<Record<"own" | "plain", number>>;

export interface Sides {
  readonly name: HttpComparison["name"];
  readonly own: Work;
  readonly plain: Work;
  /** Of every answer. */
  readonly status: number;
}

const sideNames = ["own", "plain"] as const;

/** Both in turns, after a round that warms up. */
export async function compare(
  sides: Sides,
  ports: Ports,
  { callers, rounds, roundMs }: Effort & { readonly callers: number },
  signal: AbortSignal,
): Promise<HttpComparison> {
  const make = (port: number) => Promise.all(Array.from({ length: callers }, () => createCaller(port, "benchmark/b")));
  const all = { own: await make(ports.own), plain: await make(ports.plain) };
  const rates: { readonly own: number[]; readonly plain: number[] } = { own: [], plain: [] };
  for (let round = 0; round <= rounds; round += 1) {
    // The second one finds the machine as the first one left it, so both come second equally often.
    for (const side of round % 2 === 0 ? sideNames : sideNames.toReversed()) {
      signal.throwIfAborted();
      const rate = await ratePerSecond(all[side], sides[side], sides.status, roundMs);
      if (round > 0) rates[side].push(rate);
    }
  }
  for (const caller of [...all.own, ...all.plain]) caller.close();
  return {
    name: sides.name,
    ratio: intervalOf(rates.own.map((rate, round) => rate / (rates.plain[round] ?? Number.NaN))),
    perSecond: { own: Math.round(median(rates.own)), plain: Math.round(median(rates.plain)) },
  };
}

/** @throws Error if an answer has another status */
async function ratePerSecond(callers: readonly Caller[], work: Work, wanted: number, ms: number): Promise<number> {
  const began = performance.now();
  let done = 0;
  const calling = async (caller: Caller) => {
    while (performance.now() - began < ms) {
      const status = await work(caller);
      if (status !== wanted) throw new Error(`An answer had the status ${status}, and not ${wanted}.`);
      done += 1;
    }
  };
  await Promise.all(callers.map(calling));
  return (done / (performance.now() - began)) * 1000;
}
