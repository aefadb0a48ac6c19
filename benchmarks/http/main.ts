import { writeFileSync } from "node:fs";
import { bad, good } from "@slotwright/lab/terminal";
import { runCommand } from "../command-line.ts";
import { type HttpOptions, parseHttpOptions, usage } from "./options.ts";
import { type HttpComparison, type HttpNews, problemsOf } from "./result.ts";
import { measureHttp } from "./run.ts";
import { insertSql, selectSql } from "./statements.ts";

const statements: Readonly<Record<HttpComparison["name"], string>> = { bookings: insertSql, searches: selectSql };

function printComparison({ name, ratio, perSecond }: HttpComparison): void {
  const bounds = `${ratio.lower.toFixed(2)} to ${ratio.upper.toFixed(2)} in ${ratio.pairs} rounds`;
  const figures = `${perSecond.own} against ${perSecond.plain} a second`;
  console.log(`${name}: ${ratio.ratio.toFixed(2)} of the plain route (${bounds}; ${figures}), which sends`);
  console.log(`  ${statements[name].replaceAll("\n", "\n ")}`);
}

function printNews({ streams, p50Ms, mostMs }: HttpNews): void {
  console.log(`news to all of ${streams} open streams: ${p50Ms} ms (median), ${mostMs} ms (most)`);
}

async function run(options: HttpOptions, signal: AbortSignal): Promise<number> {
  const { callers, streams, isQuick, json } = options;
  console.log(`${callers} callers, and ${streams} open streams that each follow one provider.`);
  try {
    const result = await measureHttp(options, { compared: printComparison, told: printNews }, signal);
    writeFileSync(json, `${JSON.stringify(result, undefined, 2)}\n`);
    console.log(`Written to ${json}.`);
    const problems = problemsOf(result);
    for (const problem of problems) console.log(bad(`Too slow: ${problem}.`));
    if (problems.length === 0)
      console.log(good(isQuick ? "It works. How fast it is was not judged." : "As fast as wanted."));
    return problems.length === 0 ? 0 : 1;
  } catch (error) {
    console.error(bad("Gave up measuring:"), error);
    return 1;
  }
}

process.exitCode = await runCommand({ usage, parse: parseHttpOptions, run });
