import { appendFile, writeFile } from "node:fs/promises";
import { isNoDatabaseError } from "@slotwright/lab/engines";
import { interruptionSignal } from "@slotwright/lab/interruption";
import { bad, optionsOf } from "@slotwright/lab/terminal";
import { faultList, idleReason } from "./choice.ts";
import { addToReport, isSound, printRun, reportIn } from "./clusters/report.ts";
import { proveClusters } from "./clusters/run.ts";
import { type ProofOptions, parseOptions, usage } from "./options.ts";
import { isClean, printReport } from "./report.ts";
import { prove } from "./run.ts";
import { addVersion, conforms, printVersion, type VersionRun, versionsIn } from "./versions/report.ts";
import { proveVersions } from "./versions/run.ts";

function readOptions(): ProofOptions | "help" | undefined {
  const options = optionsOf(parseOptions, usage);
  if (options === undefined || options === "help") return options;
  const reason = idleReason(options);
  if (reason === undefined) return options;
  console.error(`${reason}.\n\n${usage}\n\n${faultList(options.clusters)}`);
  return undefined;
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) return 2;
  if (options === "help") {
    console.log(usage);
    return 0;
  }
  console.log(`Seed ${options.seed}`);
  const signal = interruptionSignal();
  try {
    // A report that cannot be written should be known now, and not after half an hour.
    await appendFile(options.report, "");
    const isOnClusters = options.clusters.length + options.urls.length > 0;
    const run = options.versions ? runOnVersions : isOnClusters ? runOnClusters : runOnEngines;
    const isGood = await run(options, signal);
    return isGood && !signal.aborted ? 0 : 1;
  } catch (error) {
    console.error(bad("The proof could not be run:"), isNoDatabaseError(error) ? error.message : error);
    return 1;
  }
}

async function runOnEngines(options: ProofOptions, signal: AbortSignal): Promise<boolean> {
  const report = await prove(options, signal);
  await writeFile(options.report, `${JSON.stringify(report, undefined, 2)}\n`);
  printReport(report, options.report);
  return isClean(report);
}

async function runOnClusters(options: ProofOptions, signal: AbortSignal): Promise<boolean> {
  // What is there must be a report of clusters, which is known now.
  await reportIn(options.report);
  let isGood = true;
  for await (const run of proveClusters(options, signal)) {
    await addToReport(options.report, run);
    printRun(run, options.report);
    isGood &&= isSound(run) && !run.isInterrupted;
  }
  return isGood;
}

async function runOnVersions(options: ProofOptions, signal: AbortSignal): Promise<boolean> {
  // What is there must be a report of versions, which is known now.
  await versionsIn(options.report);
  const runs: VersionRun[] = [];
  for await (const run of proveVersions(options, signal)) {
    await addVersion(options.report, run);
    runs.push(run);
  }
  runs.forEach(printVersion);
  console.log(`The report is in ${options.report}.`);
  return runs.every(conforms);
}

process.exitCode = await main();
