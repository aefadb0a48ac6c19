import { parseArgs } from "node:util";
import { wholeNumber } from "@slotwright/lab/terminal";

export interface LiveOptions {
  readonly slots: number;
  readonly withDatabase: boolean;
}

export const usage = `Usage: bench:live [options]

Measures live slots: how long it takes to read them, how much memory they need, and how long they take to answer; and how
many answers 64 callers get in a second, beside those of the plain select on PostgreSQL at 64 callers. Each search is for
the first 100 free slots of 50 providers in a week; half of all slots are taken. One more is for what a subject can book,
with six policies of which one lets about half of the free slots pass. "p99 undisturbed" takes the fastest call of each input,
and so leaves out the pauses that a machine imposes on a program. Then it measures computed openings: how long it takes to
compute a thousand days of them, and to find some of 50 providers in 30 days, in memory and on PostgreSQL.
Exit status: 0 if a search takes at most 50 µs (p99), one for a subject 200 µs (median), a thousand days of openings 5 ms,
a page of openings 2 ms from memory and 20 ms on PostgreSQL (medians), a slot 200 bytes, and there are 15 times as many answers; 1 if not;
2 for wrong usage.

  --slots N       how many slots are followed (default 1000000)
  --no-database   leaves out PostgreSQL
  --help          show this text`;

const flags = {
  slots: { type: "string", default: "1000000" },
  "no-database": { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** @throws Error that names the wrong flag */
export function parseLiveOptions(args: readonly string[]): LiveOptions | "help" {
  const { values } = parseArgs({ args: [...args], options: flags });
  if (values.help) return "help";
  return { slots: wholeNumber("--slots", values.slots, 10_000, 5_000_000), withDatabase: !values["no-database"] };
}
