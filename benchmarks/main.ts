import { writeFileSync } from "node:fs";
import { bad, createProgress, type Progress } from "@slotwright/lab/terminal";
import { openArena } from "./arenas/open.ts";
import { runCommand } from "./command-line.ts";
import { runBenchmark, type Watcher } from "./measuring/run.ts";
import { type BenchmarkOptions, parseOptions, usage } from "./options.ts";
import { compareVersions } from "./pairs/compare.ts";
import { chartOf } from "./report/chart.ts";
import { printCircumstances, printMeasured, titleOf } from "./report/print.ts";

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
      console.error(bad(`Gave up what was left to measure on ${engine}:`), error);
      onFailure();
    },
  };
}

async function run(options: BenchmarkOptions, signal: AbortSignal): Promise<number> {
  if (options.compare !== undefined) return compareVersions(options.compare, signal);
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

process.exitCode = await runCommand({ usage, parse: parseOptions, run });
