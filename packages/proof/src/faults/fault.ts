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

/** How often a fault is tried. On a busy machine it may come when the callers are done, or they may not meet it. */
const mostTries = 3;
/** From one try to the next: the same callers would miss it again. */
const seedStep = 1_000;

/** Runs a fault, and again if it took no effect and nothing was wrong. The report is that of all tries. */
export async function runUntilStruck({ run }: Pick<Fault, "run">, seed: number): Promise<FaultReport> {
  const reports: FaultReport[] = [];
  for (let tried = 0; tried < mostTries; tried++) {
    const report = await run(seed + tried * seedStep);
    reports.push(report);
    const { tally, problems, notes = [] } = report;
    if (tally.faults > 0 || problems.length > 0 || notes.length > 0) break;
  }
  return merged(reports);
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
