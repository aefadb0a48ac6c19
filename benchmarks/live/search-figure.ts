import { percentile } from "../measuring/statistics.ts";

/** How long a search takes, in microseconds. */
export interface SearchFigure {
  readonly name: string;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /**
   * The p99 of the inputs, of each the fastest call. Between two calls of one input all others are searched, so its slots
   * have left the processor's cache, but the pauses that a machine imposes on a program are left out. Undefined if there is one
   * input, or one call of each.
   */
  readonly undisturbed: number | undefined;
}

/**
 * Makes a search many times, a quarter of them before it counts.
 * @param inputs How many inputs take turns, by the number of the call.
 */
export function timed(name: string, calls: number, search: (call: number) => unknown, inputs = 1): SearchFigure {
  for (let call = 0; call < calls / 4; call += 1) search(call);
  const times = Array.from({ length: Math.ceil(calls) }, (_, call) => {
    const begun = performance.now();
    search(call);
    return (performance.now() - begun) * 1000;
  });
  return figureOf(name, times, inputs);
}

/** The same for one that has to be waited for. */
export async function timedCalls(
  name: string,
  calls: number,
  search: (call: number) => Promise<unknown>,
  inputs = 1,
): Promise<SearchFigure> {
  for (let call = 0; call < calls / 4; call += 1) await search(call);
  const times: number[] = [];
  for (let call = 0; call < calls; call += 1) {
    const begun = performance.now();
    await search(call);
    times.push((performance.now() - begun) * 1000);
  }
  return figureOf(name, times, inputs);
}

function figureOf(name: string, times: readonly number[], inputs: number): SearchFigure {
  const fastest = times.slice(0, inputs);
  for (const [call, time] of times.entries()) {
    const input = call % inputs;
    fastest[input] = Math.min(time, fastest[input] as number);
  }
  return {
    name,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    max: Math.max(...times),
    undisturbed: inputs === 1 || times.length < 2 * inputs ? undefined : percentile(fastest, 0.99),
  };
}
