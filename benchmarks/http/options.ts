import { join } from "node:path";
import { parseArgs } from "node:util";
import { wholeNumber } from "@slotwright/lab/terminal";
import { writableFile } from "../command-line.ts";
import type { Effort } from "../measuring/measure.ts";

export interface HttpOptions extends Effort {
  readonly callers: number;
  /** Open streams that each follow one provider, while bookings and searches are measured. */
  readonly streams: number;
  /** Open streams that all are told of one booking. */
  readonly newsStreams: number;
  readonly isQuick: boolean;
  readonly json: string;
}

export const usage = `Usage: bench:http [options]

Measures the handler over HTTP on PostgreSQL, beside an Express application that does the least: a route that inserts one row
of three columns, and one that selects free slots. Both are in one process, each with ten connections; callers and readers
are in another one. Then measures how long news of a booking take to the last of many open streams. Statements are printed.
The server is that of SLOTWRIGHT_POSTGRES_URL if it is set, or else our own.
Exit status: 0 if bookings come at 0.6 of the rate of inserts, searches at 3 times the rate of selects, and news within
150 ms; 1 if not, or if it could not be measured; 2 for wrong usage. With --quick, speed does not matter.

  --callers N   callers at the same time (default 64)
  --streams N   open streams beside them, each of which follows one of a hundred providers (default 100)
  --news N      open streams that all wait for one booking (default 1000; quick: 50)
  --rounds N    counted rounds after the warm-up, in which both have a turn (default 10; quick: 2)
  --round-ms N  how long a turn takes (default 1000; quick: 100)
  --quick       short rounds: to see that it works, not how fast it is
  --json FILE   where the result goes (default benchmarks/http/report.json)
  --help        show this text`;

const flags = {
  callers: { type: "string", default: "64" },
  streams: { type: "string", default: "100" },
  news: { type: "string" },
  rounds: { type: "string" },
  "round-ms": { type: "string" },
  quick: { type: "boolean", default: false },
  json: { type: "string", default: join(import.meta.dirname, "report.json") },
  help: { type: "boolean", default: false },
} as const;

/** @throws Error that names the wrong flag */
export function parseHttpOptions(args: readonly string[]): HttpOptions | "help" {
  const { values } = parseArgs({ args: [...args], options: flags });
  if (values.help) return "help";
  const { quick } = values;
  return {
    callers: wholeNumber("--callers", values.callers, 1, 1000),
    streams: wholeNumber("--streams", values.streams, 0, 2000),
    newsStreams: wholeNumber("--news", values.news ?? (quick ? "50" : "1000"), 1, 4000),
    // An interval takes two.
    rounds: wholeNumber("--rounds", values.rounds ?? (quick ? "2" : "10"), 2, 1000),
    roundMs: wholeNumber("--round-ms", values["round-ms"] ?? (quick ? "100" : "1000"), 1, 60_000),
    isQuick: quick,
    json: writableFile("--json", values.json),
  };
}
