import type { EngineName } from "@slotwright/lab/engines";
import type { Arena, EngineFacts } from "../arenas/arena.ts";
import { type ContenderName, contenderNames } from "../contenders/contender.ts";
import type { Scale } from "../contenders/workloads.ts";
import { type DelayProxy, startDelayProxy } from "../round-trip/delay-proxy.ts";
import { type AddedRoundTrip, calibrate } from "../round-trip/round-trip.ts";
import { observed } from "./circumstances.ts";
import { type Effort, type Measured, measure, turnsOf } from "./measure.ts";
import type { BenchmarkResult } from "./result.ts";
import { connectionsFor, type Scenario, type ScenarioSelection, scenariosOf } from "./scenario.ts";

export interface RunOptions extends ScenarioSelection, Effort {
  readonly scale: Scale;
  readonly contenders?: readonly ContenderName[];
}

/** Receives the progress. */
export interface Watcher {
  readonly begin: (scenarios: number) => void;
  /** The share of all turns of all scenarios, between 0 and 1. */
  readonly progress: (share: number, scenario: Scenario) => void;
  readonly measured: (scenario: Scenario, measured: Measured) => void;
  /** The rest of an engine's scenarios is abandoned. The other engines are still measured. */
  readonly failed: (engine: EngineName, error: unknown) => void;
}

/** Where the engines come from; undefined for one that is not available. */
export type OpenArena = (engine: EngineName) => Promise<Arena | undefined>;

interface Course {
  readonly options: RunOptions;
  readonly signal: AbortSignal;
  readonly watcher: Watcher;
  readonly added: readonly AddedRoundTrip[];
  readonly done: { scenarios: number };
  readonly scenarios: readonly Scenario[];
}

/** Compares on one engine after another. Returns what was measured until the signal is aborted. */
export async function runBenchmark(
  options: RunOptions,
  openArena: OpenArena,
  watcher: Watcher,
  signal: AbortSignal,
): Promise<BenchmarkResult> {
  let added: readonly AddedRoundTrip[] = [];
  const engines: OnEngine[] = [];
  const circumstances = await observed(async () => {
    const scenarios = scenariosOf(options);
    added = await calibrateAll(scenarios);
    watcher.begin(scenarios.length);
    const course: Course = { options, signal, watcher, added, done: { scenarios: 0 }, scenarios };
    for (const engine of options.engines) {
      if (signal.aborted) break;
      const measured = await onEngine(engine, openArena, course);
      if (measured !== undefined) engines.push(measured);
    }
  });
  const { rounds, roundMs } = options;
  return {
    ...circumstances,
    ...{ rounds, roundMs },
    engines: engines.map(({ facts }) => facts),
    addedRoundTrips: added,
    rows: engines.flatMap(({ measured }) => measured.flatMap(({ rows }) => rows)),
    doubleBookings: engines.flatMap(({ measured }) => measured.flatMap(({ doubleBookings }) => doubleBookings)),
    notes: engines.flatMap(({ facts: { engine }, notes }) => notes.map((note) => ({ engine, note }))),
  };
}

async function calibrateAll(scenarios: readonly Scenario[]): Promise<readonly AddedRoundTrip[]> {
  const wanted = new Set(scenarios.map(({ rttMs }) => rttMs).filter((rttMs) => rttMs > 0));
  const added: AddedRoundTrip[] = [];
  for (const rttMs of wanted) added.push(await calibrate(rttMs));
  return added;
}

interface OnEngine {
  readonly facts: EngineFacts;
  readonly notes: readonly string[];
  readonly measured: readonly Measured[];
}

async function onEngine(engine: EngineName, openArena: OpenArena, course: Course): Promise<OnEngine | undefined> {
  const own = course.scenarios.filter((scenario) => scenario.engine === engine);
  const arena = await openArena(engine);
  if (arena === undefined) {
    course.done.scenarios += own.length;
    return undefined;
  }
  const measured: Measured[] = [];
  try {
    for (const scenario of own) {
      if (course.signal.aborted) break;
      measured.push(await inContest(arena, scenario, course));
      course.done.scenarios += 1;
    }
  } catch (error) {
    if (!course.signal.aborted) course.watcher.failed(engine, error);
  } finally {
    await arena.close();
  }
  return { facts: arena.facts, notes: arena.notes, measured };
}

async function inContest(arena: Arena, scenario: Scenario, course: Course): Promise<Measured> {
  const { options, signal, watcher, done, scenarios } = course;
  const proxy = await proxyFor(arena, scenario, course.added);
  const callers = connectionsFor(scenario);
  const { scale, contenders: names = contenderNames } = options;
  try {
    const contest = await arena.open({ callers, scale, names, reach: (url) => proxy?.url(url) ?? url });
    try {
      let turns = 0;
      const onTurn = () => {
        turns += 1;
        const share = Math.min(1, turns / turnsOf(contest.contenders.length, options));
        watcher.progress((done.scenarios + share) / scenarios.length, scenario);
      };
      const measured = await measure(contest.contenders, scenario, options, { onTurn, signal });
      watcher.measured(scenario, measured);
      return measured;
    } finally {
      await contest.close();
    }
  } finally {
    await proxy?.close();
  }
}

async function proxyFor(
  { url }: Arena,
  { rttMs }: Scenario,
  added: readonly AddedRoundTrip[],
): Promise<DelayProxy | undefined> {
  if (url === undefined || rttMs === 0) return undefined;
  return startDelayProxy(url, added.find(({ wantedMs }) => wantedMs === rttMs)?.delayMs ?? rttMs / 2);
}
