import { existsSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { interruptionSignal } from "@slotwright/proof/interruption";
import { bad, createProgress } from "@slotwright/proof/terminal";
import Database from "better-sqlite3";
import { heapGrowth, type MemoryRun, watchMemory } from "./memory/memory.ts";
import type { MemoryResult } from "./memory/result.ts";
import { parseScaleOptions, type ScaleCommand, usage } from "./options.ts";
import { notFlat, printFilled, printMeasured } from "./report.ts";
import { observed, runScale, type ScaleOptions } from "./run.ts";

function readOptions(): ScaleCommand | "help" | undefined {
  try {
    const options = parseScaleOptions(process.argv.slice(2));
    // Better now than after half an hour.
    if (options !== "help" && !existsSync(dirname(options.json))) throw new Error("--json: there is no such folder");
    return options;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return undefined;
  }
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) return 2;
  if (options === "help") {
    console.log(usage);
    return 0;
  }
  const signal = interruptionSignal();
  return options.what === "memory" ? measureMemory(options, signal) : measureSizes(options, signal);
}

const steps = 1000;

async function measureSizes({ json, ...options }: ScaleOptions & { readonly json: string }, signal: AbortSignal) {
  const progress = createProgress(steps);
  const result = await runScale(
    options,
    {
      filled: printFilled,
      turn: (engine, share, text) => progress.update(Math.min(steps, Math.round(share * steps)), `${engine}, ${text}`),
      measured: printMeasured,
      failed: (engine, error) => console.error(bad(`Measuring ${engine} was given up:`), error),
    },
    signal,
  );
  writeResult(json, result);
  return result.engines.length === options.engines.length &&
    result.engines.every((engine) => notFlat(engine).length === 0)
    ? 0
    : 1;
}

async function measureMemory(
  { json, commands }: { readonly json: string; readonly commands: number },
  signal: AbortSignal,
) {
  let run: MemoryRun | undefined;
  const circumstances = await observed(async () => {
    const onSample = ({ commands: done, heapUsed, rss }: MemoryRun["samples"][number]) =>
      console.log(`${done} commands: heap ${inMib(heapUsed)}, resident ${inMib(rss)}`);
    run = await watchMemory({ commands, samples: 40, signal, onSample });
  });
  if (run === undefined) return 1;
  const sqlite = new Database(":memory:").prepare<[], string>("select sqlite_version()").pluck().get() ?? "";
  const result: MemoryResult = {
    ...circumstances,
    sqlite,
    ...run,
    heapGrowth: Number(heapGrowth(run.samples).toFixed(3)),
  };
  console.log(`The heap grew by ${result.heapGrowth} bytes with each command.`);
  writeResult(json, result);
  return 0;
}

const inMib = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;

function writeResult(json: string, result: object): void {
  writeFileSync(json, `${JSON.stringify(result, undefined, 2)}\n`);
  console.log(`\nWritten to ${json}.`);
}

process.exitCode = await main();
