import { startServer } from "@slotwright/test-servers";
import type { EngineName } from "../arenas/arena.ts";
import type { WorkloadName } from "../contenders/contender.ts";
import type { ResultRow } from "../measuring/result.ts";
import type { Scenario } from "../measuring/scenario.ts";
import { type Interval, intervalOf } from "./interval.ts";
import { measureVersion, type Version } from "./version.ts";

export interface PairsOptions {
  readonly engines: readonly EngineName[];
  readonly workloads: readonly WorkloadName[];
  readonly callers: readonly number[];
  readonly pairs: number;
  readonly rounds: number;
  readonly roundMs: number;
  readonly isQuick: boolean;
}

/** How many times as fast the new version is as the old one. */
export interface Compared extends Scenario, Interval {
  readonly oldPerSecond: number;
  readonly newPerSecond: number;
  readonly errors: number;
}

interface Versions {
  readonly new: Version;
  readonly old: Version;
}

/** Measures both versions in turns, on one server for both, one engine after the other. */
export async function compareOn(
  engine: EngineName,
  versions: Versions,
  options: PairsOptions,
  { onRun, signal }: { readonly onRun: () => void; readonly signal: AbortSignal },
): Promise<readonly Compared[]> {
  const server = engine === "sqlite" ? undefined : await startServer(engine);
  if (server === undefined && engine !== "sqlite") return [];
  const env = server === undefined ? {} : { [`SLOTWRIGHT_${engine.toUpperCase()}_URL`]: server.url };
  const rows: Record<keyof Versions, (readonly ResultRow[])[]> = { new: [], old: [] };
  try {
    for (let pair = 0; pair < options.pairs; pair += 1) {
      // Who comes second finds the machine as the first one left it: both do so equally often.
      const turns = pair % 2 === 0 ? (["old", "new"] as const) : (["new", "old"] as const);
      for (const which of turns) {
        rows[which].push(await measureVersion(versions[which], argumentsFor(engine, options), env, signal));
        onRun();
      }
    }
  } finally {
    await server?.stop();
  }
  return (rows.new[0] ?? []).flatMap((row) => comparedIn(row, rows));
}

function argumentsFor(engine: EngineName, options: PairsOptions): readonly string[] {
  const { workloads, callers, rounds, roundMs, isQuick } = options;
  return [
    ...["--engine", engine, "--contender", "slotwright", "--rtt", "0"],
    ...workloads.flatMap((name) => ["--workload", name]),
    ...callers.flatMap((count) => ["--callers", String(count)]),
    ...["--rounds", String(rounds), "--round-ms", String(roundMs)],
    ...(isQuick ? ["--quick"] : []),
  ];
}

/** Nothing where the old version does not know the workload. */
function comparedIn(
  { engine, workload, callers, rttMs }: Scenario,
  rows: Readonly<Record<keyof Versions, readonly (readonly ResultRow[])[]>>,
): readonly Compared[] {
  const of = (which: keyof Versions) =>
    rows[which].flatMap((run) => run.filter((row) => row.workload === workload && row.callers === callers));
  const [news, olds] = [of("new"), of("old")];
  if (news.length !== olds.length) return [];
  const ratios = news.map(({ opsPerSecond }, pair) => opsPerSecond / (olds[pair]?.opsPerSecond ?? Number.NaN));
  const mean = (all: readonly ResultRow[]) => all.reduce((sum, { opsPerSecond }) => sum + opsPerSecond, 0) / all.length;
  const errors = [...news, ...olds].reduce((sum, row) => sum + row.errors, 0);
  const perSecond = { oldPerSecond: mean(olds), newPerSecond: mean(news) };
  return [{ engine, workload, callers, rttMs, ...intervalOf(ratios), ...perSecond, errors }];
}
