import { addTo, emptyTally, type Tally } from "../histories/tally.ts";

/** A fault on an engine. Nothing else about it need be known. */
export interface Fault {
  readonly key: string;
  /** A sentence that says what happens. */
  readonly title: string;
  /** The same seed, the same commands. */
  readonly run: (seed: number) => Promise<FaultReport>;
}

export interface FaultReport {
  readonly problems: readonly string[];
  readonly tally: Tally;
  /** What could not be tried on this machine, and why. */
  readonly notes?: readonly string[];
}

/** A fault that took no effect has proved nothing. This is a problem, unless the report says what the machine lacks. */
export function problemsOfFault({ problems, tally, notes = [] }: FaultReport): readonly string[] {
  const missed = tally.faults === 0 && notes.length === 0;
  return missed ? ["The fault took no effect: nothing was proved.", ...problems] : problems;
}

/** Merges several reports into one. */
export function merged(reports: readonly FaultReport[]): FaultReport {
  const tally = emptyTally();
  for (const report of reports) addTo(tally, report.tally);
  return {
    tally,
    problems: reports.flatMap(({ problems }) => problems),
    notes: [...new Set(reports.flatMap(({ notes = [] }) => notes))],
  };
}
