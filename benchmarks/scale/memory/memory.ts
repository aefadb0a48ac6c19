import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine, type EngineOptions } from "@slotwright/core";
import { createDraw } from "../workloads.ts";
import { type CommandCounts, mixedCommands } from "./mixed-commands.ts";

/** What the process holds after this many commands, when all garbage has been collected. */
export interface MemorySample {
  readonly commands: number;
  readonly heapUsed: number;
  readonly rss: number;
}

export interface MemoryRun {
  readonly samples: readonly MemorySample[];
  /** How often each command was run. */
  readonly counts: CommandCounts;
  readonly seconds: number;
}

export interface MemoryRunOptions {
  readonly commands: number;
  readonly samples: number;
  readonly signal: AbortSignal;
  readonly onSample?: (sample: MemorySample) => void;
  /** Options of the engine, besides its storage. */
  readonly engine?: Omit<EngineOptions<never>, "storage">;
}

/** Concurrent callers, so that commands are coalesced. */
const callers = 32;

/** Runs mixed commands on SQLite by one engine, and measures the memory of the process from time to time. */
export async function watchMemory(options: MemoryRunOptions): Promise<MemoryRun> {
  const folder = mkdtempSync(join(tmpdir(), "slotwright-memory-"));
  const storage = sqliteAdapter({ filename: join(folder, "memory.sqlite") });
  try {
    await storage.migrate();
    return await watched(createEngine({ ...options.engine, storage: storage as never }), options);
  } finally {
    await storage.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function watched(engine: ReturnType<typeof createEngine<never>>, options: MemoryRunOptions): Promise<MemoryRun> {
  const { commands, samples: wanted, signal, onSample = () => {} } = options;
  const collect = garbageCollector();
  const next = await mixedCommands(engine, createDraw(7));
  const begun = performance.now();
  const samples: MemorySample[] = [];
  for (let sample = 0; sample <= wanted; sample += 1) {
    const until = Math.round((commands * sample) / wanted);
    const callersOf = Array.from({ length: callers }, async (_, caller) => {
      while (next.done() < until && !signal.aborted) await next.run(caller);
    });
    await Promise.all(callersOf);
    signal.throwIfAborted();
    samples.push(sampleNow(next.done(), collect));
    onSample(samples.at(-1) as MemorySample);
  }
  const seconds = Number(((performance.now() - begun) / 1000).toFixed(1));
  return { samples, counts: next.counts(), seconds };
}

function sampleNow(commands: number, collect: () => void): MemorySample {
  // Twice, because the first one may only discover what the second one frees.
  collect();
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  return { commands, heapUsed, rss };
}

/** Node has one, and exposes it on request. */
function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

/**
 * Bytes by which the heap grows with each command: the slope of the line that fits the samples best. The first fifth is
 * left out, because code is compiled and caches fill in it.
 */
export function heapGrowth(samples: readonly MemorySample[]): number {
  const last = samples.at(-1)?.commands ?? 0;
  const steady = samples.filter(({ commands }) => commands >= last / 5);
  const mean = (figure: (sample: MemorySample) => number) =>
    steady.reduce((sum, sample) => sum + figure(sample), 0) / steady.length;
  const [meanCommands, meanHeap] = [mean(({ commands }) => commands), mean(({ heapUsed }) => heapUsed)];
  const spread = mean(({ commands }) => (commands - meanCommands) ** 2);
  return mean(({ commands, heapUsed }) => (commands - meanCommands) * (heapUsed - meanHeap)) / spread;
}
