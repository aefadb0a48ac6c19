import { join } from "node:path";
import { parseArgs } from "node:util";
import { chosen, writableFile } from "../command-line.ts";
import { fullEffort, quickEffort } from "./measure.ts";
import { type ScaleOptions, scaleEngines } from "./run.ts";

/** Either the sizes are compared, or the memory of the process is watched. */
export type ScaleCommand = { readonly json: string } & (
  | ({ readonly what: "sizes" } & ScaleOptions)
  | { readonly what: "memory"; readonly commands: number }
);

export const usage = `Usage: bench:scale [options]

Shows what a booking, a search of 50 providers' free slots in a week, and one slot's history cost in tables of different
sizes. Tables are filled inside the database, and the guards put back, before anything is measured.
Exit status: 0 if what is measured is flat, except with a cold cache; 1 if it is not, or could not be measured; 2 for wrong
usage.

  --engine NAME   ${scaleEngines.join(" or ")}; may be given twice (default: both). The server is that of
                  SLOTWRIGHT_POSTGRES_URL if it is set, or else our own
  --slots LIST    sizes, in slots, at least 10000 (default 10000,100000,1000000,10000000; quick: 10000,100000).
                  Ten million take some 15 GB on disk for each engine; one engine is removed before the next
  --quick         small sizes and short rounds: to see that it works
  --memory        instead: does many commands on SQLite, and watches the memory of the process
  --commands N    how many, with --memory (default 1000000; quick: 20000)
  --json FILE     where the result goes (default benchmarks/scale/report.json, with --memory memory.json beside it)
  --help          show this text`;

const flags = {
  engine: { type: "string", multiple: true },
  slots: { type: "string" },
  quick: { type: "boolean", default: false },
  memory: { type: "boolean", default: false },
  commands: { type: "string" },
  json: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

const sizes = { full: "10000,100000,1000000,10000000", quick: "10000,100000" };

/** @throws Error that names the wrong flag */
export function parseScaleOptions(args: readonly string[]): ScaleCommand | "help" {
  const { values } = parseArgs({ args: [...args], options: flags });
  if (values.help) return "help";
  const { quick, memory } = values;
  const json = writableFile("--json", values.json ?? join(import.meta.dirname, memory ? "memory.json" : "report.json"));
  if (memory) {
    return {
      what: "memory",
      json,
      commands: wholeNumber("--commands", values.commands ?? (quick ? "20000" : "1000000")),
    };
  }
  if (values.commands !== undefined) throw new Error("--commands goes with --memory only");
  const list = values.slots ?? (quick ? sizes.quick : sizes.full);
  return {
    what: "sizes",
    json,
    engines: chosen("--engine", values.engine, scaleEngines),
    sizes: list
      .split(",")
      .map((text) => wholeNumber("--slots", text))
      .sort((a, b) => a - b),
    effort: quick ? quickEffort : fullEffort,
  };
}

const least = 10_000;
const most = 20_000_000;

function wholeNumber(flag: string, text: string): number {
  const number = /^\d{1,8}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new Error(`${flag} must be made of whole numbers from ${least} to ${most}, not "${text}"`);
}
