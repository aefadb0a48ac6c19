import { writeFileSync } from "node:fs";
import { bad } from "@slotwright/lab/terminal";
import { runCommand } from "../command-line.ts";
import { observed } from "../measuring/circumstances.ts";
import { type CrowdsOptions, parseCrowdsOptions, usage } from "./options.ts";
import { printCrowds, problemsOf } from "./report.ts";
import { type CrowdsOn, type CrowdsResult, crowdsOn } from "./run.ts";

async function run(options: CrowdsOptions, signal: AbortSignal): Promise<number> {
  const engines: CrowdsOn[] = [];
  const circumstances = await observed(async () => {
    for (const name of options.engines) {
      if (signal.aborted) break;
      try {
        const measured = await crowdsOn(name, options, (step) => console.error(`${name}: ${step}`), signal);
        printCrowds(measured, options.isQuick);
        engines.push(measured);
      } catch (error) {
        console.error(bad(`Gave up measuring ${name}:`), error);
      }
    }
  });
  const { json, seed, isQuick } = options;
  const result: CrowdsResult = { ...circumstances, seed, engines };
  writeFileSync(json, `${JSON.stringify(result, undefined, 2)}\n`);
  console.log(`\nWritten to ${json}.`);
  const isSound =
    engines.length === options.engines.length && engines.every((one) => problemsOf(one, isQuick).length === 0);
  return isSound && !signal.aborted ? 0 : 1;
}

process.exitCode = await runCommand({ usage, parse: parseCrowdsOptions, run });
