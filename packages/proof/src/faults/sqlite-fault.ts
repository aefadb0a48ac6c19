import { addTo, emptyTally } from "../histories/tally.ts";
import type { FaultReport } from "./run.ts";
import type { Flaw } from "./sqlite-flaws.ts";

/** `short` takes seconds and meets the main path, `long` takes minutes and leaves nothing out. */
export type Amount = "short" | "long";

/** Something that goes wrong with one SQLite file, or with a process that works on it. */
export interface SqliteFault {
  readonly key: string;
  /** A sentence that says what happens. */
  readonly title: string;
  /**
   * On fresh files of its own. The same seed, the same commands. A flaw breaks the adapter, to show that the fault finds
   * it. By default there is none, and the amount is `short`: with as many seeds, it comes to the same as `long`.
   */
  readonly run: (seed: number, amount?: Amount, flaw?: Flaw) => Promise<FaultReport>;
}

/** Several reports as one. */
export function merged(reports: readonly FaultReport[]): FaultReport {
  const tally = emptyTally();
  for (const report of reports) addTo(tally, report.tally);
  return {
    tally,
    problems: reports.flatMap(({ problems }) => problems),
    notes: [...new Set(reports.flatMap(({ notes = [] }) => notes))],
  };
}
