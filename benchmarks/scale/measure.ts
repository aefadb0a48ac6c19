import { median, percentile } from "../measuring/statistics.ts";
import { type Reach, type ScaleRow, type ScaleWorkload, scaleWorkloads } from "./result.ts";
import type { Site, Store } from "./stores/store.ts";
import { type Calls, callsOn, createDraw, type Draw } from "./workloads.ts";

export interface ScaleEffort {
  /** Counted rounds, after one that warms up. */
  readonly rounds: number;
  /** Calls of each workload in a round. */
  readonly calls: Readonly<Record<ScaleWorkload, number>>;
}

export const fullEffort: ScaleEffort = { rounds: 7, calls: { book: 100, search: 150, history: 400 } };
export const quickEffort: ScaleEffort = { rounds: 3, calls: { book: 20, search: 20, history: 40 } };

/** One round of one workload on one size. */
interface Turn {
  readonly latenciesMs: readonly number[];
  readonly cpuMs: number | undefined;
}

interface Series {
  readonly store: Store;
  readonly workload: ScaleWorkload;
  readonly reach: Reach;
  readonly draw: Draw;
  readonly turns: Turn[];
}

export interface Course {
  readonly effort: ScaleEffort;
  readonly signal: AbortSignal;
  readonly onTurn: (text: string) => void;
}

const reachesInTurns = ["anywhere", "same"] as const;

/** Cold comes last, because what it drops from the caches would be read from disk for a long time. */
export async function measureStores(
  site: Site,
  stores: readonly Store[],
  course: Course,
): Promise<readonly ScaleRow[]> {
  const groups = scaleWorkloads.flatMap((workload) =>
    reachesInTurns.map((reach) => stores.map((store) => newSeries(store, workload, reach))),
  );
  for (let round = 0; round <= course.effort.rounds; round += 1) {
    for (const group of groups) {
      course.signal.throwIfAborted();
      const turns = await takeTurns(group, course.effort);
      if (round > 0) for (const [index, { turns: counted }] of group.entries()) counted.push(turns[index] as Turn);
      course.onTurn(`round ${round} of ${course.effort.rounds}, ${group[0]?.workload}`);
    }
  }
  const cold = await measureCold(site, stores, course);
  return [...groups.flat(), ...cold].map(scaleRow);
}

export const turnsOf = ({ rounds }: ScaleEffort): number =>
  scaleWorkloads.length * reachesInTurns.length * (rounds + 1);

function newSeries(store: Store, workload: ScaleWorkload, reach: Reach): Series {
  return { store, workload, reach, draw: createDraw(store.data.slots + reach.length), turns: [] };
}

/** Each call finds something different, so few calls are enough, and more would warm what is cold. */
const coldCalls = 40;

async function measureCold(site: Site, stores: readonly Store[], { signal }: Course): Promise<readonly Series[]> {
  const records: Series[] = [];
  for (const workload of scaleWorkloads) {
    signal.throwIfAborted();
    if (!(await site.chill())) return [];
    for (const store of stores) {
      // What every first call does: check the schema, and prepare statements.
      await measured({ store, workload, reach: "same", draw: createDraw(1) }, 1);
      const record = newSeries(store, workload, "cold");
      record.turns.push(await measured(record, coldCalls));
      records.push(record);
    }
  }
  return records;
}

async function measured(series: Omit<Series, "turns">, count: number): Promise<Turn> {
  const calls = callsOn(series.store, series.workload, { ...series, count });
  const turn = await timed(calls.calls, series.store);
  await calls.after();
  return turn;
}

/**
 * Few enough that the sizes change within some milliseconds. Whatever else the computer does, and however fast it wakes
 * waiting threads, affects all of them alike.
 */
const callsInTurn = 5;

/** One round of a workload, alternating between all sizes. */
async function takeTurns(group: readonly Series[], { calls: counts }: ScaleEffort): Promise<readonly Turn[]> {
  const made = group.map((series) =>
    callsOn(series.store, series.workload, { ...series, count: counts[series.workload] }),
  );
  const parts: Turn[][] = group.map(() => []);
  const most = Math.max(...made.map(({ calls }) => calls.length));
  for (let first = 0; first < most; first += callsInTurn) {
    for (const [index, { store }] of group.entries()) {
      const calls = made[index]?.calls.slice(first, first + callsInTurn) ?? [];
      parts[index]?.push(await timed(calls, store));
    }
  }
  for (const { after } of made) await after();
  return parts.map(joined);
}

async function timed(calls: Calls["calls"], store: Store): Promise<Turn> {
  const latenciesMs: number[] = [];
  const server = store.serverCpuMs();
  const own = process.cpuUsage();
  for (const call of calls) {
    const begun = performance.now();
    await call();
    latenciesMs.push(performance.now() - begun);
  }
  const { user, system } = process.cpuUsage(own);
  const serverNow = store.serverCpuMs();
  const isKnown = server !== undefined && serverNow !== undefined;
  return { latenciesMs, cpuMs: isKnown ? (user + system) / 1000 + serverNow - server : undefined };
}

function joined(parts: readonly Turn[]): Turn {
  const spent = parts.map(({ cpuMs }) => cpuMs);
  return {
    latenciesMs: parts.flatMap(({ latenciesMs }) => latenciesMs),
    cpuMs: spent.every((ms) => ms !== undefined) ? spent.reduce((a, b) => a + b, 0) : undefined,
  };
}

function scaleRow({ store, workload, reach, turns }: Series): ScaleRow {
  const at = (share: number) => rounded(median(turns.map(({ latenciesMs }) => percentile(latenciesMs, share))));
  const { latenciesMs, cpuMs } = joined(turns);
  const operations = latenciesMs.length;
  const perCall = cpuMs === undefined ? null : rounded(cpuMs / operations);
  return { slots: store.data.slots, workload, reach, operations, p50Ms: at(0.5), p95Ms: at(0.95), cpuMs: perCall };
}

const rounded = (figure: number): number => Number(figure.toPrecision(4));
