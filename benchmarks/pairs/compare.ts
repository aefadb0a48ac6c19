import { writeFileSync } from "node:fs";
import { bad, createProgress, good, heading, table } from "@slotwright/lab/terminal";
import { observed } from "../measuring/circumstances.ts";
import { titleOf } from "../report/print.ts";
import { type Compared, type ComparedOn, compareOn, type PairsOptions } from "./run.ts";
import type { LeftOut } from "./turns.ts";
import { openVersion, thisFolder } from "./version.ts";

export interface CompareOptions extends PairsOptions {
  /** A commit, or a folder with a checkout. */
  readonly against: string;
  /** The lower end of each interval must reach this. */
  readonly least: number;
  readonly json: string;
}

/** Compares this version with another one, and resolves with the exit status: 1 if it is slower than allowed. */
export async function compareVersions(options: CompareOptions, signal: AbortSignal): Promise<number> {
  const old = await openVersion(options.against, console.error);
  const progress = createProgress(options.engines.length * options.pairs);
  let done = 0;
  const onEngines: ComparedOn[] = [];
  try {
    const circumstances = await observed(async () => {
      for (const engine of options.engines) {
        const onPair = () => {
          done += 1;
          progress.update(done, engine);
        };
        onEngines.push(await compareOn(engine, { old: old.folder, new: thisFolder }, options, { onPair, signal }));
      }
    });
    const { against, least, pairs } = options;
    writeFileSync(
      options.json,
      `${JSON.stringify({ ...circumstances, against, pairs, least, ...together(onEngines) }, undefined, 2)}\n`,
    );
  } finally {
    await old.close();
  }
  return report(together(onEngines), options);
}

function together(onEngines: readonly ComparedOn[]): ComparedOn {
  return {
    compared: onEngines.flatMap(({ compared }) => compared),
    leftOut: onEngines.flatMap(({ leftOut }) => leftOut),
  };
}

function report({ compared, leftOut }: ComparedOn, { against, least, json }: CompareOptions): number {
  console.log(heading(`This version against ${against}: new ÷ old, with its 95 % interval`));
  console.log(table(compared.map((one) => cellsOf(one))));
  for (const one of leftOut) console.log(leftOutText(one));
  const slower = tooSlow(compared, least);
  for (const one of slower) console.log(bad(`${titleOf(one)}: ${one.lower.toFixed(3)} is below ${least}`));
  if (slower.length === 0 && compared.length > 0) console.log(good(`No lower end is below ${least}.`));
  console.log(`Written to ${json}.`);
  return slower.length === 0 && compared.length > 0 ? 0 : 1;
}

function leftOutText({ reason, ...scenario }: LeftOut): string {
  return `Left out: ${titleOf(scenario)}, because ${reason}.`;
}

/** Those that are slower than allowed, or that failed. */
export function tooSlow(compared: readonly Compared[], least: number): readonly Compared[] {
  return compared.filter(({ lower, errors }) => lower < least || errors > 0);
}

function cellsOf({ oldPerSecond, newPerSecond, ratio, lower, upper, pairs, errors, ...scenario }: Compared) {
  return {
    scenario: titleOf(scenario),
    "old per second": Math.round(oldPerSecond),
    "new per second": Math.round(newPerSecond),
    ratio: ratio.toFixed(3),
    from: lower.toFixed(3),
    to: upper.toFixed(3),
    pairs,
    errors,
  };
}
