import { writeFileSync } from "node:fs";
import { bad, createProgress } from "@slotwright/lab/terminal";
import Database from "better-sqlite3";
import { runCommand } from "../command-line.ts";
import { observed } from "../measuring/circumstances.ts";
import { heapGrowth, type MemoryRun, watchMemory } from "./memory/memory.ts";
import type { MemoryResult } from "./memory/result.ts";
import { parseScaleOptions, usage } from "./options.ts";
import { notFlat, printFilled, printMeasured } from "./report.ts";
import { runScale, type ScaleOptions } from "./run.ts";

const steps = 1000;

async function measureSizes({ json, ...options }: ScaleOptions & { readonly json: string }, signal: AbortSignal) {
  const progress = createProgress(steps);
  const result = await runScale(
    options,
    {
      filled: printFilled,
      turn: (engine, share, text) => progress.update(Math.min(steps, Math.round(share * steps)), `${engine}, ${text}`),
      measured: printMeasured,
      failed: (engine, error) => console.error(bad(`Gave up measuring ${engine}:`), error),
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

process.exitCode = await runCommand({
  usage,
  parse: parseScaleOptions,
  run: (options, signal) =>
    options.what === "memory" ? measureMemory(options, signal) : measureSizes(options, signal),
});
