import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { EngineName } from "@slotwright/lab/engines";
import { startServer } from "@slotwright/test-servers";
import type { Scenario } from "../measuring/scenario.ts";
import { type Interval, intervalOf } from "./interval.ts";
import type { PairOrder } from "./pair-process.ts";
import type { OfBoth, PairRow, PairTask } from "./turns.ts";

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

/** Measures both versions in turns, pair after pair, on one server. @throws Error if the engine is not available */
export async function compareOn(
  engine: EngineName,
  folders: OfBoth<string>,
  { pairs, ...options }: PairsOptions,
  { onPair, signal }: { readonly onPair: () => void; readonly signal: AbortSignal },
): Promise<readonly Compared[]> {
  const server = engine === "sqlite" ? undefined : await startServer(engine);
  if (server === undefined && engine !== "sqlite") throw new Error(`There is no server for ${engine}.`);
  const env = server === undefined ? {} : { [`SLOTWRIGHT_${engine.toUpperCase()}_URL`]: server.url };
  const runs: (readonly PairRow[])[] = [];
  try {
    for (let pair = 0; pair < pairs; pair += 1) {
      runs.push(await measurePair({ folders, task: { ...options, engine } }, env, signal));
      onPair();
    }
  } finally {
    await server?.stop();
  }
  return (runs[0] ?? []).map((_, scenario) => comparedIn(runs.map((rows) => rows[scenario] as PairRow)));
}

async function measurePair(order: PairOrder, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<readonly PairRow[]> {
  const child = fork(join(import.meta.dirname, "pair-process.ts"), {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    signal,
  });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2_000);
  });
  let rows: readonly PairRow[] | undefined;
  child.on("message", (message) => {
    rows = message as readonly PairRow[];
  });
  child.send(order);
  const [status] = await once(child, "close");
  if (rows === undefined) throw new Error(`A pair of runs ended with status ${status}: ${said}`);
  return rows;
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
