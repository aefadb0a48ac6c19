import { loadavg } from "node:os";
import { type Machine, machineOf, versionsOf } from "./machine.ts";

/** Circumstances of a run. */
export interface Circumstances {
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly machine: Machine;
  /** Processes that were running or waiting to run, averaged over a minute, at the start and at the end. */
  readonly loadAverage: { readonly before: number; readonly after: number };
  readonly versions: Readonly<Record<string, string>>;
}

/** Under which circumstances something ran. */
export async function observed(work: () => Promise<void>): Promise<Circumstances> {
  const startedAt = new Date().toISOString();
  const before = loadavg()[0] ?? 0;
  await work();
  const finishedAt = new Date().toISOString();
  const loadAverage = { before, after: loadavg()[0] ?? 0 };
  return { startedAt, finishedAt, machine: machineOf(), loadAverage, versions: versionsOf() };
}
