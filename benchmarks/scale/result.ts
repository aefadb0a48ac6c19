import type { EngineFacts } from "../arenas/arena.ts";
import type { Circumstances } from "../measuring/circumstances.ts";
import type { DataSet } from "./data-set.ts";

export const scaleWorkloads = ["book", "search", "history"] as const;
export type ScaleWorkload = (typeof scaleWorkloads)[number];

/**
 * Where the requested records are: anywhere among all of them; with the same 50 providers in the same week, every time;
 * or anywhere, with all caches cold.
 */
export const reaches = ["anywhere", "same", "cold"] as const;
export type Reach = (typeof reaches)[number];

/** One workload on tables of one size. */
export interface ScaleRow {
  readonly slots: number;
  readonly workload: ScaleWorkload;
  readonly reach: Reach;
  /** Calls that were counted, all rounds together. */
  readonly operations: number;
  /** Medians over the rounds. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Processor time of our process and of the server for one call; null if it is not known. */
  readonly cpuMs: number | null;
}

/** How one size was filled. */
export interface Filled extends DataSet {
  readonly loadSeconds: number;
  readonly bytes: number;
}

export interface EngineScale {
  readonly facts: Omit<EngineFacts, "poolLimit">;
  readonly settings: Readonly<Record<string, string>>;
  readonly sizes: readonly Filled[];
  readonly rows: readonly ScaleRow[];
}

export interface ScaleResult extends Circumstances {
  readonly rounds: number;
  readonly engines: readonly EngineScale[];
}
