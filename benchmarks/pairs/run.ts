import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { EngineName } from "@slotwright/lab/engines";
import { startServer } from "@slotwright/test-servers";
import type { Scenario } from "../measuring/scenario.ts";
import { titleOf } from "../report/print.ts";
import { type Interval, intervalOf } from "./interval.ts";
import type { PairOrder } from "./pair-process.ts";
import type { LeftOut, OfBoth, PairResult, PairRow, PairTask } from "./turns.ts";

export interface PairsOptions extends Omit<PairTask, "engine"> {
  readonly engines: readonly EngineName[];
  readonly pairs: number;
}

/** How many times as fast as the old version the new one is. */
export interface Compared extends Scenario, Interval {
  readonly oldPerSecond: number;
  readonly newPerSecond: number;
  readonly errors: number;
}

export interface ComparedOn {
  readonly compared: readonly Compared[];
  /** What the old version could not do in one of the pairs at least. */
  readonly leftOut: readonly LeftOut[];
}

/** Measures both versions in turns, pair after pair, on one server. @throws Error if the engine is not available */
export async function compareOn(
  engine: EngineName,
  folders: OfBoth<string>,
  { pairs, ...options }: PairsOptions,
  { onPair, signal }: { readonly onPair: () => void; readonly signal: AbortSignal },
): Promise<ComparedOn> {
  const server = engine === "sqlite" ? undefined : await startServer(engine);
  if (server === undefined && engine !== "sqlite") throw new Error(`There is no server for ${engine}.`);
  const env = server === undefined ? {} : { [`SLOTWRIGHT_${engine.toUpperCase()}_URL`]: server.url };
  const runs: PairResult[] = [];
  try {
    for (let pair = 0; pair < pairs; pair += 1) {
      runs.push(await measurePair({ folders, task: { ...options, engine } }, env, signal));
      onPair();
    }
  } finally {
    await server?.stop();
  }
  return combined(runs);
}

function combined(runs: readonly PairResult[]): ComparedOn {
  const leftOut = new Map(runs.flatMap((run) => run.leftOut.map((one) => [titleOf(one), one])));
  const rows = Map.groupBy(
    runs.flatMap((run) => run.rows),
    titleOf,
  );
  const whole = [...rows].filter(([title]) => !leftOut.has(title));
  return { compared: whole.map(([, own]) => comparedIn(own)), leftOut: [...leftOut.values()] };
}

async function measurePair(order: PairOrder, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<PairResult> {
  const child = fork(join(import.meta.dirname, "pair-process.ts"), {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    signal,
  });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2_000);
  });
  let result: PairResult | undefined;
  child.on("message", (message) => {
    result = message as PairResult;
  });
  child.send(order);
  const [status] = await once(child, "close");
  if (result === undefined) throw new Error(`A pair of runs ended with status ${status}: ${said}`);
  return result;
}

/** Of one scenario in all pairs. */
function comparedIn(rows: readonly PairRow[]): Compared {
  const { engine, workload, callers, rttMs } = rows[0] as PairRow;
  const mean = (figure: (row: PairRow) => number) => rows.reduce((sum, row) => sum + figure(row), 0) / rows.length;
  return {
    ...{ engine, workload, callers, rttMs },
    ...intervalOf(rows.map(({ ratio }) => ratio)),
    oldPerSecond: mean(({ perSecond }) => perSecond.old),
    newPerSecond: mean(({ perSecond }) => perSecond.new),
    errors: rows.reduce((sum, { errors }) => sum + errors, 0),
  };
}
