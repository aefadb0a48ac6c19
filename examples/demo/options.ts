import { parseArgs } from "node:util";

export interface DemoOptions {
  readonly processes: number;
  readonly callers: number;
  readonly week: string | undefined;
  readonly keep: boolean;
  readonly breaks: number | undefined;
}

export const usage = `Usage: demo [options]

Publishes a week of slots into a fresh SQLite file, lets several processes race for them, and checks the file after.
Exit status: 0 if every invariant holds, 1 if one is broken or anything failed unexpectedly, 2 if called wrongly.

  --processes N  processes that race, 1 to 16 (default 4)
  --callers N    callers in each process, 4 to 500 (default 24)
  --week FILE    the week to publish (default examples/demo/week.json)
  --keep         keep the database file, to look at it afterwards
  --break N      break invariant N (1 to 7) by hand before the check, to see that the check notices
  --help         show this text`;

const flags = {
  processes: { type: "string", default: "4" },
  callers: { type: "string", default: "24" },
  week: { type: "string" },
  keep: { type: "boolean", default: false },
  break: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

/** @throws Error that says which flag is wrong */
export function parseOptions(args: readonly string[]): DemoOptions | "help" {
  const { values } = parseArgs({ args: [...args], options: flags });
  if (values.help) return "help";
  return {
    processes: wholeNumber("--processes", values.processes, 1, 16),
    callers: wholeNumber("--callers", values.callers, 4, 500),
    week: values.week,
    keep: values.keep,
    breaks: values.break === undefined ? undefined : wholeNumber("--break", values.break, 1, 7),
  };
}

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new Error(`${flag} must be a whole number from ${least} to ${most}, not "${text}"`);
}
