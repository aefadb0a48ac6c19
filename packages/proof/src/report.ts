import type { EngineName } from "@slotwright/lab/engines";
import { bad, good, table } from "@slotwright/lab/terminal";
import type { Tally } from "./histories/tally.ts";
import type { MutationReport } from "./mutants/run.ts";
import type { StepResult } from "./plan.ts";

/** What was done, and the result: the contents of the report file, and of the summary at the end. */
export interface ProofReport {
  readonly seed: number;
  readonly startedAt: string;
  readonly seconds: number;
  /** Whether somebody ended it before all was done. Then it proves less than was asked for. */
  readonly isInterrupted: boolean;
  /** Undefined if no mutants were tried. */
  readonly mutation: MutationReport | undefined;
  readonly engines: readonly EngineReport[];
}

export interface EngineReport {
  readonly engine: EngineName;
  /** The server's version, and where it came from. */
  readonly origin: string;
  readonly tally: Tally;
  readonly steps: readonly StepReport[];
}

export interface StepReport extends StepResult {
  readonly name: string;
  readonly title: string;
  readonly tally: Tally;
  readonly seconds: number;
}

export function isClean({ engines, mutation }: ProofReport): boolean {
  const isTold = mutation === undefined || mutationProblems(mutation).length === 0;
  return isTold && engines.every(({ steps }) => steps.every(({ problems }) => problems.length === 0));
}

/** The share of mutants that the suite kills, among those that can be killed. */
export function scoreOf({ mutants, killed, equivalent }: MutationReport): string {
  const told = mutants - equivalent;
  const percent = told === 0 ? 0 : Math.floor((1000 * killed) / told) / 10;
  return `${killed} of ${told} mutants were killed (${percent} %), and ${equivalent} others are equivalent.`;
}

function mutationProblems({ survivors, wronglyEquivalent }: MutationReport): readonly string[] {
  return [
    ...survivors.map((key) => `The mutant "${key}" survives the suite.`),
    ...wronglyEquivalent.map((key) => `The mutant "${key}" was killed, and is listed as equivalent.`),
  ];
}

export function printReport(report: ProofReport, file: string): void {
  const { engines, seconds, seed, isInterrupted, mutation } = report;
  console.log(`\n${table(engines.map(({ engine, tally }) => ({ engine, ...tally })))}`);
  for (const { engine, steps } of engines) {
    for (const { name, notes = [] } of steps) for (const note of notes) console.log(`${engine} ${name}: ${note}`);
  }
  for (const { engine, steps } of engines) {
    for (const step of steps) if (step.problems.length > 0) printViolation(engine, step);
  }
  if (mutation !== undefined) {
    console.log(`Conformance suite: ${scoreOf(mutation)}`);
    for (const problem of mutationProblems(mutation)) console.log(bad(problem));
  }
  const sumOf = (name: keyof Tally) => engines.reduce((sum, { tally }) => sum + tally[name], 0);
  if (sumOf("read") + sumOf("handedOver") > 0) {
    console.log(`Beside the callers: ${sumOf("read")} entries read from the feed, ${sumOf("handedOver")} handed over.`);
  }
  const seen = `${sumOf("histories")} histories and ${sumOf("faults")} faults in ${Math.round(seconds)} s, seed ${seed}`;
  if (!isClean(report)) console.log(bad(`Violations were found: ${seen}.`));
  else
    console.log(
      isInterrupted ? bad(`Interrupted. Nothing was found so far: ${seen}.`) : good(`Nothing was found: ${seen}.`),
    );
  console.log(`The report is in ${file}.`);
}

function printViolation(engine: EngineName, { title, problems, replay }: StepReport): void {
  console.log(`\n${bad(`${engine}: ${title}`)}\n${problems.join("\n")}`);
  if (replay !== undefined) console.log(`To see it again: npx --yes pnpm@12 prove ${replay}`);
}
