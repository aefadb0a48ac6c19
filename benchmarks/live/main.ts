import { bad, good } from "@slotwright/lab/terminal";
import { runCommand } from "../command-line.ts";
import { followMany, type LiveFigures } from "./many-slots.ts";
import { type LiveOptions, parseLiveOptions, usage } from "./options.ts";
import { plainSearchRate } from "./plain-search.ts";

const figure = (number: number, digits = 1): string => number.toFixed(digits).padStart(9);

function printFigures({ slots, followMs, bytes, searches, callersPerSecond, forSubject }: LiveFigures): void {
  console.log(`${slots} slots were read in ${(followMs / 1000).toFixed(1)} s and take ${(bytes / 1e6).toFixed(0)} MB.`);
  console.log(`\n${"µs".padEnd(44)}${"p50".padStart(9)}${"p99".padStart(9)}${"max".padStart(9)}`);
  for (const { name, p50, p99, max } of [...searches, forSubject.search]) {
    console.log(`${name.padEnd(44)}${figure(p50)}${figure(p99)}${figure(max, 0)}`);
  }
  console.log(`Of the free slots, the policies let ${Math.round(forSubject.passing * 100)} % pass.`);
  console.log(`\n64 callers of findOpen in one process: ${Math.round(callersPerSecond)} answers a second.`);
}

async function run({ slots, withDatabase }: LiveOptions, signal: AbortSignal): Promise<number> {
  const figures = await followMany(slots);
  printFigures(figures);
  let isFastEnough = (figures.searches[0]?.p99 ?? 0) <= 50 && figures.forSubject.search.p50 <= 200;
  if (withDatabase && !signal.aborted) {
    const plain = await plainSearchRate();
    const ratio = figures.callersPerSecond / plain;
    console.log(
      `The plain select on PostgreSQL: ${Math.round(plain)}. Live slots answer ${ratio.toFixed(1)} times as many.`,
    );
    isFastEnough &&= ratio >= 15;
  }
  const isSmallEnough = figures.bytes <= slots * 200;
  console.log(isFastEnough && isSmallEnough ? good("As fast and as small as wanted.") : bad("Too slow or too large."));
  return isFastEnough && isSmallEnough && !signal.aborted ? 0 : 1;
}

process.exitCode = await runCommand({ usage, parse: parseLiveOptions, run });
