import { join } from "node:path";
import { parseArgs } from "node:util";
import { engineNames } from "@slotwright/lab/engines";
import { wholeNumber } from "@slotwright/lab/terminal";
import { chosen, writableFile } from "./command-line.ts";
import { contenderNames, workloadNames } from "./contenders/contender.ts";
import { fullScale, quickScale } from "./contenders/workloads.ts";
import type { RunOptions } from "./measuring/run.ts";
import type { CompareOptions } from "./pairs/compare.ts";

export interface BenchmarkOptions extends RunOptions {
  readonly json: string;
  /** Set if this version is compared with another one, and not Slotwright with what is written instead of it. */
  readonly compare: CompareOptions | undefined;
}

export const usage = `Usage: bench [options]

Compares Slotwright with what is usually written instead of it, side by side and in turns, on real databases with durable
commits: the transaction that locks the slot's row, the same with Kysely, the check without a lock, our own statements by
the driver alone (the floor), and pgbench if it is available.
Exit status: 0 when it has measured, 1 if it could not, 2 for wrong usage.

  --engine NAME     ${engineNames.join(", ")}; may be given several times, like the next three (default: all).
                    Servers are those of SLOTWRIGHT_POSTGRES_URL, SLOTWRIGHT_MYSQL_URL and SLOTWRIGHT_MARIADB_URL if
                    these are set, or else our own
  --workload NAME   ${workloadNames.join(", ")} (default: all)
  --contender NAME  ${contenderNames.join(", ")} (default: all)
  --callers N       callers at the same time (default: some of 1, 16, 64, 256 and 1000, depending on the workload); for
                    feed, readers
  --rtt MS          round trip that a proxy adds on the way to a server; 0 for none (default: 0 and 1; quick: 0). For feed
                    and news, the first of them
  --rounds N        counted rounds after the warm-up, of which the median is taken (default 5; quick: 3). Ratios are
                    printed with their 95 % interval over the rounds
  --round-ms N      how long a round should take each contender (default 1000; quick: 200)
  --quick           small data and short rounds, with 1 and 64 callers: to see that it works, not how fast it is
  --against REF     compares this version of Slotwright with another one instead: a commit, which is checked out and
                    installed in a temporary folder, or a folder with a checkout. Both run in one process and on one
                    server, in turns of --round-ms (default 100), --rounds (default 15) times each. Prints new ÷ old of
                    bookings, refusals (hot-slot) and searches with its 95 % interval; exit status 1 if a lower end is
                    too low. Leaves out what the old version cannot do, and says so
  --pairs N         pairs of runs for --against, each in a process of its own (default 10)
  --least RATIO     what the lower ends have to reach (default 0.95)
  --json FILE       where the result goes, with a chart beside it, ending in .svg (default benchmarks/report.json)
  --help            show this text`;

const flags = {
  engine: { type: "string", multiple: true },
  workload: { type: "string", multiple: true },
  contender: { type: "string", multiple: true },
  callers: { type: "string", multiple: true },
  rtt: { type: "string", multiple: true },
  rounds: { type: "string" },
  "round-ms": { type: "string" },
  against: { type: "string" },
  pairs: { type: "string" },
  least: { type: "string" },
  quick: { type: "boolean", default: false },
  json: { type: "string", default: join(import.meta.dirname, "report.json") },
  help: { type: "boolean", default: false },
} as const;

/** @throws Error that names the wrong flag */
export function parseOptions(args: readonly string[]): BenchmarkOptions | "help" {
  const { values } = parseArgs({ args: [...args], options: flags });
  if (values.help) return "help";
  const { quick } = values;
  const callers = values.callers?.map((text) => wholeNumber("--callers", text, 1, 1000));
  const engines = chosen("--engine", values.engine, engineNames);
  const effort = {
    rounds: wholeNumber("--rounds", values.rounds ?? (quick ? "3" : "5"), 1, 1000),
    roundMs: wholeNumber("--round-ms", values["round-ms"] ?? (quick ? "200" : "1000"), 1, 600_000),
  };
  const json = writableFile("--json", values.json);
  return {
    engines,
    workloads: chosen("--workload", values.workload, workloadNames),
    compare: compareOptions(values, { engines, callers, json }),
    contenders: chosen("--contender", values.contender, contenderNames),
    callers: callers ?? (quick ? [1, 64] : undefined),
    rttMs: (values.rtt ?? (quick ? ["0"] : ["0", "1"])).map((text) => wholeNumber("--rtt", text, 0, 1000)),
    ...effort,
    scale: quick ? quickScale : fullScale,
    json,
  };
}

interface CompareFlags {
  readonly against?: string | undefined;
  readonly pairs?: string | undefined;
  readonly least?: string | undefined;
  readonly workload?: string[] | undefined;
  readonly rounds?: string | undefined;
  readonly "round-ms"?: string | undefined;
  readonly quick: boolean;
}

/**
 * Short turns, and many of them. Whatever else the machine does lasts longer than a turn, and affects both versions.
 */
function compareOptions(
  flags: CompareFlags,
  { engines, callers, json }: Pick<CompareOptions, "engines" | "json"> & { readonly callers: number[] | undefined },
): CompareOptions | undefined {
  const pairs = wholeNumber("--pairs", flags.pairs ?? "10", 2, 1000);
  const least = ratio("--least", flags.least ?? "0.95");
  if (flags.against === undefined) {
    if (flags.pairs === undefined && flags.least === undefined) return undefined;
    throw new Error("--pairs and --least belong to --against, which names the version to compare with");
  }
  return {
    against: flags.against,
    pairs,
    least,
    engines,
    workloads: chosen("--workload", flags.workload ?? ["own-slots", "hot-slot", "search"], workloadNames),
    callers: callers ?? [1, 64],
    rounds: wholeNumber("--rounds", flags.rounds ?? "15", 1, 1000),
    roundMs: wholeNumber("--round-ms", flags["round-ms"] ?? "100", 1, 600_000),
    isQuick: flags.quick,
    json,
  };
}

function ratio(flag: string, text: string): number {
  const number = Number(text);
  if (number > 0 && number < 10) return number;
  throw new Error(`${flag} must be a ratio such as 0.95, not "${text}"`);
}
