import { existsSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { interruptionSignal } from "@slotwright/proof/interruption";
import { bad, createProgress, type Progress } from "@slotwright/proof/terminal";
import { openArena } from "./arenas/open.ts";
import { runBenchmark, type Watcher } from "./measuring/run.ts";
import { type BenchmarkOptions, parseOptions, usage } from "./options.ts";
import { chartOf } from "./report/chart.ts";
import { printCircumstances, printMeasured, titleOf } from "./report/print.ts";

function readOptions(): BenchmarkOptions | "help" | undefined {
  try {
    const options = parseOptions(process.argv.slice(2));
    // Better now than after an hour.
    if (options !== "help" && !existsSync(dirname(options.json))) throw new Error(`--json: there is no such folder`);
    return options;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return undefined;
  }
}

const steps = 1000;

function watcherOf(onFailure: () => void): Watcher {
  let progress: Progress | undefined;
  return {
    begin: () => {
      progress = createProgress(steps);
    },
    progress: (share, scenario) => progress?.update(Math.round(share * steps), titleOf(scenario)),
    measured: printMeasured,
    failed: (engine, error) => {
      console.error(bad(`What was left to measure on ${engine} was given up:`), error);
      onFailure();
    },
  };
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) return 2;
  if (options === "help") {
    console.log(usage);
    return 0;
  }
  return run(options);
}

async function run(options: BenchmarkOptions): Promise<number> {
  const signal = interruptionSignal();
  let isComplete = true;
  const watcher = watcherOf(() => {
    isComplete = false;
  });
  const result = await runBenchmark(options, openArena, watcher, signal);
  printCircumstances(result);
  const chart = options.json.replace(/(\.json)?$/, ".svg");
  writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
  writeFileSync(chart, chartOf(result));
  console.log(`\nWritten to ${options.json} and ${chart}.`);
  return isComplete && !signal.aborted && result.rows.length > 0 ? 0 : 1;
}

process.exitCode = await main();
