import type { EngineName } from "@slotwright/lab/engines";
import { followingWorkloads, newsWorkloads, type WorkloadName } from "../contenders/contender.ts";

/** One comparison: who is the fastest at this? */
export interface Scenario {
  readonly engine: EngineName;
  readonly workload: WorkloadName;
  readonly callers: number;
  /** A round trip that a proxy adds, in milliseconds. */
  readonly rttMs: number;
}

export interface ScenarioSelection {
  readonly engines: readonly EngineName[];
  readonly workloads: readonly WorkloadName[];
  /** Undefined for those that suit every workload. */
  readonly callers: readonly number[] | undefined;
  readonly rttMs: readonly number[];
}

/** Reads and bulk creation take no locks that would make more callers interesting. */
const usualCallers: Readonly<Record<WorkloadName, readonly number[]>> = {
  "own-slots": [1, 16, 64, 256],
  "spread-slots": [64],
  "hot-slot": [64, 256],
  taken: [1, 64],
  search: [1, 64],
  "search-week": [1, 64],
  "search-open": [1, 64],
  "live-search": [1, 64],
  history: [1, 64],
  publish: [1, 16],
  feed: [1, 1000],
  news: [1, 64],
  "news-elsewhere": [1, 64],
  "news-elsewhere-100ms": [1, 64],
};

/** A single caller competes with nobody for a slot. */
function callersFor(workload: WorkloadName, chosen: readonly number[] | undefined): readonly number[] {
  const callers = chosen ?? usualCallers[workload];
  return workload === "hot-slot" ? callers.filter((count) => count > 1) : callers;
}

/** A longer way to the server changes little where readers wait for a poll, or are given many entries at once. */
function rttsFor(engine: EngineName, workload: WorkloadName, rttMs: readonly number[]): readonly number[] {
  // A file is not accessed over a network.
  if (engine === "sqlite") return [0];
  return (followingWorkloads as readonly WorkloadName[]).includes(workload) ? rttMs.slice(0, 1) : rttMs;
}

/** Who follows what happens reads beside the callers. */
export function connectionsFor({ workload, callers }: Pick<Scenario, "workload" | "callers">): number {
  return (newsWorkloads as readonly WorkloadName[]).includes(workload) ? callers + 1 : callers;
}

export function scenariosOf({ engines, workloads, callers, rttMs }: ScenarioSelection): readonly Scenario[] {
  return engines.flatMap((engine) =>
    workloads.flatMap((workload) =>
      rttsFor(engine, workload, rttMs).flatMap((added) =>
        callersFor(workload, callers).map((count) => ({ engine, workload, callers: count, rttMs: added })),
      ),
    ),
  );
}
