import { join } from "node:path";
import { parseArgs } from "node:util";
import { wholeNumber } from "@slotwright/lab/terminal";
import { chosen, writableFile } from "../command-line.ts";
import { type PlaceName, placeNames } from "./places.ts";

export interface ClustersOptions {
  readonly places: readonly PlaceName[];
  readonly ms: number;
  /** Slots of the tables whose rows are weighed. Undefined if they are not. */
  readonly slots: number | undefined;
  readonly json: string;
}

export const usage = `Usage: bench:clusters [options]

Shows how many bookings and cancellations a second engines in one to three processes get through on one server and on
clusters of three nodes, what keeps the processors busy meanwhile, and what a commit takes when the nodes are 0, 1, 5 and
20 ms from one another. Then weighs the rows of all tables on PostgreSQL, for the model on the page.
All nodes, engines and the network between nodes share the processors of this machine.
What is in the file and was not measured again stays there.
Exit status: 0 if all was measured without an error; 1 if not; 2 for wrong usage.

  --place NAME    ${placeNames.join(", ")}; may be given several times (default: all)
  --ms N          how long each measurement takes (default 3000)
  --slots N       slots in the tables whose rows are weighed (default 1000000, and with --place none)
  --quick         short measurements and small tables: to see that it works
  --json FILE     where the result goes (default benchmarks/clusters/report.json)
  --help          show this text`;

const flags = {
  place: { type: "string", multiple: true },
  ms: { type: "string" },
  slots: { type: "string" },
  quick: { type: "boolean", default: false },
  json: { type: "string", default: join(import.meta.dirname, "report.json") },
  help: { type: "boolean", default: false },
} as const;

/** @throws Error that names the wrong flag */
export function parseClustersOptions(args: readonly string[]): ClustersOptions | "help" {
  const { values } = parseArgs({ args: [...args], options: flags });
  if (values.help) return "help";
  const { quick } = values;
  return {
    places: chosen("--place", values.place, placeNames),
    ms: wholeNumber("--ms", values.ms ?? (quick ? "300" : "3000"), 100, 600_000),
    slots:
      values.slots === undefined && values.place !== undefined
        ? undefined
        : wholeNumber("--slots", values.slots ?? (quick ? "10000" : "1000000"), 10_000, 20_000_000),
    json: writableFile("--json", values.json),
  };
}
