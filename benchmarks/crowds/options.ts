import { join } from "node:path";
import { parseArgs } from "node:util";
import { type EngineName, engineNames } from "@slotwright/lab/engines";
import { chosen, writableFile } from "../command-line.ts";

export interface CrowdsOptions {
  readonly engines: readonly EngineName[];
  readonly isQuick: boolean;
  readonly seed: number;
  readonly json: string;
}

export const usage = `Usage: bench:crowds [options]

Shows what bookings by time cost when many callers want the same: a thousand seats and 1 050 callers in 1, 2 and 4
processes, by the slots' ids and by their time; 5 000 callers for a hundred seats, beside the workload hot-slot; and the
replay of 110 527 calls for times at 80 facilities on 27 days, with a tenth of the seats missing. The tables show who got
what.
Exit status: 0 if all seats were sold and none twice, by time in at most three times what it takes by slot, the few at two
thirds of hot-slot's rate, and the replay in five minutes; 1 if not, or if it could not be measured; 2 for wrong usage.

  --engine NAME   ${engineNames.join(", ")}; may be given several times (default: all)
  --seed N        seed of the calendar that is replayed (default 110527)
  --quick         small crowds: to see that it works
  --json FILE     where the result goes (default benchmarks/crowds/report.json)
  --help          show this text`;

const flags = {
  engine: { type: "string", multiple: true },
  seed: { type: "string", default: "110527" },
  quick: { type: "boolean", default: false },
  json: { type: "string", default: join(import.meta.dirname, "report.json") },
  help: { type: "boolean", default: false },
} as const;

/** @throws Error that names the wrong flag */
export function parseCrowdsOptions(args: readonly string[]): CrowdsOptions | "help" {
  const { values } = parseArgs({ args: [...args], options: flags });
  if (values.help) return "help";
  if (!/^\d{1,9}$/.test(values.seed)) throw new Error(`--seed must be a whole number, not "${values.seed}"`);
  return {
    engines: chosen("--engine", values.engine, engineNames),
    isQuick: values.quick,
    seed: Number(values.seed),
    json: writableFile("--json", values.json),
  };
}
