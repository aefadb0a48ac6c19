import { spawn } from "node:child_process";
import { once } from "node:events";
import { setPriority } from "node:os";

/** A program of the package scripts, and how it is called in what is printed. */
export interface Command {
  readonly name: string;
  readonly words: readonly [string, ...string[]];
}

interface Ended {
  readonly name: string;
  readonly status: number;
  readonly output: string;
}

/** Checks use what the tests leave of the processors: many tests measure time, and no check does. */
const niceness = 5;

/**
 * Runs the tests, which print as they go, and beside them one check after another, which print only what is wrong with
 * them: once when they have failed, and once more after the tests.
 *
 * @returns 0 if all of them passed, otherwise the status of the tests, or that of the first check that failed.
 */
export async function checksBeside(
  tests: Command,
  checks: readonly Command[],
  print: (text: string) => void,
): Promise<number> {
  const [{ status }, ended] = await Promise.all([run(tests, "inherit"), oneByOne(checks, print)]);
  const failed = ended.filter((check) => check.status !== 0);
  for (const check of failed) print(said(check));
  print(`Checks: ${ended.map(({ name, status }) => `${name} ${status === 0 ? "passed" : "FAILED"}`).join(", ")}.`);
  return status || (failed[0]?.status ?? 0);
}

async function oneByOne(checks: readonly Command[], print: (text: string) => void): Promise<readonly Ended[]> {
  const ended: Ended[] = [];
  for (const check of checks) {
    const one = await run(check, "pipe");
    if (one.status !== 0) print(said(one));
    ended.push(one);
  }
  return ended;
}

const said = ({ name, status, output }: Ended): string =>
  `\n${name} failed with status ${status}, and said:\n${output.trim()}\n`;

async function run({ name, words: [program, ...args] }: Command, stdio: "inherit" | "pipe"): Promise<Ended> {
  const child = spawn(program, args, { stdio: ["inherit", stdio, stdio] });
  const texts: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (text) => texts.push(text));
  try {
    if (stdio === "pipe" && child.pid !== undefined) setPriority(child.pid, niceness);
  } catch {
    // It has ended already, or the system knows no priorities.
  }
  // A signal is a failure too, and has no status of its own.
  const [status] = await once(child, "close").catch((error: Error) => [127, texts.push(error.message)]);
  return { name, status: (status as number | null) ?? 1, output: texts.join("") };
}
